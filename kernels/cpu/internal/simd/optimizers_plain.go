package simd

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

func adamPlain(param, grad, m, v []float32, a *kernels.AdamFactors) {
	for i, p := range param {
		g := a.Scale*grad[i] + a.Decay*p
		m[i] = a.Keep1*m[i] + a.Mix1*g
		v[i] = a.Keep2*v[i] + a.Mix2*(g*g)
		param[i] = a.Shrink*p - a.Rate*m[i]/(a.Root*float32(math.Sqrt(float64(v[i])))+a.Epsilon)
	}
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
