package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

var (
	adam        = entry{"optimizers", "adam"}
	sgd         = entry{"optimizers", "sgd"}
	sgdMomentum = entry{"optimizers", "sgd_momentum"}
	sgdNesterov = entry{"optimizers", "sgd_nesterov"}
)

// Adam does one step of Adam with the gradient grad: it updates param, the mean m of the
// gradients, and the mean v of their squares.
func (d *Device) Adam(param, grad, m, v kernels.Buffer, a kernels.Adam) {
	check.Same("Adam", param, grad, m, v)
	f := a.Factors()
	d.each(adam, param.Len(), d.span(param), d.span(grad), d.span(m), d.span(v),
		Float32(f.Scale), Float32(f.Decay), Float32(f.Keep1), Float32(f.Mix1), Float32(f.Keep2), Float32(f.Mix2),
		Float32(f.Shrink), Float32(f.Rate), Float32(f.Root), Float32(f.Epsilon))
}

// SGD does one step of stochastic gradient descent with the gradient grad: it updates
// param, and velocity unless that is empty, which means no momentum.
func (d *Device) SGD(param, grad, velocity kernels.Buffer, s kernels.SGD) {
	check.SGD(s, param, grad, velocity)
	n := param.Len()
	if velocity.Len() == 0 {
		d.each(sgd, n, d.span(param), d.span(grad), Float32(s.GradientScale), Float32(s.WeightDecay), Float32(s.LearningRate))
		return
	}
	e := sgdMomentum
	if s.Nesterov {
		e = sgdNesterov
	}
	d.each(e, n, d.span(param), d.span(grad), d.span(velocity),
		Float32(s.GradientScale), Float32(s.WeightDecay), Float32(s.Momentum), Float32(s.LearningRate))
}
