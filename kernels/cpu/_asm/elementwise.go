package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise generates the loops fill and affine, those of the operations on two operands,
// and transposeStrip. None of them needs an elementary function of functions.go. In this file,
// a step is the elements of each slice that one round of a loop processes.
func elementwise() {
	for _, s := range []isa{avx2, avx512} {
		s.fill()
		s.affine()
		for _, o := range operations {
			s.zip(o)
		}
	}
	transposeStrip()
}

// transposeStrip generates the loop that transposes a strip, 8 rows of a matrix. The loop
// transposes one 8×8 block after another in registers, in three stages. VUNPCK interleaves
// pairs of rows, VSHUFPS combines two pairs to four rows, and VPERM2F128 exchanges the
// 128-bit halves of the upper and the lower four rows.
func transposeStrip() {
	TEXT("transposeStripAVX2", NOSPLIT, "func(dst *float32, dstStride int, src *float32, srcStride int, n int)")
	Pragma("noescape")
	Doc("transposeStripAVX2 copies the first n elements of 8 rows of src to the first 8 elements of n rows of dst; n is a multiple of 8.")
	dst, dstStride, src, srcStride, n := argument("dst"), argument("dstStride"), argument("src"), argument("srcStride"), argument("n")
	SHLQ(Imm(2), dstStride)
	SHLQ(Imm(2), srcStride)
	next, done := label("block"), label("done")
	Label(next)
	SUBQ(Imm(8), n)
	JL(LabelRef(done))
	at := GP64()
	MOVQ(src, at)
	var rows, pairs, fours [8]reg.VecVirtual
	for i := range rows {
		rows[i] = YMM()
		VMOVUPS(Mem{Base: at}, rows[i])
		ADDQ(srcStride, at)
	}
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPS(rows[i+1], rows[i], pairs[i])
		VUNPCKHPS(rows[i+1], rows[i], pairs[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 4 {
			fours[i+k] = YMM()
			VSHUFPS(Imm([]uint64{0x44, 0xee}[k%2]), pairs[i+2+k/2], pairs[i+k/2], fours[i+k])
		}
	}
	for half := range 2 {
		for k := range 4 {
			column := YMM()
			VPERM2F128(Imm([]uint64{0x20, 0x31}[half]), fours[4+k], fours[k], column)
			VMOVUPS(column, Mem{Base: dst})
			ADDQ(dstStride, dst)
		}
	}
	ADDQ(Imm(32), src)
	JMP(LabelRef(next))
	Label(done)
	VZEROUPPER()
	RET()
}

func (s isa) fill() {
	s.function("fill", "dst []float32, v float32", "sets every element of dst to v.")
	dst, n, v := base("dst"), length("dst"), s.scalar("v")
	s.each(n, func(at step) { at.store(v, dst) })
	s.end()
}

func (s isa) affine() {
	s.function("affine", "dst, x []float32, a, b float32, add bool", "stores a·x + b into dst, or adds it to dst.")
	dst, n, x := base("dst"), length("dst"), base("x")
	a, b := s.scalar("a"), s.scalar("b")
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		s.each(n, func(at step) {
			y := at.load(x)
			s.mulAdd(y, a, b)
			store(at, y, dst)
		})
	})
	s.end()
}

// An operation describes a kernels.Op.
type operation struct {
	name  string
	value string                        // the formula, for doc comments
	apply func(s isa, a, b block) block // emits the code that computes the operation
}

var operations = []operation{
	{"Add", "a + b", isa.add},
	{"Sub", "a − b", isa.sub},
	{"Mul", "a · b", isa.mul},
	{"Div", "a / b", isa.div},
	// VMAXPS and VMINPS return b if a or b is NaN. The result must be NaN in both cases,
	// so choose takes a where a is NaN.
	{"Max", "max(a, b)", func(s isa, a, b block) block { return s.choose(s.compare(unordered, a, a), a, s.max(a, b)) }},
	{"Min", "min(a, b)", func(s isa, a, b block) block { return s.choose(s.compare(unordered, a, a), a, s.min(a, b)) }},
	{"Greater", "1 where a > b, ½ where a = b and 0 elsewhere", func(s isa, a, b block) block {
		return s.or(s.keep(s.compare(more, a, b), s.float(1)), s.keep(s.compare(equal, a, b), s.float(0.5)))
	}},
}

