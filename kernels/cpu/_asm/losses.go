package main

import (
	"github.com/mmcloughlin/avo/reg"
)

// losses generates the loops that compute summed losses and their gradients. The
// documentation of kernels.Device has the formulas.
func losses() {
	for _, s := range []isa{avx2, avx512} {
		s.reduction("bce", "returns the summed binary cross-entropy of probabilities p against t.", []string{"p", "t"}, false, func(at step, sums block, v []block) {
			p, t := v[0], v[1]
			// Compute log p and log(1−p) together, as one block.
			log := s.max(s.float(-100), s.logPositive(append(p, s.sub(s.float(1), p)...)))
			yes, no := log[:len(p)], log[len(p):]
			term := s.mul(s.sub(t, s.float(1)), no)
			s.subMul(term, t, yes)
			s.accumulate(sums, term)
		})
		s.lossGradient("bceGrad", "stores g·(p−t)/max(p(1−p), 1e-12), where g is the argument factor.", "p, t", func(v []block, g block) block {
			p, t := v[0], v[1]
			denominator := s.max(s.float(1e-12), s.mul(p, s.sub(s.float(1), p)))
			return s.div(s.mul(g, s.sub(p, t)), denominator)
		})
		s.reduction("bceLogits", "returns the summed binary cross-entropy of logits x against t.", []string{"x", "t"}, true, func(at step, sums block, v []block) {
			x, t := v[0], v[1]
			term := s.max(s.float(0), x)
			s.subMul(term, x, t)
			s.accumulate(sums, at.keepValid(s.add(term, s.log1p(s.decay(x)))))
		})
		s.lossGradient("bceLogitsGrad", "stores g·(sigmoid(x)−t), where g is the argument factor.", "x, t", func(v []block, g block) block {
			return s.mul(g, s.sub(s.sigmoid(v[0]), v[1]))
		})
		s.reduction("kld", "returns the summed Kullback–Leibler divergence of N(mu, e^logvar) from the unit Gaussian.", []string{"mu", "logvar"}, true, func(at step, sums block, v []block) {
			mu, l := v[0], v[1]
			term := s.sub(s.sub(s.exp(l), s.float(1)), l)
			s.addMul(term, mu, mu)
			s.accumulate(sums, s.mul(term, s.float(0.5)))
		})
		s.kldGrad()
		s.reparameterize()
		s.reparameterizeGrad()
	}
}

// lossGradient generates a loop that stores value(v, g), where v has the elements of the two
// slices that spans names, and g is the argument factor.
func (s isa) lossGradient(name, doc, spans string, value func(v []block, g block) block) {
	s.function(name, "dst, "+spans+" []float32, factor float32, add bool", doc)
	dst, n, x, t, g := base("dst"), length("dst"), base(spans[:1]), base(spans[3:]), s.scalar("factor")
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		s.each(n, func(at step) { store(at, value([]block{at.load(x), at.load(t)}, g), dst) })
	})
	s.end()
}

func (s isa) kldGrad() {
	s.function("kldGradLogvar", "dst, logvar []float32, factor float32, add bool", "stores g·½(e^logvar − 1), where g is the argument factor.")
	dst, n, logvar, g := base("dst"), length("dst"), base("logvar"), s.scalar("factor")
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		s.each(n, func(at step) {
			d := s.sub(s.exp(at.load(logvar)), s.float(1))
			store(at, s.mul(g, s.mul(d, s.float(0.5))), dst)
		})
	})
	s.end()
}

func (s isa) reparameterize() {
	s.function("reparameterize", "z, mu, logvar, eps []float32", "stores mu + eps·e^(logvar/2).")
	z, n, mu, logvar, eps := base("z"), length("z"), base("mu"), base("logvar"), base("eps")
	s.each(n, func(at step) {
		v := at.load(mu)
		s.addMul(v, at.load(eps), s.exp(s.mul(at.load(logvar), s.float(0.5))))
		at.store(v, z)
	})
	s.end()
}

func (s isa) reparameterizeGrad() {
	s.function("reparameterizeGradLogvar", "dst, dz, logvar, eps []float32, add bool", "stores ½·dz·eps·e^(logvar/2).")
	dst, n, dz, logvar, eps := base("dst"), length("dst"), base("dz"), base("logvar"), base("eps")
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		s.each(n, func(at step) {
			v := s.exp(s.mul(at.load(logvar), s.float(0.5)))
			v = s.mul(v, s.mul(at.load(dz), s.mul(at.load(eps), s.float(0.5))))
			store(at, v, dst)
		})
	})
	s.end()
}
