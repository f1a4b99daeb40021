package nn

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// Adam is the optimizer of Kingma and Ba (2015). NewAdam, NewAdamW and NewAMSGrad
// make it.
type Adam struct {
	OptimizerOptions
	Beta1, Beta2 float64 // shares of the old moving means of gradient and square that a step keeps, in [0, 1)
	Epsilon      float64 // added to the root of the mean square
	// Decoupled subtracts the weight decay from the parameters, as in AdamW, instead
	// of adding it to their gradients.
	Decoupled bool
	group
	scratch *scratch // workspace of AMSGrad; nil for Adam and AdamW
}

// NewAdam returns Adam with β 0.9 and 0.999 and ε 1e-8, whose learning rate is
// commonly 1e-3 or less. It packs the parameters, as [autograd.Pack] does, and
// updates them in one kernel. Its state has "m" and "v", the moving means of the
// gradient and of its square.
func NewAdam(params []*autograd.Parameter, o OptimizerOptions) *Adam {
	return newAdam(o, newGroup(params, "m", "v"))
}

// NewAdamW returns Adam with decoupled weight decay (Loshchilov and Hutter 2019).
func NewAdamW(params []*autograd.Parameter, o OptimizerOptions) *Adam {
	a := NewAdam(params, o)
	a.Decoupled = true
	return a
}

// NewAMSGrad returns Adam with the largest mean square so far in the place of
// the mean square (Reddi et al. 2018). Its state also has this maximum, as "max". A step
// takes a dozen kernels instead of one.
func NewAMSGrad(params []*autograd.Parameter, o OptimizerOptions) *Adam {
	a := newAdam(o, newGroup(params, "m", "v", "max"))
	a.scratch = newScratch(&a.group, 1)
	return a
}

func newAdam(o OptimizerOptions, g group) *Adam {
	return &Adam{OptimizerOptions: o, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, group: g}
}

// Step makes one step.
func (a *Adam) Step() error {
	below := 1 - 0x1p-53
	if err := checkRanges(numberRange{"Beta1", a.Beta1, 0, below}, numberRange{"Beta2", a.Beta2, 0, below}, numberRange{"Epsilon", a.Epsilon, 0, math.MaxFloat32}); err != nil {
		return err
	}
	rate, scale, err := a.begin(&a.OptimizerOptions)
	if err != nil {
		return err
	}
	for i := range a.runs {
		r := &a.runs[i]
		numbers := kernels.Adam{
			LearningRate: rate, Beta1: a.Beta1, Beta2: a.Beta2, Epsilon: a.Epsilon,
			WeightDecay: a.WeightDecay, Decoupled: a.Decoupled, Step: r.steps, GradientScale: scale,
		}
		if a.scratch != nil {
			a.amsgrad(r, numbers.Factors())
			continue
		}
		fused.Adam(a.device, r.Values, r.Grads, r.memory[0], r.memory[1], numbers)
	}
	return nil
}

// amsgrad updates a run as fused.Adam does, but divides by the root of the largest mean
// square so far instead of the present one.
func (a *Adam) amsgrad(r *run, f kernels.AdamFactors) {
	dev := a.device
	m, v, largest := r.memory[0], r.memory[1], r.memory[2]
	g := a.scratch.of(r, 0)
	decayed(dev, g, r, f.Scale, f.Decay)
	blend(dev, m, f.Keep1, f.Mix1, g)
	dev.Zip(kernels.Mul, g, g, g, kernels.Overwrite)
	blend(dev, v, f.Keep2, f.Mix2, g)
	dev.Zip(kernels.Max, largest, largest, v, kernels.Overwrite)
	dev.Map(kernels.Sqrt, g, largest)
	dev.Affine(g, g, f.Root, f.Epsilon, kernels.Overwrite)
	dev.Zip(kernels.Div, g, m, g, kernels.Overwrite)
	blend(dev, r.Values, f.Shrink, -f.Rate, g)
}

// Free gives the optimizer's own memory back to the device.
func (a *Adam) Free() {
	a.group.Free()
	a.scratch.free()
}

// decayed sets dst to the run's gradients times scale plus its values times decay.
func decayed(dev kernels.Device, dst kernels.Buffer, r *run, scale, decay float32) {
	dev.Affine(dst, r.Grads, scale, 0, kernels.Overwrite)
	if decay != 0 {
		dev.AddScaled(dst, decay, r.Values)
	}
}

// blend sets x to keep·x + mix·y.
func blend(dev kernels.Device, x kernels.Buffer, keep, mix float32, y kernels.Buffer) {
	if keep != 1 {
		dev.Affine(x, x, keep, 0, kernels.Overwrite)
	}
	dev.AddScaled(x, mix, y)
}
