package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Sums are accumulated in float64. A step is the 16 elements of each slice that one round of a
// loop processes, and each of its 16 lanes has a partial sum. At the end, the partial sums are
// added: first lane e+8 to lane e, then lane e+4, lane e+2 and lane e+1. The order of
// additions is therefore the same for AVX2 and AVX-512.

// widen converts the float32 lanes of v to float64, in twice as many vectors.
func (s isa) widen(v block) block {
	w := make(block, 2*len(v))
	for p, part := range v {
		low, high := s.vector(), s.vector()
		w[2*p], w[2*p+1] = low, high
		r := part.(reg.VecVirtual)
		if s.bytes == 64 {
			half := YMM()
			VEXTRACTF64X4(Imm(1), r, half)
			VCVTPS2PD(half, high)
			VCVTPS2PD(r.AsY(), low)
		} else {
			half := XMM()
			VEXTRACTF128(Imm(1), r, half)
			VCVTPS2PD(half, high)
			VCVTPS2PD(r.AsX(), low)
		}
	}
	return w
}

// accumulate adds the float32 lanes of v to the float64 partial sums, which are in registers
// or in memory.
func (s isa) accumulate(sums, v block) {
	for i, w := range s.widen(v) {
		if _, ok := sums[i].(Mem); ok {
			VADDPD(sums[i], w, w)
			VMOVUPD(w, sums[i])
		} else {
			VADDPD(w, sums[i], sums[i])
		}
	}
}

// total adds the 16 lanes of sums, and returns a vector whose lowest lane is the total.
func (s isa) total(sums block) reg.VecVirtual {
	for n := len(sums) / 2; n > 0; n /= 2 {
		for i := range n {
			VADDPD(sums[n+i], sums[i], sums[i])
		}
	}
	v := sums[0].(reg.VecVirtual)
	if s.bytes == 64 {
		half := YMM()
		VEXTRACTF64X4(Imm(1), v, half)
		VADDPD(half, v.AsY(), v.AsY())
	}
	half := XMM()
	VEXTRACTF128(Imm(1), v.AsY(), half)
	VADDPD(half, v.AsX(), v.AsX())
	VPERMILPD(Imm(1), v.AsX(), half)
	VADDSD(half, v.AsX(), v.AsX())
	return v
}

// reduction generates a loop that returns the sum of a term over all elements of the slices
// that spans names. All slices have the length of the first. term emits the code that
// computes the terms from the elements v, and adds them to the partial sums. If frugal is
// true, term needs few registers and gets whole steps, which is faster. Otherwise it gets one
// vector at a time, and the partial sums are on the stack.
func (s isa) reduction(name, doc string, spans []string, frugal bool, term func(at step, sums block, v []block)) {
	arguments := spans[0]
	for _, span := range spans[1:] {
		arguments += ", " + span
	}
	s.function(name, arguments+" []float32) (sum float64", doc)
	n := length(spans[0])
	var bases []reg.GPVirtual
	for _, span := range spans {
		bases = append(bases, base(span))
	}
	sums := s.zeros(2 * s.parts())
	if !frugal {
		// Align the partial sums to cache lines. The processor cannot forward a store
		// that crosses a cache line to the load of the next step.
		stack := GP64()
		LEAQ(AllocLocal(8*stepLanes+56), stack)
		ADDQ(Imm(56), stack)
		ANDQ(I8(-64), stack)
		for i, v := range sums {
			sums[i] = Mem{Base: stack, Disp: i * s.bytes}
			VMOVUPD(v, sums[i])
		}
	}
	s.each(n, func(at step) {
		vectors := []step{at}
		if !frugal {
			vectors = nil
			for p := range at.count {
				vectors = append(vectors, at.part(p))
			}
		}
		for _, one := range vectors {
			var v []block
			for _, b := range bases {
				v = append(v, one.load(b))
			}
			term(one, sums[2*one.first:2*(one.first+one.count)], v)
		}
	})
	if !frugal {
		sums = s.copies(len(sums), sums)
	}
	VMOVSD(s.total(sums).AsX(), s.result("sum"))
	s.end()
}

// result returns the memory of a result of the current function, on the stack.
func (s isa) result(name string) Mem {
	c, err := Return(name).Resolve()
	if err != nil {
		panic(err)
	}
	return c.Addr
}

// reductions generates the loops that compute sums and dot products.
func reductions() {
	for _, s := range []isa{avx2, avx512} {
		s.reduction("sum", "returns Σ x.", []string{"x"}, true, func(at step, sums block, v []block) {
			s.accumulate(sums, v[0])
		})
		s.reduction("dot", "returns Σ x·y.", []string{"x", "y"}, true, func(at step, sums block, v []block) {
			y := s.widen(v[1])
			for i, x := range s.widen(v[0]) {
				VFMADD231PD(y[i], x, sums[i])
			}
		})
		s.sumRuns()
		s.sumRows()
	}
}

// sumRuns generates the loop that sums runs of elements. The runs have equal length and follow
// one another.
func (s isa) sumRuns() {
	s.function("sumRuns", "out []float64, x []float32, run int", "adds to out[k] the sum of elements [k·run, (k+1)·run) of x.")
	out, n, x, run := base("out"), length("out"), base("x"), argument("run")
	next, done := label("run"), label("done")
	Label(next)
	SUBQ(Imm(1), n)
	JL(LabelRef(done))
	sums := s.zeros(2 * s.parts())
	s.each(run, func(at step) { s.accumulate(sums, at.load(x)) })
	v := s.total(sums).AsX()
	VADDSD(Mem{Base: out}, v, v)
	VMOVSD(v, Mem{Base: out})
	ADDQ(Imm(8), out)
	LEAQ(Mem{Base: x, Index: run, Scale: 4}, x)
	JMP(LabelRef(next))
	Label(done)
	s.end()
}

// sumRows generates the loop that sums the columns of a matrix. It reads the matrix row by
// row, in the order of memory, and keeps the sums in memory, in the first-level cache.
func (s isa) sumRows() {
	s.function("sumRows", "out []float64, x []float32, rows int", "adds to out each of the first rows rows of x, which have len(out) elements. It also overwrites up to 15 elements after out, up to a multiple of 16.")
	out, n, x, rows := base("out"), length("out"), base("x"), argument("rows")
	next, done := label("row"), label("done")
	Label(next)
	SUBQ(Imm(1), rows)
	JL(LabelRef(done))
	s.each(n, func(at step) {
		sums := make(block, 2*s.parts())
		for i := range sums {
			sums[i] = Mem{Base: out, Index: at.i, Scale: 8, Disp: i * s.bytes}
		}
		s.accumulate(sums, at.load(x))
	})
	LEAQ(Mem{Base: x, Index: n, Scale: 4}, x)
	JMP(LabelRef(next))
	Label(done)
	s.end()
}
