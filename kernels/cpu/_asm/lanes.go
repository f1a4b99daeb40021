package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An isa is an instruction set with vectors and a fused multiply-add.
type isa struct {
	name   string
	bytes  int                   // size of a vector
	vector func() reg.VecVirtual // allocates a vector register
}

var (
	avx2   = isa{"AVX2", 32, YMM}
	avx512 = isa{"AVX512", 64, ZMM}
)

// stepLanes is the number of elements of each slice that a round of a loop processes, a step.
// It is the same for both instruction sets, so both form the same partial sums and give the
// same bits.
const stepLanes = 16

// A block is a list of vectors, in registers or in memory, that hold the values of one
// variable in one step. A step of 16 float32 values takes two vectors with AVX2 and one with
// AVX-512. A block of one vector may stand for any number of equal vectors.
type block []Op

// part returns vector i of the block.
func (b block) part(i int) Op { return b[min(i, len(b)-1)] }

// function begins a generated function. Its name is name followed by that of the instruction
// set, such as fillAVX2, and its doc comment is the name followed by doc.
func (s isa) function(name, arguments, doc string) {
	TEXT(name+s.name, NOSPLIT, "func("+arguments+")")
	Pragma("noescape")
	Doc(name + s.name + " " + doc)
	labels = 0
}

// end emits the end of the current function.
func (s isa) end() {
	VZEROUPPER()
	RET()
}

// labels is the number of calls of label since the current function began.
var labels int

