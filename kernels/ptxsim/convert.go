package ptxsim

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A conversion maps the bits of a value of the source type of cvt to the bits of the
// converted value of the destination type. Both are in the low bits of a uint64.
type conversion func(uint64) uint64

// toInteger holds the functions that round a float64 to an integer, by modifier.
var toInteger = map[string]func(float64) float64{
	"rni": math.RoundToEven, "rzi": math.Trunc, "rmi": math.Floor, "rpi": math.Ceil,
}

// cvt compiles cvt{.rnd}{.ftz}{.sat}.dtype.stype d, a (PTX ISA 9.7.8).
func (c *compiler) cvt() exec {
	if c.in.Opcode() == "cvt.rn.bf16x2.f32" {
		return c.cvtPair()
	}
	rnd := c.mod("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi")
	ftz := c.mod("ftz") != ""
	sat := c.mod("sat") != ""
	dst, src := c.typ(1, 2, 4, 8), c.typ(1, 2, 4, 8)
	for _, t := range []syntax.Type{dst, src} {
		if t.Kind() == syntax.Bits || t == syntax.F16 {
			c.fail("does not convert .%s", t)
		}
	}
	c.args(2, 2)
	if ftz && dst != syntax.F32 && src != syntax.F32 {
		c.fail(".ftz is for .f32")
	}
	f := c.conversion(dst, src, rnd, ftz, sat)
	a := c.sourceOf(&c.in.Args[1], src, true)
	d := c.destinationOf(&c.in.Args[0], dst, true)
	srcLong := src.Size() == 8
	if o := &c.in.Args[1]; o.Kind == syntax.RegisterOperand {
		srcLong = c.register(o).Type.Size() == 8
	}
	width := 8 * dst.Size()
	if o := &c.in.Args[0]; o.Kind == syntax.RegisterOperand && o.Register >= 0 {
		width = 8 * c.register(o).Type.Size()
	}
	if fast, ok := conversions[c.in.Opcode()]; ok && srcLong == (src.Size() == 8) && (width == 64) == (dst.Size() == 8) {
		return fast(d, a)
	}
	widen := widening(dst, width)
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			var v uint64
			if srcLong {
				v = w.x[a][i]
			} else {
				v = uint64(w.r[a][i])
			}
			v = widen(f(v))
			if width == 64 {
				w.x[d][i] = v
			} else {
				w.r[d][i] = uint32(v)
			}
		}
	}
}

// widening returns the conversion that extends a value of type t to width bits: by the sign
// for signed types, by zeros for others.
func widening(t syntax.Type, width int) conversion {
	n := 8 * t.Size()
	keep := ^uint64(0) >> (64 - max(n, width))
	if t.Kind() == syntax.Signed {
		return func(v uint64) uint64 { return uint64(int64(v)<<(64-n)>>(64-n)) & keep }
	}
	mask := ^uint64(0) >> (64 - n)
	return func(v uint64) uint64 { return v & mask }
}

// conversion returns the conversion from src to dst with rounding modifier rnd, or "" for
// none. It fails if cvt does not exist with these types and modifiers.
func (c *compiler) conversion(dst, src syntax.Type, rnd string, ftz, sat bool) conversion {
	dstFloat, srcFloat := dst.Kind() == syntax.Float, src.Kind() == syntax.Float
	_, toInt := toInteger[rnd]
	read := func(v uint64) float64 {
		if src == syntax.F64 {
			return float64frombits(v)
		}
		x := float32frombits(uint32(v))
		if ftz {
			x = flush(x)
		}
		return float64(x)
	}
	switch {
	case srcFloat && !dstFloat:
		if !toInt {
			c.fail("from floating point to integer needs .rni, .rzi, .rmi or .rpi")
		}
		round := toInteger[rnd]
		return func(v uint64) uint64 { return saturate(round(read(v)), dst) }
	case !srcFloat && !dstFloat:
		if rnd != "" {
			c.fail("between integers takes no rounding")
		}
		if sat && contains(dst, src) {
			c.fail(".sat does nothing here, as .%[2]s holds every .%[1]s; leave it out", src, dst)
		}
		return integerConversion(dst, src, sat)
	}
	write := func(s float64, mode rounding) uint64 {
		if dst == syntax.F64 {
			if sat {
				s = math.Max(0, math.Min(1, s))
				if s != s {
					s = 0
				}
			}
			return bits64(s)
		}
		return uint64(bits32(finish{ftz: ftz, sat: sat}.out(round32(s, 0, mode))))
	}
	mode, known := roundings[rnd]
	if !srcFloat {
		if !known {
			c.fail("from integer to floating point needs .rn, .rz, .rm or .rp")
		}
		return integerToFloat(dst, src, mode, write)
	}
	switch {
	case dst.Size() < src.Size():
		if !known {
			c.fail("from .f64 to .f32 needs .rn, .rz, .rm or .rp")
		}
		return func(v uint64) uint64 { return write(read(v), mode) }
	case toInt && dst == src:
		round := toInteger[rnd]
		return func(v uint64) uint64 { return write(round(read(v)), toNearest) }
	case rnd != "":
		c.fail("takes no rounding .%s", rnd)
	}
	return func(v uint64) uint64 { return write(read(v), toNearest) }
}

