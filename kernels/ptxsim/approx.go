package ptxsim

import (
	"math"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// An approximate describes an .approx instruction. The ISA bounds the instruction's error,
// and leaves the size and sign of the error to the hardware. exact computes the function in
// float64. bound returns the largest error that the ISA allows if x is the operand and y the
// exact result. bound is 0 for operands whose result the ISA specifies exactly.
type approximate struct {
	exact func(x float64) float64
	bound func(x, y float64) float64
}

// relative returns a function bound whose value is 2^log2 times the magnitude of the result.
func relative(log2 float64) func(x, y float64) float64 {
	factor := math.Exp2(log2)
	return func(_, y float64) float64 { return factor * math.Abs(y) }
}

var approximates = map[string]approximate{
	"rcp":   {func(x float64) float64 { return 1 / x }, relative(-23)},
	"sqrt":  {math.Sqrt, relative(-23)},
	"rsqrt": {func(x float64) float64 { return 1 / math.Sqrt(x) }, relative(-22.9)},
	"sin":   {math.Sin, circular},
	"cos":   {math.Cos, circular},
	"ex2": {math.Exp2, func(x, y float64) float64 {
		if x == 0 {
			return 0
		}
		return min(2*ulp32(y), y) // never below 0
	}},
	"lg2": {math.Log2, func(x, y float64) float64 {
		if x > 0.5 && x < 2 {
			return 0x1p-22
		}
		return 0x1p-22 * math.Abs(y)
	}},
}

// circular bounds the error of sin.approx and cos.approx: 2⁻²⁰·⁵ for |x| up to 2π, and
// 2⁻¹⁴·⁷ up to 100π. The ISA states no bound for larger |x|; here it grows in proportion
// to |x|, up to 1.
func circular(x, _ float64) float64 {
	switch turns := math.Abs(x) / (2 * math.Pi); {
	case x == 0:
		return 0
	case turns <= 1:
		return math.Exp2(-20.5)
	case turns <= 50:
		return math.Exp2(-14.7)
	default:
		return min(1, math.Exp2(-14.7)*turns/50)
	}
}

// ulp32 returns the spacing of float32 values at y.
func ulp32(y float64) float64 {
	_, exp := math.Frexp(y)
	return math.Ldexp(1, max(exp-24, -149))
}

// err returns the float32 farthest from y, in the direction of a, whose error is at most
// bound. If a is Scattered, a hash of operands, the bits of the operands, decides the
// direction.
// A result of 0, ±Inf or NaN has no error.
func (a Approximation) err(y, bound float64, operands uint32) float32 {
	if bound == 0 || a == Nearest || y == 0 || y != y || math.IsInf(y, 0) {
		return float32(y)
	}
	up := a == High
	if a == Scattered {
		up = scatter(operands)&1 == 0
	}
	var f float32
	if up {
		f = round32(y+bound, 0, toNegative)
	} else {
		f = round32(y-bound, 0, toPositive)
	}
	if math.Abs(float64(f)-y) > bound {
		return float32(y) // no float32 within the bound on that side
	}
	return f
}

// scatter returns a hash of x: the 32-bit finalizer of MurmurHash3.
func scatter(x uint32) uint32 {
	x = (x ^ x>>16) * 0x85ebca6b
	x = (x ^ x>>13) * 0xc2b2ae35
	return x ^ x>>16
}

// approximations adds the .approx instructions and div.full to t.
func approximations(t scalarTable) {
	for op, f := range approximates {
		for _, ftz := range finishes[:2] {
			name := op + ".approx" + ftz.suffix + ".f32"
			t.add(name, syntax.F32, SpecialFunction, 1, nil)
			s := t[name]
			s.approximation = func(a Approximation) any {
				return float1(func(x float32) float32 {
					x = ftz.in(x)
					y := f.exact(float64(x))
					return ftz.out(a.err(y, f.bound(float64(x), y), bits32(x)))
				})
			}
			t[name] = s
		}
	}
	for _, op := range []string{"div.approx", "div.full"} {
		for _, ftz := range finishes[:2] {
			name := op + ftz.suffix + ".f32"
			t.add(name, syntax.F32, SpecialFunction, 2, nil)
			s := t[name]
			s.approximation = func(a Approximation) any {
				return float2(func(x, y float32) float32 {
					x, y = ftz.in(x), ftz.in(y)
					// GPUs compute div.approx as x·(1/y), and 1/y underflows to 0 for large y.
					if op == "div.approx" && math.Abs(float64(y)) > 0x1p126 && !math.IsInf(float64(y), 0) {
						return x * float32(math.Copysign(0, float64(y)))
					}
					q := float64(x) / float64(y)
					return ftz.out(a.err(q, 2*ulp32(q), bits32(x)^scatter(bits32(y))))
				})
			}
			t[name] = s
		}
	}
}