// zip generates three loops of an operation: on two slices, on a number and a slice, and on a
// slice and a number.
func (s isa) zip(o operation) {
	s.function("zip"+o.name, "dst, a, b []float32, add bool", "stores "+o.value+" into dst, or adds it to dst, for slices a and b.")
	s.zipLoop(func() (left, right func(step) block) { return s.loader(base("a")), s.loader(base("b")) }, o)
	s.function("zipLeft"+o.name, "dst []float32, a float32, b []float32, add bool", "stores "+o.value+" into dst, or adds it to dst, for a number a and a slice b.")
	s.zipLoop(func() (left, right func(step) block) { return s.same(s.scalar("a")), s.loader(base("b")) }, o)
	s.function("zipRight"+o.name, "dst, a []float32, b float32, add bool", "stores "+o.value+" into dst, or adds it to dst, for a slice a and a number b.")
	s.zipLoop(func() (left, right func(step) block) { return s.loader(base("a")), s.same(s.scalar("b")) }, o)
}

// loader returns an operand for zipLoop whose elements are read from the slice at from.
func (s isa) loader(from reg.GPVirtual) func(step) block {
	return func(at step) block { return at.load(from) }
}

// same returns an operand for zipLoop that is v in every step.
func (s isa) same(v block) func(step) block { return func(step) block { return v } }

// zipLoop generates the body and the end of a function that stores an operation on two
// operands. operands emits code that prepares them. Each operand emits code that loads its
// elements for a step.
func (s isa) zipLoop(operands func() (left, right func(step) block), o operation) {
	dst, n := base("dst"), length("dst")
	left, right := operands()
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		s.each(n, func(at step) { store(at, o.apply(s, left(at), right(at)), dst) })
	})
	s.end()
}

// maps generates the loops that set dst = f(x), one for each function f of one variable.
func maps() {
	for _, s := range []isa{avx2, avx512} {
		for _, f := range functions {
			switch {
			case f.value == nil:
			case f.trigonometric:
				s.function("map"+f.name, "dst, x []float32) (done int", "sets dst = f(x) for f = "+f.name+". It stops before the first 16 elements that hold an |x| > 1e5 and returns the number of elements before them.")
				dst, n, x, done := base("dst"), length("dst"), base("x"), GP64()
				s.eachTrig(n, x, done, func(at step, v block) { at.store(f.value(s, v), dst) })
				Store(done, Return("done"))
				s.end()
			default:
				s.function("map"+f.name, "dst, x []float32", "sets dst = f(x) for f = "+f.name+".")
				dst, n, x := base("dst"), length("dst"), base("x")
				s.each(n, func(at step) { at.store(f.value(s, at.load(x)), dst) })
				s.end()
			}
		}
	}
}

// eachTrig emits a loop for sin or cos that executes body for each step with the elements v of
// x. The loop ends before the first step in which some |x| exceeds trigLimit. It sets done to
// the number of elements before that step, or to n.
func (s isa) eachTrig(n, x, done reg.GPVirtual, body func(at step, v block)) {
	far := label("far")
	s.each(n, func(at step) {
		v := at.load(x)
		MOVQ(at.i, done)
		s.jumpIfAny(s.compare(more, s.and(v, s.word(1<<31-1)), s.float(trigLimit)), far)
		body(at, v)
	})
	MOVQ(n, done)
	Label(far)
}

// jumpIfAny emits a jump to the label to, which is taken if the mask m is set in any lane.
func (s isa) jumpIfAny(m mask, to string) {
	for p := range m {
		if s.bytes == 64 {
			KORTESTW(m[p], m[p])
		} else {
			VTESTPS(m[p], m[p])
		}
		JNZ(LabelRef(to))
	}
}

// gradients generates the loops that store dy·f′, one for each function f of one variable.
func gradients() {
	for _, s := range []isa{avx2, avx512} {
		for _, f := range functions {
			if f.trigonometric {
				s.function("grad"+f.name, "dst, dy, x []float32, add bool) (done int", "stores dy·f′(x) into dst, or adds it to dst, for f = "+f.name+". It stops before the first 16 elements that hold an |x| > 1e5 and returns the number of elements before them.")
				dst, n, dy, x, done := base("dst"), length("dst"), base("dy"), base("x"), GP64()
				s.stored("add", func(store func(step, block, reg.GPVirtual)) {
					s.eachTrig(n, x, done, func(at step, v block) { store(at, f.gradient(s, at.load(dy), v), dst) })
				})
				Store(done, Return("done"))
				s.end()
				continue
			}
			s.function("grad"+f.name, "dst, dy, v []float32, add bool", "stores dy·f′(x) into dst, or adds it to dst, for f = "+f.name+". v is f(x) if f.GradFromOutput() is true, and x otherwise.")
			dst, n, dy, v := base("dst"), length("dst"), base("dy"), base("v")
			s.stored("add", func(store func(step, block, reg.GPVirtual)) {
				s.each(n, func(at step) { store(at, f.gradient(s, at.load(dy), at.load(v)), dst) })
			})
			s.end()
		}
	}
}
