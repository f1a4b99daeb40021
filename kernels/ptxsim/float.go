package ptxsim

import (
	"math"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// float1, float2 and float3 convert a function of 1, 2 or 3 float32 to the same function of
// register values, the bits of the float32.

func float1(f func(float32) float32) any {
	return func(a uint32) uint32 { return bits32(f(float32frombits(a))) }
}

func float2(f func(a, b float32) float32) any {
	return func(a, b uint32) uint32 { return bits32(f(float32frombits(a), float32frombits(b))) }
}

func float3(f func(a, b, c float32) float32) any {
	return func(a, b, c uint32) uint32 {
		return bits32(f(float32frombits(a), float32frombits(b), float32frombits(c)))
	}
}

// flush replaces a subnormal number by a zero of its sign (.ftz).
func flush(x float32) float32 {
	if b := math.Float32bits(x); b&0x7f800000 == 0 {
		return float32frombits(b & 0x80000000)
	}
	return x
}

// clamp01 limits x to [0, 1]; NaN becomes 0 (.sat).
func clamp01(x float32) float32 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}

// A finish holds the modifiers .ftz and .sat. With .ftz, subnormal operands and results
// become 0. With .sat, results are clamped to [0, 1].
type finish struct {
	suffix   string // as in the opcode, such as ".ftz.sat"
	ftz, sat bool
}

// finishes holds all combinations. The first two are those without .sat.
var finishes = []finish{{suffix: ""}, {suffix: ".ftz", ftz: true}, {suffix: ".sat", sat: true}, {suffix: ".ftz.sat", ftz: true, sat: true}}

// in applies f to an operand, out to a result.

func (f finish) in(x float32) float32 {
	if f.ftz {
		return flush(x)
	}
	return x
}

func (f finish) out(x float32) float32 {
	if f.ftz {
		x = flush(x)
	}
	if f.sat {
		x = clamp01(x)
	}
	return x
}

// wrap1, wrap2 and wrap3 return the function of register values that applies f.in to the
// operands, then g, then f.out.

func (f finish) wrap1(g func(float32) float32) any {
	if !f.ftz && !f.sat {
		return float1(g)
	}
	return float1(func(a float32) float32 { return f.out(g(f.in(a))) })
}

func (f finish) wrap2(g func(a, b float32) float32) any {
	if !f.ftz && !f.sat {
		return float2(g)
	}
	return float2(func(a, b float32) float32 { return f.out(g(f.in(a), f.in(b))) })
}

func (f finish) wrap3(g func(a, b, c float32) float32) any {
	if !f.ftz && !f.sat {
		return float3(g)
	}
	return float3(func(a, b, c float32) float32 { return f.out(g(f.in(a), f.in(b), f.in(c))) })
}

