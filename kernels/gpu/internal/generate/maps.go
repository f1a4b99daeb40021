package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
)

// maps writes maps.ptx: element-wise functions of one array, and their gradients.
func maps() *asm.File {
	f := asm.New("maps.ptx", "Element-wise functions of one variable and their gradients: y = f(x); dx = dy*f'(x) (or dx += ...), where v is y for functions whose derivative is a function of y, and x for others.")
	for _, fn := range kernels.Funcs() {
		if fn != kernels.Identity { // Device.Map copies instead, by the driver
			elementwise(f, "map_"+fn.String(), fmt.Sprintf("y = %v(x)", fn), "u64 y, u64 x", "x", "y",
				func(e *asm.Entry, in []string) []string { return []string{calc{e}.apply(fn, in[0])} })
		}
		if fn == kernels.Identity || fn == kernels.Neg {
			continue // Device.MapGrad needs no kernel of its own for ±dy
		}
		elementwise(f, "grad_"+fn.String(), fmt.Sprintf("dx = dy*%v'", fn), "u64 dx, u64 dy, u64 v", "dy v", "dx",
			func(e *asm.Entry, in []string) []string { return []string{calc{e}.derivative(fn, in[0], in[1])} })
		elementwise(f, "grad_add_"+fn.String(), fmt.Sprintf("dx += dy*%v'", fn), "u64 dx, u64 dy, u64 v", "dy v dx", "dx",
			func(e *asm.Entry, in []string) []string {
				c := calc{e}
				return []string{c.add(in[2], c.derivative(fn, in[0], in[1]))}
			})
	}
	return f
}

// zips writes zips.ptx: element-wise arithmetic on two arrays.
func zips() *asm.File {
	f := asm.New("zips.ptx", "Element-wise arithmetic: op(a, b), a*x + b and y + a*x.")
	for _, op := range kernels.Ops() {
		elementwise(f, "zip_"+op.String(), fmt.Sprintf("y = %v(a, b)", op), "u64 y, u64 a, u64 b", "a b", "y",
			func(e *asm.Entry, in []string) []string { return []string{calc{e}.combine(op, in[0], in[1])} })
		elementwise(f, "zip_add_"+op.String(), fmt.Sprintf("y += %v(a, b)", op), "u64 y, u64 a, u64 b", "a b y", "y",
			func(e *asm.Entry, in []string) []string {
				c := calc{e}
				return []string{c.add(in[2], c.combine(op, in[0], in[1]))}
			})
	}
	elementwise(f, "affine", "y = a*x + b", "u64 y, u64 x, f32 a, f32 b", "x", "y",
		func(e *asm.Entry, in []string) []string { return []string{calc{e}.fma("a", in[0], "b")} })
	elementwise(f, "affine_add", "y += a*x + b", "u64 y, u64 x, f32 a, f32 b", "x y", "y",
		func(e *asm.Entry, in []string) []string {
			c := calc{e}
			return []string{c.add(in[1], c.fma("a", in[0], "b"))}
		})
	elementwise(f, "add_scaled", "y += a*x", "u64 y, u64 x, f32 a", "x y", "y",
		func(e *asm.Entry, in []string) []string { return []string{calc{e}.fma("a", in[0], in[1])} })
	return f
}