// saturate converts x, a float64 without fraction, to integer type t. A value outside of the
// range of t becomes the nearer end of the range, and NaN becomes 0.
func saturate(x float64, t syntax.Type) uint64 {
	n := 8 * t.Size()
	if t.Kind() == syntax.Signed {
		limit := math.Ldexp(1, n-1)
		switch {
		case x != x:
			return 0
		case x >= limit:
			return 1<<(n-1) - 1
		case x < -limit:
			return -(1 << (n - 1))
		}
		return uint64(int64(x))
	}
	switch {
	case !(x > 0):
		return 0
	case x >= math.Ldexp(1, n):
		return 1<<n - 1
	}
	return uint64(x)
}

// contains reports whether dst can represent every value of src.
func contains(dst, src syntax.Type) bool {
	if dst.Kind() == src.Kind() {
		return dst.Size() >= src.Size()
	}
	return dst.Kind() == syntax.Signed && dst.Size() > src.Size()
}

// integerConversion returns the conversion between integer types. With sat it clamps the
// value to the range of dst. Otherwise it extends the value to 64 bits, of which the caller
// keeps the low bits.
func integerConversion(dst, src syntax.Type, sat bool) conversion {
	extend := widening(src, 64)
	if !sat {
		return extend
	}
	n := 8 * dst.Size()
	signed := src.Kind() == syntax.Signed
	return func(v uint64) uint64 {
		v = extend(v)
		negative := signed && int64(v) < 0
		if dst.Kind() == syntax.Signed {
			low, high := int64(-1)<<(n-1), uint64(1)<<(n-1)-1
			switch {
			case negative:
				return uint64(max(int64(v), low))
			default:
				return min(v, high)
			}
		}
		if negative {
			return 0
		}
		return min(v, ^uint64(0)>>(64-n))
	}
}

// integerToFloat returns the conversion from integer type src to floating-point type dst.
// An integer of 64 bits may not be exact in float64. Package big rounds it once, to the
// precision of dst. write rounds a float64 to dst in the given mode and applies .ftz and
// .sat.
func integerToFloat(dst, src syntax.Type, mode rounding, write func(float64, rounding) uint64) conversion {
	extend := widening(src, 64)
	signed := src.Kind() == syntax.Signed
	if src.Size() < 8 { // exact in float64
		return func(v uint64) uint64 {
			if signed {
				return write(float64(int64(extend(v))), mode)
			}
			return write(float64(extend(v)), mode)
		}
	}
	precision := uint(24)
	if dst == syntax.F64 {
		precision = 53
	}
	bigMode := [...]big.RoundingMode{toNearest: big.ToNearestEven, toZero: big.ToZero, toNegative: big.ToNegativeInf, toPositive: big.ToPositiveInf}[mode]
	return func(v uint64) uint64 {
		x := new(big.Float).SetPrec(precision).SetMode(bigMode)
		if signed {
			x.SetInt64(int64(v))
		} else {
			x.SetUint64(v)
		}
		s, _ := x.Float64()
		return write(s, toNearest)
	}
}
