package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// All loops over spans step by 16 elements, whatever the width of a vector, so
// that both instruction sets compute the same bits, reductions included.
const stepLanes = 16

// A block is what a step holds of one variable: two vectors of AVX2, one of
// AVX-512. What is the same in all lanes, in memory or in a register, is a block
// of one.
type block []Op

// part returns the i'th vector.
func (b block) part(i int) Op { return b[min(i, len(b)-1)] }

// function begins a function of one instruction set.
func (s isa) function(name, arguments, doc string) {
	TEXT(name+s.name, NOSPLIT, "func("+arguments+")")
	Pragma("noescape")
	Doc(name + s.name + " " + doc)
	labels = 0
}

// end ends it.
func (s isa) end() {
	VZEROUPPER()
	RET()
}

// labels counts the labels of a function.
var labels int

func label(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

// base and length load the parts of a slice.
func base(name string) reg.GPVirtual   { return Load(Param(name).Base(), GP64()).(reg.GPVirtual) }
func length(name string) reg.GPVirtual { return Load(Param(name).Len(), GP64()).(reg.GPVirtual) }

// parts is how many vectors make a step.
func (s isa) parts() int { return stepLanes * 4 / s.bytes }

// fresh returns a block of n new registers.
func (s isa) fresh(n int) block {
	d := make(block, n)
	for i := range d {
		d[i] = s.vector()
	}
	return d
}

// zeros returns a block of n registers that hold 0.
func (s isa) zeros(n int) block {
	d := s.fresh(n)
	for _, v := range d {
		s.clear(v.(reg.VecVirtual))
	}
	return d
}

// scalar broadcasts a float32 argument to all lanes.
func (s isa) scalar(name string) block {
	c, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return s.broadcast(c.Addr)
}

// broadcast fills a register with a float32 in memory.
func (s isa) broadcast(m Mem) block {
	v := s.vector()
	VBROADCASTSS(m, v)
	return block{v}
}

// constants are those that the file has already.
var constants = map[string]Mem{}

// words returns 64 bytes of read-only memory filled with one word.
func words(w uint32) Mem {
	return table(fmt.Sprintf("word%08x", w), func(int) uint32 { return w }, 16)
}

// table returns read-only memory of n words.
func table(name string, word func(i int) uint32, n int) Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i := range n {
		DATA(4*i, U32(word(i)))
	}
	constants[name] = m
	return m
}

// float returns a constant.
func (s isa) float(f float64) block { return block{words(math.Float32bits(float32(f)))} }

// word returns a constant by its bits.
func (s isa) word(w uint32) block { return block{words(w)} }

// copies returns n copies of v, or a copy of its n vectors.
func (s isa) copies(n int, v block) block {
	d := s.fresh(n)
	for i := range d {
		VMOVUPS(v.part(i), d[i])
	}
	return d
}

// register returns v in registers, its own if it is in some already.
func (s isa) register(v block) block {
	if _, ok := v[0].(Mem); ok {
		return s.copies(1, v)
	}
	return v
}

type instruction func(...Op)

// apply computes f(a, b), as in a − b or a / b. If either is NaN, minima and
// maxima are b.
func (s isa) apply(f instruction, a, b block) block {
	a = s.register(a)
	d := s.fresh(max(len(a), len(b)))
	for i := range d {
		f(b.part(i), a.part(i), d[i])
	}
	return d
}

func (s isa) add(a, b block) block { return s.apply(VADDPS, a, b) }
func (s isa) sub(a, b block) block { return s.apply(VSUBPS, a, b) }
func (s isa) mul(a, b block) block { return s.apply(VMULPS, a, b) }
func (s isa) div(a, b block) block { return s.apply(VDIVPS, a, b) }
func (s isa) min(a, b block) block { return s.apply(VMINPS, a, b) }
func (s isa) max(a, b block) block { return s.apply(VMAXPS, a, b) }
func (s isa) and(a, b block) block { return s.apply(VANDPS, a, b) }
func (s isa) or(a, b block) block  { return s.apply(VORPS, a, b) }
func (s isa) xor(a, b block) block { return s.apply(VXORPS, a, b) }

// apply1 computes f(a).
func (s isa) apply1(f instruction, a block) block {
	d := s.fresh(len(a))
	for i := range d {
		f(a[i], d[i])
	}
	return d
}

// shift computes a shift by n bits.
func (s isa) shift(f instruction, n int, a block) block {
	d := s.fresh(len(a))
	for i := range d {
		f(Imm(uint64(n)), a[i], d[i])
	}
	return d
}

// addMul adds a·b to d, in place. Only b may be a constant.
func (s isa) addMul(d, a, b block) { s.fused(VFMADD231PS, d, a, b) }

// subMul subtracts a·b from d, in place. Only b may be a constant.
func (s isa) subMul(d, a, b block) { s.fused(VFNMADD231PS, d, a, b) }

// mulAdd sets d = d·a + b, in place. Only b may be a constant.
func (s isa) mulAdd(d, a, b block) { s.fused(VFMADD213PS, d, a, b) }

func (s isa) fused(f instruction, d, a, b block) {
	for i := range d {
		f(b.part(i), a.part(i), d[i])
	}
}

// polynomial returns Σ c[i]·xⁱ.
func (s isa) polynomial(x block, c ...float64) block {
	p := s.copies(len(x), s.float(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		s.mulAdd(p, x, s.float(c[i]))
	}
	return p
}

// Comparisons; those with an n are true of NaN.
const (
	equal       = 0
	less        = 1
	unordered   = 3
	nNotEqual   = 4
	nNotAtLeast = 9
	notEqual    = 12
	more        = 14
)

// A mask says which lanes a condition holds in: vectors of AVX2, mask
// registers of AVX-512.
type mask []Op

// part returns the mask of the i'th vector.
func (m mask) part(i int) Op { return block(m).part(i) }

// compare returns where the comparison of a with b holds.
func (s isa) compare(how int, a, b block) mask {
	a = s.register(a)
	m := make(mask, max(len(a), len(b)))
	for i := range m {
		if s.bytes == 64 {
			m[i] = K()
		} else {
			m[i] = s.vector()
		}
		VCMPPS(Imm(uint64(how)), b.part(i), a.part(i), m[i])
	}
	return m
}

// negative returns where the sign bit is set.
func (s isa) negative(a block) mask {
	if s.bytes < 64 {
		return mask(a)
	}
	m := make(mask, len(a))
	for i := range m {
		m[i] = K()
		VPMOVD2M(a[i], m[i])
	}
	return m
}

// choose returns yes where m holds, else no.
func (s isa) choose(m mask, yes, no block) block {
	no = s.register(no)
	d := s.fresh(max(len(m), len(yes), len(no)))
	for i := range d {
		if s.bytes == 64 {
			VBLENDMPS(yes.part(i), no.part(i), m.part(i), d[i])
		} else {
			VBLENDVPS(m.part(i), yes.part(i), no.part(i), d[i])
		}
	}
	return d
}

// keep returns v where m holds, else 0.
func (s isa) keep(m mask, v block) block {
	d := s.fresh(max(len(m), len(v)))
	for i := range d {
		if s.bytes == 64 {
			VMOVUPS_Z(v.part(i), m.part(i), d[i])
		} else {
			VANDPS(v.part(i), m.part(i), d[i])
		}
	}
	return d
}
