package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// Adam updates parameters and moments in one pass.
func (d *Device) Adam(param, grad, m, v kernels.Buffer, s kernels.Adam) {
	kernels.CheckSame("Adam", param, grad, m, v)
	d.args = args{dst: d.span(param), x: d.span(grad), y: d.span(m), z: d.span(v), adam: s}
	d.pool.run(chunks(param.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		adamSpan(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], &a.adam)
	}, &d.args)
}

func adamSpan(param, grad, m, v []float32, s *kernels.Adam) {
	rate := s.LearningRate / s.Correction1
	root := 1 / float32(math.Sqrt(float64(s.Correction2)))
	decay, shrink := s.WeightDecay, float32(1)
	if s.Decoupled {
		decay, shrink = 0, 1-s.LearningRate*s.WeightDecay
	}
	for i, p := range param {
		g := s.GradientScale*grad[i] + decay*p
		m[i] = s.Beta1*m[i] + (1-s.Beta1)*g
		v[i] = s.Beta2*v[i] + (1-s.Beta2)*(g*g)
		param[i] = shrink*p - rate*m[i]/(float32(math.Sqrt(float64(v[i])))*root+s.Epsilon)
	}
}

// SGD updates parameters and velocity in one pass.
func (d *Device) SGD(param, grad, velocity kernels.Buffer, s kernels.SGD) {
	kernels.CheckSame("SGD", param, grad)
	if s.Momentum != 0 || velocity.Len() != 0 {
		kernels.CheckSame("SGD", param, velocity)
	}
	d.args = args{dst: d.span(param), x: d.span(grad), y: d.span(velocity), sgd: s}
	d.pool.run(chunks(param.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		s := &a.sgd
		for i := lo; i < hi; i++ {
			g := s.GradientScale*a.x[i] + s.WeightDecay*a.dst[i]
			if len(a.y) != 0 {
				a.y[i] = s.Momentum*a.y[i] + g
				if s.Nesterov {
					g += s.Momentum * a.y[i]
				} else {
					g = a.y[i]
				}
			}
			a.dst[i] -= s.LearningRate * g
		}
	}, &d.args)
}
