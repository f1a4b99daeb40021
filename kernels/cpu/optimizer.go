package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// Adam updates param, m and v from grad.
func (d *Device) Adam(param, grad, m, v kernels.Buffer, a kernels.Adam) {
	kernels.CheckSame("Adam", param, grad, m, v)
	d.args = args{dst: d.span(param), x: d.span(grad), y: d.span(m), z: d.span(v), adam: a}
	d.pool.run(chunks(param.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		adamPlain(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], &a.adam)
	}, &d.args)
}

func adamPlain(param, grad, m, v []float32, a *kernels.Adam) {
	shrink, decay := float32(1), a.WeightDecay
	if a.Decoupled {
		shrink, decay = 1-a.LearningRate*a.WeightDecay, 0
	}
	step := a.LearningRate / a.Correction1
	root := float32(1 / math.Sqrt(float64(a.Correction2)))
	for i, p := range param {
		g := a.GradientScale*grad[i] + decay*p
		m[i] = a.Beta1*m[i] + (1-a.Beta1)*g
		v[i] = a.Beta2*v[i] + (1-a.Beta2)*(g*g)
		param[i] = shrink*p - step*m[i]/(root*float32(math.Sqrt(float64(v[i])))+a.Epsilon)
	}
}

// SGD updates param and velocity from grad.
func (d *Device) SGD(param, grad, velocity kernels.Buffer, s kernels.SGD) {
	s.Check(param, grad, velocity)
	d.args = args{dst: d.span(param), x: d.span(grad), y: d.span(velocity), sgd: s}
	d.pool.run(chunks(param.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		var velocity []float32
		if len(a.y) != 0 {
			velocity = a.y[lo:hi]
		}
		sgdPlain(a.dst[lo:hi], a.x[lo:hi], velocity, &a.sgd)
	}, &d.args)
}

func sgdPlain(param, grad, velocity []float32, s *kernels.SGD) {
	for i, p := range param {
		g := s.GradientScale*grad[i] + s.WeightDecay*p
		if velocity != nil {
			velocity[i] = s.Momentum*velocity[i] + g
			if s.Nesterov {
				g += s.Momentum * velocity[i]
			} else {
				g = velocity[i]
			}
		}
		param[i] = p - s.LearningRate*g
	}
}
