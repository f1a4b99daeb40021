package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// stretch is how many elements a part of Adam updates: more than a chunk, since
// its loop asks for memory ahead, and what lies behind a part's end is another
// thread's.
const stretch = 4 * chunk

// Adam updates param, m and v from grad.
func (d *Device) Adam(param, grad, m, v kernels.Buffer, a kernels.Adam) {
	check.Same("Adam", param, grad, m, v)
	d.run(ceilDiv(param.Len(), stretch), func(a *args, part int) {
		lo, hi := part*stretch, min(len(a.dst), (part+1)*stretch)
		a.loops.adam(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], &a.adam)
	}, args{dst: d.span(param), x: d.span(grad), y: d.span(m), z: d.span(v), adam: a.Factors()})
}

func adamPlain(param, grad, m, v []float32, a *kernels.AdamFactors) {
	for i, p := range param {
		g := a.Scale*grad[i] + a.Decay*p
		m[i] = a.Keep1*m[i] + a.Mix1*g
		v[i] = a.Keep2*v[i] + a.Mix2*(g*g)
		param[i] = a.Shrink*p - a.Rate*m[i]/(a.Root*float32(math.Sqrt(float64(v[i])))+a.Epsilon)
	}
}

// SGD updates param and velocity from grad.
func (d *Device) SGD(param, grad, velocity kernels.Buffer, s kernels.SGD) {
	check.SGD(s, param, grad, velocity)
	d.run(chunks(param.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		var velocity []float32
		if len(a.y) != 0 {
			velocity = a.y[lo:hi]
		}
		a.loops.sgd(a.dst[lo:hi], a.x[lo:hi], velocity, &a.sgd)
	}, args{dst: d.span(param), x: d.span(grad), y: d.span(velocity), sgd: s})
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