// singlePrecision adds the correctly rounded f32 arithmetic (PTX ISA 9.7.3). Without a
// rounding modifier, add, sub and mul round to nearest.
func singlePrecision(t scalarTable) {
	for _, name := range []string{"", "rn", "rz", "rm", "rp"} {
		mode := roundings[name]
		add, mul, fma := add32(mode), mul32(mode), fused32(mode)
		div, sqrt := div32(mode), sqrt32(mode)
		spelling := ""
		if name != "" {
			spelling = "." + name
		}
		for _, f := range finishes {
			s := spelling + f.suffix + ".f32"
			t.add("add"+s, syntax.F32, FloatArithmetic, 2, f.wrap2(add))
			t.add("sub"+s, syntax.F32, FloatArithmetic, 2, f.wrap2(func(a, b float32) float32 { return add(a, -b) }))
			t.add("mul"+s, syntax.F32, FloatArithmetic, 2, f.wrap2(mul))
			if name == "" {
				continue
			}
			t.add("fma"+s, syntax.F32, FMA, 3, f.wrap3(fma))
			t.add("mad"+s, syntax.F32, FMA, 3, f.wrap3(fma))
			if f.sat {
				continue
			}
			t.add("div"+s, syntax.F32, FloatArithmetic, 2, f.wrap2(div))
			t.add("rcp"+s, syntax.F32, FloatArithmetic, 1, f.wrap1(func(a float32) float32 { return div(1, a) }))
			t.add("sqrt"+s, syntax.F32, FloatArithmetic, 1, f.wrap1(sqrt))
		}
	}
	for _, f := range finishes[:2] {
		s := f.suffix + ".f32"
		t.add("min"+s, syntax.F32, FloatArithmetic, 2, f.wrap2(smaller[float32]))
		t.add("max"+s, syntax.F32, FloatArithmetic, 2, f.wrap2(larger[float32]))
	}
	// neg, abs and copysign change only the sign bit, even if the operand is NaN.
	for _, ftz := range []bool{false, true} {
		in, s := func(a uint32) uint32 { return a }, ".f32"
		if ftz {
			in, s = func(a uint32) uint32 { return math.Float32bits(flush(float32frombits(a))) }, ".ftz.f32"
		}
		t.add("neg"+s, syntax.F32, FloatArithmetic, 1, func(a uint32) uint32 { return in(a) ^ 1<<31 })
		t.add("abs"+s, syntax.F32, FloatArithmetic, 1, func(a uint32) uint32 { return in(a) &^ (1 << 31) })
	}
	t.add("copysign.f32", syntax.F32, FloatArithmetic, 2, func(a, b uint32) uint32 { return b&^(1<<31) | a&(1<<31) })
}

// smaller returns the smaller operand, where −0 < +0. If one operand is NaN, it returns the
// other.
func smaller[T float32 | float64](a, b T) T {
	switch {
	case a != a:
		return b
	case b != b:
		return a
	}
	return min(a, b)
}

// larger returns the larger operand, where −0 < +0. If one operand is NaN, it returns the
// other.
func larger[T float32 | float64](a, b T) T {
	switch {
	case a != a:
		return b
	case b != b:
		return a
	}
	return max(a, b)
}

// doublePrecision adds f64 arithmetic (PTX ISA 9.7.3), rounded to nearest.
func doublePrecision(t scalarTable) {
	unary := func(op string, f func(a float64) float64) {
		t.add(op+".f64", syntax.F64, FloatArithmetic, 1, func(a uint64) uint64 { return bits64(f(float64frombits(a))) })
	}
	binary := func(op string, f func(a, b float64) float64) {
		t.add(op+".f64", syntax.F64, FloatArithmetic, 2, func(a, b uint64) uint64 {
			return bits64(f(float64frombits(a), float64frombits(b)))
		})
	}
	for _, rn := range []string{"", ".rn"} {
		binary("add"+rn, func(a, b float64) float64 { return a + b })
		binary("sub"+rn, func(a, b float64) float64 { return a - b })
		binary("mul"+rn, func(a, b float64) float64 { return a * b })
	}
	for _, op := range []string{"fma.rn.f64", "mad.rn.f64"} {
		t.add(op, syntax.F64, FMA, 3, func(a, b, c uint64) uint64 {
			return bits64(math.FMA(float64frombits(a), float64frombits(b), float64frombits(c)))
		})
	}
	binary("div.rn", func(a, b float64) float64 { return a / b })
	unary("rcp.rn", func(a float64) float64 { return 1 / a })
	unary("sqrt.rn", math.Sqrt)
	binary("min", smaller[float64])
	binary("max", larger[float64])
	t.add("neg.f64", syntax.F64, FloatArithmetic, 1, func(a uint64) uint64 { return a ^ 1<<63 })
	t.add("abs.f64", syntax.F64, FloatArithmetic, 1, func(a uint64) uint64 { return a &^ (1 << 63) })
	t.add("copysign.f64", syntax.F64, FloatArithmetic, 2, func(a, b uint64) uint64 { return b&^(1<<63) | a&(1<<63) })
}
