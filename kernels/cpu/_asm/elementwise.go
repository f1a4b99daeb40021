package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise generates the kernels without elementary functions.
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

// transposeStrip turns 8×8 blocks: pairs of rows are unpacked, quadruples
// shuffled, halves swapped.
func transposeStrip() {
	TEXT("transposeStripAVX2", NOSPLIT, "func(dst *float32, dstStride int, src *float32, srcStride int, n int)")
	Pragma("noescape")
	Doc("transposeStripAVX2 makes the first n elements, a multiple of 8, of 8 rows of src the first 8 elements of n rows of dst.")
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
	s.function("fill", "dst []float32, v float32", "sets every element to v.")
	dst, n, v := base("dst"), length("dst"), s.scalar("v")
	s.each(n, func(at step) { at.store(v, dst) })
	s.end()
}

func (s isa) affine() {
	s.function("affine", "dst, x []float32, a, b float32, add bool", "stores a·x + b.")
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

// An operation is a kernels.Op.
type operation struct {
	name  string
	apply func(s isa, a, b block) block
}

var operations = []operation{
	{"Add", isa.add},
	{"Sub", isa.sub},
	{"Mul", isa.mul},
	{"Div", isa.div},
	{"Max", func(s isa, a, b block) block { return s.choose(s.compare(unordered, a, a), a, s.max(a, b)) }},
	{"Min", func(s isa, a, b block) block { return s.choose(s.compare(unordered, a, a), a, s.min(a, b)) }},
	{"Greater", func(s isa, a, b block) block {
		return s.or(s.keep(s.compare(more, a, b), s.float(1)), s.keep(s.compare(equal, a, b), s.float(0.5)))
	}},
}

// zip generates an operation on two spans, and on a span and a number on
// either side.
func (s isa) zip(o operation) {
	s.function("zip"+o.name, "dst, a, b []float32, add bool", "stores an operation on a and b.")
	s.zipLoop(func() (left, right func(step) block) { return s.loader(base("a")), s.loader(base("b")) }, o)
	s.function("zipLeft"+o.name, "dst []float32, a float32, b []float32, add bool", "stores an operation on a number and b.")
	s.zipLoop(func() (left, right func(step) block) { return s.same(s.scalar("a")), s.loader(base("b")) }, o)
	s.function("zipRight"+o.name, "dst, a []float32, b float32, add bool", "stores an operation on a and a number.")
	s.zipLoop(func() (left, right func(step) block) { return s.loader(base("a")), s.same(s.scalar("b")) }, o)
}

func (s isa) loader(from reg.GPVirtual) func(step) block {
	return func(at step) block { return at.load(from) }
}

func (s isa) same(v block) func(step) block { return func(step) block { return v } }

func (s isa) zipLoop(operands func() (left, right func(step) block), o operation) {
	dst, n := base("dst"), length("dst")
	left, right := operands()
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		s.each(n, func(at step) { store(at, o.apply(s, left(at), right(at)), dst) })
	})
	s.end()
}

// maps generates the functions of one variable.
func maps() {
	for _, s := range []isa{avx2, avx512} {
		for _, f := range []struct {
			name  string
			apply func(isa, block) block
		}{
			{"ReLU", func(s isa, x block) block { return s.max(s.float(0), x) }},
			{"Sigmoid", isa.sigmoid},
			{"Tanh", isa.tanh},
			{"Exp", isa.exp},
			{"Log", isa.log},
			{"Sqrt", func(s isa, x block) block { return s.apply1(VSQRTPS, x) }},
			{"Softplus", isa.softplus},
			{"Neg", func(s isa, x block) block { return s.xor(x, s.word(1<<31)) }},
			{"Abs", func(s isa, x block) block { return s.and(x, s.word(1<<31-1)) }},
			{"Square", func(s isa, x block) block { return s.mul(x, x) }},
			{"Reciprocal", func(s isa, x block) block { return s.div(s.float(1), x) }},
		} {
			s.function("map"+f.name, "dst, x []float32", "applies the function to x.")
			dst, n, x := base("dst"), length("dst"), base("x")
			s.each(n, func(at step) { at.store(f.apply(s, at.load(x)), dst) })
			s.end()
		}
		for _, f := range []struct {
			name  string
			apply func(isa, block) block
		}{{"Sin", isa.sin}, {"Cos", isa.cos}} {
			s.function("map"+f.name, "dst, x []float32) (done int", "applies the function to x, up to the first step with an element beyond trigLimit.")
			dst, n, x, done := base("dst"), length("dst"), base("x"), GP64()
			s.eachTrig(n, x, done, func(at step, v block) { at.store(f.apply(s, v), dst) })
			Store(done, Return("done"))
			s.end()
		}
	}
}

