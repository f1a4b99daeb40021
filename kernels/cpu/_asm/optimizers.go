package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// optimizers generates the loops that update parameters, each in one pass over memory.
func optimizers() {
	for _, s := range []isa{avx2, avx512} {
		s.adam()
		s.sgd("sgd", "param, grad []float32", false, false)
		s.sgd("sgdMomentum", "param, grad, velocity []float32", true, false)
		s.sgd("sgdNesterov", "param, grad, velocity []float32", true, true)
	}
}

// adam generates the loop for one step of Adam. kernels.AdamFactors states the formula. The
// argument factors of the loop points to the first field of that struct, and the constants
// below are the indices of its fields, all of type float32.
func (s isa) adam() {
	s.function("adam", "param, grad, m, v []float32, factors *float32", "makes one step of Adam; factors points to the fields of a kernels.AdamFactors.")
	param, n, grad, m, v := base("param"), length("param"), base("grad"), base("m"), base("v")
	factors := argument("factors")
	const (
		scale = iota
		decay
		keep1
		mix1
		keep2
		mix2
		shrink
		rate
		root
		epsilon
	)
	factor := func(k int) block { return s.broadcast(Mem{Base: factors, Disp: 4 * k}) }
	s.eachParts(1, n, func(at step) {
		at.prefetch(forReading, grad)
		at.prefetch(forWriting, param, m, v)
		p := at.load(param)
		g := s.mul(at.load(grad), factor(scale))
		s.addMul(g, p, factor(decay))
		first := s.mul(at.load(m), factor(keep1))
		s.addMul(first, g, factor(mix1))
		at.store(first, m)
		second := s.mul(at.load(v), factor(keep2))
		s.addMul(second, s.mul(g, g), factor(mix2))
		at.store(second, v)
		denominator := s.apply1(VSQRTPS, second)
		s.mulAdd(denominator, factor(root), factor(epsilon))
		p = s.mul(p, factor(shrink))
		s.subMul(p, factor(rate), s.div(first, denominator))
		at.store(p, param)
	})
	s.end()
}

// sgd generates the loop for one step of stochastic gradient descent, without momentum, with
// momentum, or with Nesterov momentum.
func (s isa) sgd(name, spans string, momentum, nesterov bool) {
	kind := ""
	if momentum {
		kind = " with momentum"
	}
	if nesterov {
		kind = " with Nesterov momentum"
	}
	s.function(name, spans+", scale, decay, momentum, rate float32", "makes one step of stochastic gradient descent"+kind+".")
	param, n, grad := base("param"), length("param"), base("grad")
	scale, decay, keep, rate := s.scalar("scale"), s.scalar("decay"), s.scalar("momentum"), s.scalar("rate")
	s.each(n, func(at step) {
		p := at.load(param)
		g := s.mul(at.load(grad), scale)
		s.addMul(g, p, decay)
		if momentum {
			velocity := base("velocity")
			v := at.load(velocity)
			s.mulAdd(v, keep, g)
			at.store(v, velocity)
			if nesterov {
				s.addMul(g, v, keep)
			} else {
				g = v
			}
		}
		s.subMul(p, g, rate)
		at.store(p, param)
	})
	s.end()
}
