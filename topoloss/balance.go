package topoloss

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/ph"
)

// A balanced term is a term with [Term.Balance]. The gradient that it sends to the points
// has its weight as Euclidean norm over all coordinates, whatever the scale of its value.
// So terms of equal weight pull equally. Each step measures the norm of the unweighted
// gradient and divides the weight by it. The derivative of the norm itself is left out.

// balanced returns weight / norm, for the norm of the term's unweighted gradient. If norm
// is 0 it returns weight, since the gradient is 0 for any weight.
func balanced(weight, norm float64) (float64, error) {
	switch {
	case norm == 0:
		return weight, nil
	case !isFinite(norm):
		return 0, fmt.Errorf("its gradient has the norm %v: it cannot be balanced", norm)
	}
	return weight / norm, nil
}

// barsNorm returns the Euclidean norm of the gradient that a function of bars sends to the
// points of x. The derivatives of the function by the bars are gradients.
func (l *Loss) barsNorm(x *autograd.Var, bars []ph.Bar, gradients []BarGradient) (float64, error) {
	if x == nil {
		return 0, fmt.Errorf("it is balanced by the gradient at points, of which only diagrams are given")
	}
	var p pullback
	for i, b := range bars {
		if !p.add(b.BirthCell, b.Birth, gradients[i].Birth) || !p.add(b.DeathCell, b.Death, gradients[i].Death) {
			return math.Inf(1), nil
		}
	}
	return pairsNorm(x, x.Shape()[0], p.pairs)
}

// pairsNorm returns the Euclidean norm of the gradient that pairs send to the first rows
// points of x. In a joint cloud these are the learnable points. The Coef of a pair is the
// derivative by the distance of its points. The device computes the gradient times a power
// of 2 that takes the largest Coef to about 1, so that squares neither vanish nor overflow.
func pairsNorm(x *autograd.Var, rows int, pairs []kernels.Pair) (float64, error) {
	tape, dev := x.Tape(), x.Tape().Device()
	n, dim := x.Shape()[0], autograd.Size(x.Shape()[1:])
	var largest float64
	for _, p := range pairs {
		largest = max(largest, math.Abs(float64(p.Coef)))
	}
	_, exponent := math.Frexp(largest)
	exponent = min(max(exponent, -126), 126) // that of a normal float32, as is its inverse
	unit, gradient, square := tape.Scratch(1), tape.Scratch(n*dim), tape.Scratch(1)
	dev.Fill(unit, float32(math.Ldexp(1, -exponent)))
	fused.PairsGrad(dev, gradient, x.Value(), n, dim, pairs, unit, kernels.Overwrite)
	learnable := gradient.Slice(0, rows*dim)
	fused.Dot(dev, square, learnable, learnable)
	var host [1]float32
	if err := dev.Read(host[:], square); err != nil {
		return 0, fmt.Errorf("reading the norm of its gradient: %w", err)
	}
	return math.Ldexp(math.Sqrt(float64(host[0])), exponent), nil
}

// normOf returns the Euclidean norm of a gradient that lies in host memory.
func normOf(gradient []float32) float64 {
	var sum float64
	for _, g := range gradient {
		sum += float64(g) * float64(g)
	}
	return math.Sqrt(sum)
}
