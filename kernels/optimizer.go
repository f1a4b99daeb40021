package kernels

import "math"

// Adam holds the constants of one step of Adam (Kingma and Ba 2015), or of AdamW
// (Loshchilov and Hutter 2019) when Decoupled is set.
type Adam struct {
	LearningRate  float64
	Beta1, Beta2  float64
	Epsilon       float64
	WeightDecay   float64
	Decoupled     bool    // subtract LearningRate·WeightDecay·param instead of adding WeightDecay·param to the gradient
	Step          int     // counted from 1
	GradientScale float64 // multiplies the gradient first, to clip it; 1 for no clipping
}

// AdamFactors are the constants of a step of [Adam] in the form that the kernel needs. For a
// parameter p with gradient d, first moment m and second moment v, the kernel sets
//
//	g = Scale·d + Decay·p
//	m = Keep1·m + Mix1·g
//	v = Keep2·v + Mix2·g²
//	p = Shrink·p − Rate·m/(Root·√v + Epsilon)
type AdamFactors struct {
	Scale, Decay, Keep1, Mix1, Keep2, Mix2, Shrink, Rate, Root, Epsilon float32
}

// Factors returns the constants of the step, each computed in float64 and rounded once to
// float32. Computed in float32, 1 − Beta2 would be wrong in its fifth digit.
func (a Adam) Factors() AdamFactors {
	t := float64(a.Step)
	shrink, decay := 1.0, a.WeightDecay
	if a.Decoupled {
		shrink, decay = 1-a.LearningRate*a.WeightDecay, 0
	}
	return AdamFactors{
		Scale:   float32(a.GradientScale),
		Decay:   float32(decay),
		Keep1:   float32(a.Beta1),
		Mix1:    float32(1 - a.Beta1),
		Keep2:   float32(a.Beta2),
		Mix2:    float32(1 - a.Beta2),
		Shrink:  float32(shrink),
		Rate:    float32(a.LearningRate / (1 - math.Pow(a.Beta1, t))),
		Root:    float32(1 / math.Sqrt(1-math.Pow(a.Beta2, t))),
		Epsilon: float32(a.Epsilon),
	}
}

// SGD holds the constants of one step of stochastic gradient descent. For a parameter p with
// gradient d and velocity v, the kernel sets
//
//	g = GradientScale·d + WeightDecay·p
//	v = Momentum·v + g
//	p = p − LearningRate·v, or p − LearningRate·(g + Momentum·v) if Nesterov
//
// Without a velocity, p = p − LearningRate·g.
type SGD struct {
	LearningRate  float32
	Momentum      float32
	Nesterov      bool
	WeightDecay   float32
	GradientScale float32 // multiplies the gradient first, to clip it; 1 for no clipping
}
