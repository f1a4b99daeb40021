package nn

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// SGD is stochastic gradient descent with momentum (Sutskever et al. 2013, in
// PyTorch's form): the velocity becomes Momentum times itself plus the gradient,
// and the parameters move by the learning rate times the velocity. NewSGD makes it.
type SGD struct {
	OptimizerOptions
	Momentum float64 // not negative, commonly 0 or 0.9
	Nesterov bool    // move by the gradient plus Momentum times the new velocity instead
	group
}

// NewSGD returns stochastic gradient descent. Momentum 0 stands for plain descent, and
// nesterov for [SGD.Nesterov]. NewSGD packs the parameters as NewAdam does. The state has
// the "velocity".
func NewSGD(params []*autograd.Parameter, o OptimizerOptions, momentum float64, nesterov bool) *SGD {
	return &SGD{OptimizerOptions: o, Momentum: momentum, Nesterov: nesterov, group: newGroup(params, "velocity")}
}

// Step makes one step.
func (s *SGD) Step() error {
	if err := checkRanges(numberRange{"Momentum", s.Momentum, 0, math.MaxFloat32}); err != nil {
		return err
	}
	rate, scale, err := s.begin(&s.OptimizerOptions)
	if err != nil {
		return err
	}
	for i := range s.runs {
		r := &s.runs[i]
		fused.SGD(s.device, r.Values, r.Grads, r.memory[0], kernels.SGD{
			LearningRate: float32(rate), Momentum: float32(s.Momentum), Nesterov: s.Nesterov,
			WeightDecay: float32(s.WeightDecay), GradientScale: float32(scale),
		})
	}
	return nil
}
