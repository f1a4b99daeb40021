package ptxsim

import (
	"math"
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A scalar is an instruction whose result in a lane is a function of the operands in that
// lane. The function's operands and result are register values: of up to 32 bits as uint32,
// with zeros above the bits of a narrower type, and of 64 bits as uint64. A floating-point
// value is passed as its bits.
type scalar struct {
	result   syntax.Type
	operands []syntax.Type
	kind     Kind
	function any  // see the method lanes for its possible types
	divides  bool // in a checked launch, a second operand of 0 is a fault
	// approximation returns the function of an .approx instruction, which depends on
	// the direction in which the instruction errs. It is nil for exact instructions.
	approximation func(Approximation) any
}

// scalars holds every scalar by its opcode with all modifiers, such as "fma.rn.f32".
var scalars = func() map[string]scalar {
	t := scalarTable{}
	integers[uint16](t, "u16", syntax.U16)
	integers[int16](t, "s16", syntax.S16)
	integers[uint32](t, "u32", syntax.U32)
	integers[int32](t, "s32", syntax.S32)
	integers[uint64](t, "u64", syntax.U64)
	integers[int64](t, "s64", syntax.S64)
	wideProducts(t)
	bitOperations(t)
	singlePrecision(t)
	doublePrecision(t)
	approximations(t)
	return t
}()

type scalarTable map[string]scalar

// add adds an instruction with the given number of operands, all of the same type as the
// result.
func (t scalarTable) add(name string, typ syntax.Type, kind Kind, operands int, function any) {
	s := scalar{result: typ, kind: kind, function: function}
	for range operands {
		s.operands = append(s.operands, typ)
	}
	t[name] = s
}

type integer interface {
	uint16 | int16 | uint32 | int32 | uint64 | int64
}

// width returns the number of bits of T.
func width[T integer]() int {
	n := 0
	for v := T(1); v != 0; v <<= 1 {
		n++
	}
	return n
}

// integer1, integer2 and integer3 convert a function of 1, 2 or 3 integers to the same
// function of register values (see scalar).

func integer1[T integer](f func(T) T) any {
	switch width[T]() {
	case 16:
		return func(a uint32) uint32 { return uint32(uint16(f(T(a)))) }
	case 32:
		return func(a uint32) uint32 { return uint32(f(T(a))) }
	}
	return func(a uint64) uint64 { return uint64(f(T(a))) }
}

func integer2[T integer](f func(a, b T) T) any {
	switch width[T]() {
	case 16:
		return func(a, b uint32) uint32 { return uint32(uint16(f(T(a), T(b)))) }
	case 32:
		return func(a, b uint32) uint32 { return uint32(f(T(a), T(b))) }
	}
	return func(a, b uint64) uint64 { return uint64(f(T(a), T(b))) }
}

func integer3[T integer](f func(a, b, c T) T) any {
	switch width[T]() {
	case 16:
		return func(a, b, c uint32) uint32 { return uint32(uint16(f(T(a), T(b), T(c)))) }
	case 32:
		return func(a, b, c uint32) uint32 { return uint32(f(T(a), T(b), T(c))) }
	}
	return func(a, b, c uint64) uint64 { return uint64(f(T(a), T(b), T(c))) }
}

// integers adds integer arithmetic (PTX ISA 9.7.1) for type T, which PTX calls name.
func integers[T integer](t scalarTable, name string, typ syntax.Type) {
	signed := ^T(0) < 0
	binary := func(op string, f func(a, b T) T) { t.add(op+"."+name, typ, IntegerArithmetic, 2, integer2(f)) }
	ternary := func(op string, f func(a, b, c T) T) { t.add(op+"."+name, typ, IntegerArithmetic, 3, integer3(f)) }
	unary := func(op string, f func(a T) T) { t.add(op+"."+name, typ, IntegerArithmetic, 1, integer1(f)) }

	binary("add", func(a, b T) T { return a + b })
	binary("sub", func(a, b T) T { return a - b })
	binary("mul.lo", func(a, b T) T { return a * b })
	binary("mul.hi", mulHigh[T])
	ternary("mad.lo", func(a, b, c T) T { return a*b + c })
	ternary("mad.hi", func(a, b, c T) T { return mulHigh(a, b) + c })
	ternary("sad", func(a, b, c T) T { return max(a, b) - min(a, b) + c })
	binary("min", func(a, b T) T { return min(a, b) })
	binary("max", func(a, b T) T { return max(a, b) })

	// The ISA leaves the result of a division by 0 unspecified. The functions return
	// what GPUs return.
	binary("div", func(a, b T) T {
		if b == 0 {
			return ^T(0)
		}
		return a / b
	})
	binary("rem", func(a, b T) T {
		if b == 0 {
			return a
		}
		return a % b
	})
	for _, op := range []string{"div.", "rem."} {
		s := t[op+name]
		s.divides = true
		t[op+name] = s
	}

	// shift adds a shift by n bits. A shift by the width of T or more gives 0, or for
	// signed T the sign in every bit.
	shift := func(op string, typ syntax.Type, f func(a T, n uint32) T) {
		s := scalar{result: typ, operands: []syntax.Type{typ, syntax.U32}, kind: IntegerArithmetic}
		switch width[T]() {
		case 16:
			s.function = func(a, n uint32) uint32 { return uint32(uint16(f(T(a), n))) }
		case 32:
			s.function = func(a, n uint32) uint32 { return uint32(f(T(a), n)) }
		default:
			s.function = func(a uint64, n uint32) uint64 { return uint64(f(T(a), n)) }
		}
		t[op+"."+typ.String()] = s
	}
	shift("shr", typ, func(a T, n uint32) T { return a >> n })
	if signed {
		unary("neg", func(a T) T { return -a })
		unary("abs", func(a T) T { return max(a, -a) })
	} else {
		untyped := map[int]syntax.Type{16: syntax.B16, 32: syntax.B32, 64: syntax.B64}[width[T]()]
		shift("shr", untyped, func(a T, n uint32) T { return a >> n })
		shift("shl", untyped, func(a T, n uint32) T { return a << n })
		t.add("cnot."+untyped.String(), untyped, IntegerArithmetic, 1, integer1(func(a T) T {
			if a == 0 {
				return 1
			}
			return 0
		}))
	}
	if typ == syntax.S32 {
		t.add("add.sat.s32", typ, IntegerArithmetic, 2, integer2(func(a, b int32) int32 { return saturate32(int64(a) + int64(b)) }))
		t.add("sub.sat.s32", typ, IntegerArithmetic, 2, integer2(func(a, b int32) int32 { return saturate32(int64(a) - int64(b)) }))
	}
}

// saturate32 returns the int32 nearest to v.
func saturate32(v int64) int32 { return int32(min(max(v, math.MinInt32), math.MaxInt32)) }

// mulHigh returns the upper half of the product a·b.
func mulHigh[T integer](a, b T) T {
	if n := width[T](); n < 64 {
		return T((int64(a) * int64(b)) >> n)
	}
	hi, _ := bits.Mul64(uint64(a), uint64(b))
	if a < 0 {
		hi -= uint64(b)
	}
	if b < 0 {
		hi -= uint64(a)
	}
	return T(hi)
}

// wideProducts adds mul.wide and mad.wide, whose results have twice the width of their
// factors, and the products of 24-bit integers.
func wideProducts(t scalarTable) {
	wide := func(op, name string, narrow, wide syntax.Type, addend bool, function any) {
		s := scalar{result: wide, operands: []syntax.Type{narrow, narrow}, kind: IntegerArithmetic, function: function}
		if addend {
			s.operands = append(s.operands, wide)
		}
		t[op+".wide."+name] = s
	}
	wide("mul", "u16", syntax.U16, syntax.U32, false, func(a, b uint32) uint32 { return a * b })
	wide("mul", "s16", syntax.S16, syntax.S32, false, func(a, b uint32) uint32 { return uint32(int32(int16(a)) * int32(int16(b))) })
	wide("mul", "u32", syntax.U32, syntax.U64, false, func(a, b uint32) uint64 { return uint64(a) * uint64(b) })
	wide("mul", "s32", syntax.S32, syntax.S64, false, func(a, b uint32) uint64 { return uint64(int64(int32(a)) * int64(int32(b))) })
	wide("mad", "u16", syntax.U16, syntax.U32, true, func(a, b, c uint32) uint32 { return a*b + c })
	wide("mad", "s16", syntax.S16, syntax.S32, true, func(a, b, c uint32) uint32 { return uint32(int32(int16(a))*int32(int16(b))) + c })
	wide("mad", "u32", syntax.U32, syntax.U64, true, func(a, b uint32, c uint64) uint64 { return uint64(a)*uint64(b) + c })
	wide("mad", "s32", syntax.S32, syntax.S64, true, func(a, b uint32, c uint64) uint64 { return uint64(int64(int32(a))*int64(int32(b))) + c })

	u24 := func(a uint32) uint64 { return uint64(a & 0xffffff) }
	s24 := func(a uint32) uint64 { return uint64(int64(int32(a<<8) >> 8)) }
	for _, v := range []struct {
		typ  syntax.Type
		take func(uint32) uint64
	}{{syntax.U32, u24}, {syntax.S32, s24}} {
		take, name := v.take, v.typ.String()
		t.add("mul24.lo."+name, v.typ, IntegerArithmetic, 2, func(a, b uint32) uint32 { return uint32(take(a) * take(b)) })
		t.add("mul24.hi."+name, v.typ, IntegerArithmetic, 2, func(a, b uint32) uint32 { return uint32(take(a) * take(b) >> 16) })
		t.add("mad24.lo."+name, v.typ, IntegerArithmetic, 3, func(a, b, c uint32) uint32 { return uint32(take(a)*take(b)) + c })
	}
}
