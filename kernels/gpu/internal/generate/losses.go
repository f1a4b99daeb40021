package main

import (
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// losses writes losses.ptx: losses summed over all elements, and their gradients.
func losses() *asm.File {
	f := asm.New("losses.ptx", "Losses summed over all elements, one partial sum for each block, and their gradients times the number at g.")
	reduction(f, "bce", "Sums -t*log(p) - (1-t)*log(1-p), with logarithms clamped to at least -100.", "p t", func(c calc, in []string) string {
		p, t := in[0], in[1]
		yes := c.max(num(-100), c.log(p))
		no := c.max(num(-100), c.log(c.sub(num(1), p)))
		return c.fma(c.neg(t), yes, c.mul(c.sub(t, num(1)), no))
	})
	lossGradient(f, "bce_grad", "g*(p-t)/max(p*(1-p), 1e-12)", "p t", func(c calc, in []string) string {
		p, t := in[0], in[1]
		return c.div(c.mul("factor", c.sub(p, t)), c.max(num(1e-12), c.mul(p, c.sub(num(1), p))))
	})
	reduction(f, "bce_logits", "Sums max(x, 0) - x*t + log(1+exp(-|x|)).", "x t", func(c calc, in []string) string {
		x, t := in[0], in[1]
		return c.add(c.fma(c.neg(x), t, c.max(num(0), x)), c.log1p(c.decay(x)))
	})
	lossGradient(f, "bce_logits_grad", "g*(sigmoid(x)-t)", "x t", func(c calc, in []string) string {
		return c.mul("factor", c.sub(c.sigmoid(in[0]), in[1]))
	})
	reduction(f, "kld", "Sums (mu^2 + exp(l) - 1 - l)/2.", "mu l", func(c calc, in []string) string {
		mu, l := in[0], in[1]
		return c.mul(num(0.5), c.fma(mu, mu, c.sub(c.sub(c.exp(l), num(1)), l)))
	})
	lossGradient(f, "kld_grad_mu", "g*mu", "mu", func(c calc, in []string) string { return c.mul("factor", in[0]) })
	lossGradient(f, "kld_grad_logvar", "g*(exp(l)-1)/2", "l", func(c calc, in []string) string {
		return c.mul("factor", c.mul(num(0.5), c.sub(c.exp(in[0]), num(1))))
	})
	return f
}

// lossGradient adds two kernels. The first sets y to value, a function of the inputs; the
// kernel name+"_add" adds it to y. value multiplies by register factor, the number at g.
func lossGradient(f *asm.File, name, doc, inputs string, value func(c calc, in []string) string) {
	stored(f, name, doc, "u64 g", inputs, func(e *asm.Entry) {
		e.Reg("f32", "factor")
		e.P("ld.global.f32 factor, [g]")
	}, value)
}

// stored adds two element-wise kernels. The first sets y to value, a function of the inputs;
// the kernel name+"_add" adds it to y. params are further parameters. before generates code
// that each thread runs once, before its elements.
func stored(f *asm.File, name, doc, params, inputs string, before func(e *asm.Entry), value func(c calc, in []string) string) {
	spansOf := "u64 y"
	for _, s := range strings.Fields(inputs) {
		spansOf += ", u64 " + s
	}
	if params != "" {
		spansOf += ", " + params
	}
	e := f.Entry(name, "y = "+doc, work.Threads, spansOf+", u32 n")
	before(e)
	spans(e, inputs, "y", func(in []string) []string { return []string{value(calc{e}, in)} })

	e = f.Entry(name+"_add", "y += "+doc, work.Threads, spansOf+", u32 n")
	before(e)
	spans(e, inputs+" y", "y", func(in []string) []string {
		c := calc{e}
		last := len(in) - 1
		return []string{c.add(in[last], value(c, in[:last]))}
	})
}
