package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Adam is [kernels.Optimizer].Adam. Its composition uses memory for 2·param.Len()
// values.
func Adam(dev kernels.Device, param, grad, m, v kernels.Buffer, a kernels.Adam) {
	if d, ok := dev.(kernels.Optimizer); ok {
		d.Adam(param, grad, m, v, a)
		return
	}
	check.Same("Adam", param, grad, m, v)
	s := newScratch(dev)
	defer s.free()
	f := a.Factors()
	g, t := s.alloc(param.Len()), s.alloc(param.Len())

	dev.Affine(g, grad, f.Scale, 0, kernels.Overwrite)
	dev.AddScaled(g, f.Decay, param)

	dev.Affine(m, m, f.Keep1, 0, kernels.Overwrite)
	dev.AddScaled(m, f.Mix1, g)

	dev.Affine(v, v, f.Keep2, 0, kernels.Overwrite)
	dev.Map(kernels.Square, g, g)
	dev.AddScaled(v, f.Mix2, g)

	dev.Map(kernels.Sqrt, t, v)
	dev.Affine(t, t, f.Root, f.Epsilon, kernels.Overwrite)
	dev.Zip(kernels.Div, t, m, t, kernels.Overwrite)
	dev.Affine(param, param, f.Shrink, 0, kernels.Overwrite)
	dev.AddScaled(param, -f.Rate, t)
}

// SGD is [kernels.Optimizer].SGD. Its composition uses memory for param.Len() values.
func SGD(dev kernels.Device, param, grad, velocity kernels.Buffer, sgd kernels.SGD) {
	if d, ok := dev.(kernels.Optimizer); ok {
		d.SGD(param, grad, velocity, sgd)
		return
	}
	check.SGD(sgd, param, grad, velocity)
	s := newScratch(dev)
	defer s.free()
	step := s.alloc(param.Len())
	dev.Affine(step, grad, sgd.GradientScale, 0, kernels.Overwrite)
	dev.AddScaled(step, sgd.WeightDecay, param)
	if velocity.Len() != 0 {
		dev.Affine(velocity, velocity, sgd.Momentum, 0, kernels.Overwrite)
		dev.AddScaled(velocity, 1, step)
		if sgd.Nesterov {
			dev.AddScaled(step, sgd.Momentum, velocity)
		} else {
			step = velocity
		}
	}
	dev.AddScaled(param, -sgd.LearningRate, step)
}
