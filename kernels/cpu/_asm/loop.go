package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A step is the elements of each slice that one round of a loop processes: stepLanes
// elements, or fewer in the last round. It may also be some of the vectors of such a step.
type step struct {
	isa
	i     reg.GPVirtual // index in the slices of the first element of the whole step
	first int           // index of the first vector in the whole step
	count int           // number of vectors
	mask  []func() Op   // for a last step that has fewer elements, functions that return the mask of each vector; nil otherwise
}

// each emits a loop over slices of n elements. body emits the code for one step, for a full
// step and again for a last step that has fewer elements.
func (s isa) each(n reg.GPVirtual, body func(at step)) { s.eachParts(s.parts(), n, body) }

// eachParts is each with another number of vectors in a step, parts.
func (s isa) eachParts(parts int, n reg.GPVirtual, body func(at step)) {
	i, next := GP64(), GP64()
	loop, tail, done := label("loop"), label("tail"), label("done")
	lanes := parts * s.bytes / 4
	XORQ(i, i)
	Label(loop)
	LEAQ(Mem{Base: i, Disp: lanes}, next)
	CMPQ(next, n)
	JGT(LabelRef(tail))
	body(step{s, i, 0, parts, nil})
	MOVQ(next, i)
	JMP(LabelRef(loop))
	Label(tail)
	rest := GP64()
	MOVQ(n, rest)
	SUBQ(i, rest)
	JZ(LabelRef(done))
	body(step{s, i, 0, parts, s.tail(rest, parts)})
	Label(done)
}

// tail emits code that computes the masks of a last step with rest elements, 0 < rest, in
// parts vectors. It returns a function for each vector that returns its mask. The code
// changes the register rest.
func (s isa) tail(rest reg.GPVirtual, parts int) []func() Op {
	m := make([]func() Op, parts)
	if s.bytes == 64 {
		bits := GP64()
		MOVQ(I64(-1), bits)
		BZHIQ(rest, bits, bits)
		for p := range m {
			if p > 0 {
				SHRQ(U8(16), bits)
			}
			k := K()
			KMOVW(bits.As32(), k)
			m[p] = func() Op { return k }
		}
		return m
	}
	most := parts * s.bytes / 4
	ones := table(fmt.Sprintf("tail%d", most), func(i int) uint32 {
		if i < most {
			return math.MaxUint32
		}
		return 0
	}, 2*most)
	at := GP64()
	LEAQ(ones, at)
	NEGQ(rest)
	for p := range m {
		m[p] = func() Op { // load the mask at each use, to save registers
			v := s.vector()
			VMOVUPS(Mem{Base: at, Index: rest, Scale: 4, Disp: 4*most + s.bytes*p}, v)
			return v
		}
	}
	return m
}

// part returns vector p of the step as a step of one vector.
func (at step) part(p int) step {
	one := step{isa: at.isa, i: at.i, first: at.first + p, count: 1}
	if at.mask != nil {
		one.mask = at.mask[p : p+1]
	}
	return one
}

// load loads the step's elements of the slice at base. Lanes beyond the end of the slice are
// 0.
func (at step) load(base reg.GPVirtual) block {
	return at.loadAt(Mem{Base: base, Index: at.i, Scale: 4})
}

// loadAt is load for a slice whose element at.i is at address m.
func (at step) loadAt(m Mem) block {
	v := at.fresh(at.count)
	for p := range v {
		from := m.Offset((at.first + p) * at.bytes)
		switch {
		case at.mask == nil:
			VMOVUPS(from, v[p])
		case at.bytes == 64:
			VMOVUPS_Z(from, at.mask[p](), v[p])
		default:
			VMASKMOVPS(from, at.mask[p](), v[p])
		}
	}
	return v
}

// store stores v into the step's elements of the slice at base.
func (at step) store(v block, base reg.GPVirtual) {
	for p := range at.count {
		to := Mem{Base: base, Index: at.i, Scale: 4, Disp: (at.first + p) * at.bytes}
		switch {
		case at.mask == nil:
			VMOVUPS(v.part(p), to)
		case at.bytes == 64:
			VMOVUPS(v.part(p), at.mask[p](), to)
		default:
			VMASKMOVPS(v.part(p), at.mask[p](), to)
		}
	}
}

// keepValid returns v with 0 in lanes beyond the end of the slice.
func (at step) keepValid(v block) block {
	if at.mask == nil {
		return v
	}
	m := make(mask, len(at.mask))
	for p := range m {
		m[p] = at.mask[p]()
	}
	return at.keep(m, v)
}

// stored emits a loop twice, once for each value of the bool argument flag, which says
// whether the function adds its results to a slice or overwrites the slice. The argument
// store of loop emits the code that adds, or that overwrites.
func (s isa) stored(flag string, loop func(store func(at step, v block, base reg.GPVirtual))) {
	set, done := label("set"), label("stored")
	add := Load(Param(flag), GP32()).(reg.GPVirtual)
	TESTB(add.As8(), add.As8())
	JZ(LabelRef(set))
	loop(func(at step, v block, base reg.GPVirtual) { at.store(at.add(v, at.load(base)), base) })
	JMP(LabelRef(done))
	Label(set)
	loop(func(at step, v block, base reg.GPVirtual) { at.store(v, base) })
	Label(done)
}