// label returns name with a number, as a label that is unique in the current function.
func label(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

// argument loads an argument of the current function, a pointer or an int, into a register.
func argument(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// inMemory returns the memory of an argument of the current function, on the stack. The
// argument takes no register.
func inMemory(name string) Mem {
	c, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return c.Addr
}

// base and length load the address and the length of a slice argument into a register.
func base(name string) reg.GPVirtual   { return Load(Param(name).Base(), GP64()).(reg.GPVirtual) }
func length(name string) reg.GPVirtual { return Load(Param(name).Len(), GP64()).(reg.GPVirtual) }

// rowAt returns the address of row 0, 1, 2 or 3 of a matrix at base. Its rows begin stride
// bytes apart, and stride3 must hold 3·stride.
func rowAt(base, stride, stride3 reg.GPVirtual, row int) Mem {
	switch row {
	case 0:
		return Mem{Base: base}
	case 3:
		return Mem{Base: base, Index: stride3, Scale: 1}
	}
	return Mem{Base: base, Index: stride, Scale: uint8(row)}
}

// parts returns the number of vectors in a step of stepLanes float32 values.
func (s isa) parts() int { return stepLanes * 4 / s.bytes }

// fresh returns a block of n newly allocated registers.
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

// scalar copies a float32 argument of the current function to all lanes of a register.
func (s isa) scalar(name string) block {
	c, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return s.broadcast(c.Addr)
}

// broadcast copies a float32 in memory to all lanes of a register.
func (s isa) broadcast(m Mem) block {
	v := s.vector()
	VBROADCASTSS(m, v)
	return block{v}
}

// constants has the tables that have been emitted into the current file, by name.
var constants = map[string]Mem{}

// A constant is 32 bytes of read-only memory filled with one 32-bit word. AVX2 loads it
// whole. AVX-512 loads one word of it and broadcasts that to all lanes: the linker aligns
// data to at most 32 bytes, so half of all loads of 64 bytes would cross a cache line.
type constant struct{ Mem }

// words returns the constant filled with w.
func words(w uint32) constant {
	return constant{table(fmt.Sprintf("word%08x", w), func(int) uint32 { return w }, 8)}
}

// table returns read-only memory of n words of 32 bits with the values word(0), word(1), ….
// It emits a table of each name once.
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

// float returns f, rounded to float32, in all lanes.
func (s isa) float(f float64) block { return block{words(math.Float32bits(float32(f)))} }

// word returns the 32 bits w in all lanes.
func (s isa) word(w uint32) block { return block{words(w)} }

// copies emits copies of the n vectors of v to new registers, and returns these. If v has one
// vector, it is copied n times.
func (s isa) copies(n int, v block) block {
	d := s.fresh(n)
	for i := range d {
		if c, ok := v.part(i).(constant); ok {
			VBROADCASTSS(c.Mem, d[i])
		} else {
			VMOVUPS(v.part(i), d[i])
		}
	}
	return d
}

// register returns v if it is in registers, and a copy in a register otherwise.
func (s isa) register(v block) block {
	switch v[0].(type) {
	case Mem, constant:
		return s.copies(1, v)
	}
	return v
}

// An instruction has two forms. The source of the form vector is a vector. The source of
// the form broadcast is one number in memory, which AVX-512 copies to all lanes. broadcast
// is nil if the instruction has no such form.
type instruction struct{ vector, broadcast func(...Op) }

var (
	vaddps       = instruction{VADDPS, VADDPS_BCST}
	vsubps       = instruction{VSUBPS, VSUBPS_BCST}
	vmulps       = instruction{VMULPS, VMULPS_BCST}
	vdivps       = instruction{VDIVPS, VDIVPS_BCST}
	vminps       = instruction{VMINPS, VMINPS_BCST}
	vmaxps       = instruction{VMAXPS, VMAXPS_BCST}
	vandps       = instruction{VANDPS, VANDPS_BCST}
	vorps        = instruction{VORPS, VORPS_BCST}
	vxorps       = instruction{VXORPS, VXORPS_BCST}
	vfmadd231ps  = instruction{VFMADD231PS, VFMADD231PS_BCST}
	vfnmadd231ps = instruction{VFNMADD231PS, VFNMADD231PS_BCST}
	vfmadd213ps  = instruction{VFMADD213PS, VFMADD213PS_BCST}
	vpaddd       = instruction{VPADDD, VPADDD_BCST}
	vpsubd       = instruction{VPSUBD, VPSUBD_BCST}
	vpmuludq     = instruction{VPMULUDQ, VPMULUDQ_BCST} // its source of the form broadcast is 64 bits, two words of a constant
	vpaddq       = instruction{VPADDQ, nil}
	vpunpcklqdq  = instruction{VPUNPCKLQDQ, nil}
	vpunpckhqdq  = instruction{VPUNPCKHQDQ, nil}
	vunpcklps    = instruction{VUNPCKLPS, nil}
	vunpckhps    = instruction{VUNPCKHPS, nil}
)

// emit emits the instruction f in the form that the source needs. With AVX-512, that is the
// form broadcast if the source is a constant.
func (s isa) emit(f instruction, source Op, others ...Op) {
	c, ok := source.(constant)
	switch {
	case !ok:
		f.vector(append([]Op{source}, others...)...)
	case s.bytes == 64:
		f.broadcast(append([]Op{c.Mem}, others...)...)
	default:
		f.vector(append([]Op{c.Mem}, others...)...)
	}
}

// apply emits f(a, b) for each vector, and returns the results. The operands have the order
// of a − b and a / b. VMINPS and VMAXPS return b if a or b is NaN.
func (s isa) apply(f instruction, a, b block) block {
	a = s.register(a)
	d := s.fresh(max(len(a), len(b)))
	for i := range d {
		s.emit(f, b.part(i), a.part(i), d[i])
	}
	return d
}

func (s isa) add(a, b block) block { return s.apply(vaddps, a, b) }
func (s isa) sub(a, b block) block { return s.apply(vsubps, a, b) }
func (s isa) mul(a, b block) block { return s.apply(vmulps, a, b) }
func (s isa) div(a, b block) block { return s.apply(vdivps, a, b) }
func (s isa) min(a, b block) block { return s.apply(vminps, a, b) }
func (s isa) max(a, b block) block { return s.apply(vmaxps, a, b) }
func (s isa) and(a, b block) block { return s.apply(vandps, a, b) }
func (s isa) or(a, b block) block  { return s.apply(vorps, a, b) }
func (s isa) xor(a, b block) block { return s.apply(vxorps, a, b) }

// apply1 emits f(a) for each vector, and returns the results.
func (s isa) apply1(f func(...Op), a block) block {
	d := s.fresh(len(a))
	for i := range d {
		f(a[i], d[i])
	}
	return d
}

// shift emits f(n, a) for each vector, and returns the results. f is a shift by n bits, or a
// shuffle whose immediate operand is n.
func (s isa) shift(f func(...Op), n int, a block) block {
	d := s.fresh(len(a))
	for i := range d {
		f(Imm(uint64(n)), a[i], d[i])
	}
	return d
}

// addMul adds a·b to d, in place. Only b may be a constant.
func (s isa) addMul(d, a, b block) { s.fused(vfmadd231ps, d, a, b) }

// subMul subtracts a·b from d, in place. Only b may be a constant.
func (s isa) subMul(d, a, b block) { s.fused(vfnmadd231ps, d, a, b) }

// mulAdd sets d = d·a + b, in place. Only b may be a constant.
func (s isa) mulAdd(d, a, b block) { s.fused(vfmadd213ps, d, a, b) }

// fused emits the fused multiply-add f of d, a and b for each vector. The result is in d.
func (s isa) fused(f instruction, d, a, b block) {
	for i := range d {
		s.emit(f, b.part(i), a.part(i), d[i])
	}
}

// polynomial returns Σᵢ c[i]·xⁱ, by Horner's rule.
func (s isa) polynomial(x block, c ...float64) block {
	p := s.copies(len(x), s.float(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		s.mulAdd(p, x, s.float(c[i]))
	}
	return p
}

// Predicates of VCMPPS. Those whose names begin with n are true if an operand is NaN.
const (
	equal       = 0
	less        = 1
	unordered   = 3
	nNotEqual   = 4
	nNotAtLeast = 9
	notEqual    = 12
	more        = 14
)

// A mask is a truth value for each lane of a block. With AVX2 it is in vector registers, where
// the sign bit of a lane is the truth value. With AVX-512 it is in mask registers.
type mask []Op

// part returns the mask of vector i.
func (m mask) part(i int) Op { return block(m).part(i) }

// compare returns the mask of the lanes in which the predicate how holds for a and b.
func (s isa) compare(how int, a, b block) mask {
	a = s.register(a)
	compare := instruction{
		func(ops ...Op) { VCMPPS(append([]Op{Imm(uint64(how))}, ops...)...) },
		func(ops ...Op) { VCMPPS_BCST(append([]Op{Imm(uint64(how))}, ops...)...) },
	}
	m := make(mask, max(len(a), len(b)))
	for i := range m {
		if s.bytes == 64 {
			m[i] = K()
		} else {
			m[i] = s.vector()
		}
		s.emit(compare, b.part(i), a.part(i), m[i])
	}
	return m
}

// negative returns the mask of the lanes of a whose sign bit is set.
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

// choose returns yes in the lanes where m is true, and no in the others.
func (s isa) choose(m mask, yes, no block) block {
	no = s.register(no)
	d := s.fresh(max(len(m), len(yes), len(no)))
	for i := range d {
		if s.bytes == 64 {
			s.emit(instruction{VBLENDMPS, VBLENDMPS_BCST}, yes.part(i), no.part(i), m.part(i), d[i])
		} else {
			blend := instruction{vector: func(ops ...Op) { VBLENDVPS(m.part(i), ops[0], ops[1], ops[2]) }}
			s.emit(blend, yes.part(i), no.part(i), d[i])
		}
	}
	return d
}

// keep returns v in the lanes where m is true, and 0 in the others. With AVX2, all bits of a
// lane of m must be equal.
func (s isa) keep(m mask, v block) block {
	d := s.fresh(max(len(m), len(v)))
	for i := range d {
		c, ok := v.part(i).(constant)
		switch {
		case s.bytes < 64:
			s.emit(vandps, v.part(i), m.part(i), d[i])
		case ok:
			VBROADCASTSS_Z(c.Mem, m.part(i), d[i])
		default:
			VMOVUPS_Z(v.part(i), m.part(i), d[i])
		}
	}
	return d
}
