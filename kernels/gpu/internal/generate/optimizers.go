package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
)

// optimizers writes optimizers.ptx: steps of Adam and of gradient descent, each in one
// kernel.
func optimizers() *asm.File {
	f := asm.New("optimizers.ptx", "Optimizer steps, each in one pass over its arrays.")
	elementwise(f, "adam", "g = scale*grad + decay*p; m = keep1*m + mix1*g; v = keep2*v + mix2*g^2; p = shrink*p - rate*m/(root*sqrt(v) + epsilon)",
		"u64 p, u64 grad, u64 m, u64 v, f32 scale, f32 decay, f32 keep1, f32 mix1, f32 keep2, f32 mix2, f32 shrink, f32 rate, f32 root, f32 epsilon",
		"p grad m v", "p m v", func(e *asm.Entry, in []string) []string {
			c := calc{e}
			p, grad, m, v := in[0], in[1], in[2], in[3]
			g := c.fma("decay", p, c.mul("scale", grad))
			m = c.fma("mix1", g, c.mul("keep1", m))
			v = c.fma("mix2", c.mul(g, g), c.mul("keep2", v))
			below := c.fma("root", c.sqrt(v), "epsilon")
			p = c.fma(c.neg("rate"), c.div(m, below), c.mul("shrink", p))
			return []string{p, m, v}
		})
	elementwise(f, "sgd", "p -= rate*(scale*grad + decay*p)",
		"u64 p, u64 grad, f32 scale, f32 decay, f32 rate", "p grad", "p", func(e *asm.Entry, in []string) []string {
			c := calc{e}
			g := c.fma("decay", in[0], c.mul("scale", in[1]))
			return []string{c.fma(c.neg("rate"), g, in[0])}
		})
	for _, nesterov := range []bool{false, true} {
		name, doc := "sgd_momentum", "g = scale*grad + decay*p; v = keep*v + g; p -= rate*v"
		if nesterov {
			name, doc = "sgd_nesterov", "g = scale*grad + decay*p; v = keep*v + g; p -= rate*(g + keep*v)"
		}
		elementwise(f, name, doc, "u64 p, u64 grad, u64 v, f32 scale, f32 decay, f32 keep, f32 rate",
			"p grad v", "p v", func(e *asm.Entry, in []string) []string {
				c := calc{e}
				g := c.fma("decay", in[0], c.mul("scale", in[1]))
				v := c.fma("keep", in[2], g)
				by := v
				if nesterov {
					by = c.fma("keep", v, g)
				}
				return []string{c.fma(c.neg("rate"), by, in[0]), v}
			})
	}
	return f
}
