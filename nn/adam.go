package nn

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// Adam is the optimizer of Kingma and Ba (2015). NewAdam and NewAdamW make it.
type Adam struct {
	OptimizerOptions
	Beta1, Beta2 float64 // how much of the mean gradient and its mean square a step keeps
	Epsilon      float64 // added to the root of the mean square
	// Decoupled takes the weight decay from the parameters, as in AdamW, instead
	// of adding it to their gradients.
	Decoupled bool
	group
}

// NewAdam returns Adam with β 0.9 and 0.999 and ε 1e-8. It packs the parameters
// into one span, as [autograd.Pack] does, and updates them in one kernel. Its
// state has "m" and "v", the moving means of the gradient and of its square.
func NewAdam(params []*autograd.Parameter, o OptimizerOptions) *Adam {
	return &Adam{OptimizerOptions: o, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, group: newGroup(params, "m", "v")}
}

// NewAdamW returns Adam with decoupled weight decay (Loshchilov and Hutter 2019).
func NewAdamW(params []*autograd.Parameter, o OptimizerOptions) *Adam {
	a := NewAdam(params, o)
	a.Decoupled = true
	return a
}

// Step makes one step.
func (a *Adam) Step() error {
	rate, scale, err := a.begin(&a.OptimizerOptions)
	if err != nil {
		return err
	}
	fused.Adam(a.device, a.values, a.grads, a.memory[0].Buffer, a.memory[1].Buffer, kernels.Adam{
		LearningRate: rate, Beta1: a.Beta1, Beta2: a.Beta2, Epsilon: a.Epsilon,
		WeightDecay: a.WeightDecay, Decoupled: a.Decoupled, Step: a.steps, GradientScale: scale,
	})
	return nil
}