// eachTrig is a loop for sin and cos, which stops before the first step in which
// an element of x is too large for them. It sets done to the number of elements
// before that.
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

// jumpIfAny jumps if a condition holds in any lane.
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

// gradients generates the kernels of MapGrad.
func gradients() {
	for _, s := range []isa{avx2, avx512} {
		for _, f := range []struct {
			name  string
			apply func(s isa, dy, v block) block // v is y for functions with GradFromOutput, else x
		}{
			{"Identity", func(s isa, dy, _ block) block { return dy }},
			{"ReLU", func(s isa, dy, y block) block { return s.keep(s.compare(more, y, s.float(0)), dy) }},
			{"Sigmoid", func(s isa, dy, y block) block { return s.mul(dy, s.mul(y, s.sub(s.float(1), y))) }},
			{"Tanh", func(s isa, dy, y block) block {
				d := s.copies(len(y), s.float(1))
				s.subMul(d, y, y)
				return s.mul(dy, d)
			}},
			{"Exp", func(s isa, dy, y block) block { return s.mul(dy, y) }},
			{"Log", func(s isa, dy, x block) block { return s.div(dy, x) }},
			{"Sqrt", func(s isa, dy, y block) block {
				return s.keep(s.compare(nNotEqual, y, s.float(0)), s.mul(dy, s.div(s.float(0.5), y)))
			}},
			{"Softplus", func(s isa, dy, x block) block { return s.mul(dy, s.sigmoid(x)) }},
			{"Neg", func(s isa, dy, _ block) block { return s.xor(dy, s.word(1<<31)) }},
			{"Abs", func(s isa, dy, x block) block {
				return s.keep(s.compare(notEqual, x, s.float(0)), s.xor(dy, s.and(x, s.word(1<<31))))
			}},
			{"Square", func(s isa, dy, x block) block { return s.mul(dy, s.add(x, x)) }},
			{"Reciprocal", func(s isa, dy, y block) block { return s.mul(s.xor(dy, s.word(1<<31)), s.mul(y, y)) }},
		} {
			s.function("grad"+f.name, "dst, dy, v []float32, add bool", "stores dy times the derivative told from v.")
			dst, n, dy, v := base("dst"), length("dst"), base("dy"), base("v")
			s.stored("add", func(store func(step, block, reg.GPVirtual)) {
				s.each(n, func(at step) { store(at, f.apply(s, at.load(dy), at.load(v)), dst) })
			})
			s.end()
		}
		for _, f := range []struct {
			name  string
			apply func(s isa, dy, x block) block
		}{
			{"Sin", func(s isa, dy, x block) block { return s.mul(dy, s.cos(x)) }},
			{"Cos", func(s isa, dy, x block) block { return s.mul(s.xor(dy, s.word(1<<31)), s.sin(x)) }},
		} {
			s.function("grad"+f.name, "dst, dy, x []float32, add bool) (done int", "stores dy times the derivative at x, up to the first step with an element beyond trigLimit.")
			dst, n, dy, x, done := base("dst"), length("dst"), base("dy"), base("x"), GP64()
			s.stored("add", func(store func(step, block, reg.GPVirtual)) {
				s.eachTrig(n, x, done, func(at step, v block) { store(at, f.apply(s, at.load(dy), v), dst) })
			})
			Store(done, Return("done"))
			s.end()
		}
	}
}
