package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blocks generates the copy loops of convolutions with few channels. copyBlocks copies
// rectangular blocks, deinterleave copies every second element of rows, and interleave is
// the inverse of deinterleave.
func blocks() {
	for _, s := range []isa{avx2, avx512} {
		s.copyBlocks()
		s.deinterleave()
		s.interleave()
	}
}

// eachRow emits a loop over rows of n elements. The loop executes body for each step of a
// row, stepLanes elements or the rest of the row, and next after each row. It counts the
// register rows down to 0. masks emits code that computes the masks of the last step, if that
// has only rest elements, and returns the masks.
func (s isa) eachRow(rows, n reg.GPVirtual, masks func(rest reg.GPVirtual) []func() Op, body func(at step), next func()) {
	whole := GP64()
	MOVQ(n, whole)
	s.eachRowOf(rows, n, whole, masks, body, next)
}

// eachRowOf is eachRow for rows whose full steps end with the last multiple of stepLanes up to
// whole, which the code changes to that multiple.
func (s isa) eachRowOf(rows, n, whole reg.GPVirtual, masks func(rest reg.GPVirtual) []func() Op, body func(at step), next func()) {
	rest, i := GP64(), GP64()
	ANDQ(I8(-stepLanes), whole)
	MOVQ(n, rest)
	SUBQ(whole, rest)
	tail := masks(rest)
	row, loop, last, end := label("row"), label("loop"), label("last"), label("end")
	Label(row)
	XORQ(i, i)
	Label(loop)
	CMPQ(i, whole)
	JE(LabelRef(last))
	body(step{s, i, 0, s.parts(), nil})
	ADDQ(U8(stepLanes), i)
	JMP(LabelRef(loop))
	Label(last)
	CMPQ(i, n)
	JE(LabelRef(end))
	body(step{s, i, 0, s.parts(), tail})
	Label(end)
	next()
	DECQ(rows)
	JNZ(LabelRef(row))
}

// copyBlocks generates the loop that copies rectangular blocks, row by row.
func (s isa) copyBlocks() {
	s.function("copyBlocks", "dst *float32, doff *int, ldd int, src *float32, soff *int, lds, n, rows, columns int, add bool", "does the same as copyBlocksPlain.")
	s.stored("add", func(store func(step, block, reg.GPVirtual)) {
		doff, ldd, soff, lds := argument("doff"), argument("ldd"), argument("soff"), argument("lds")
		columns := argument("columns")
		again := label("block")
		Label(again)
		to, from, rows := GP64(), GP64(), GP64()
		MOVQ(Mem{Base: doff}, to)
		ADDQ(inMemory("dst"), to)
		MOVQ(Mem{Base: soff}, from)
		ADDQ(inMemory("src"), from)
		MOVQ(inMemory("rows"), rows)
		s.eachRow(rows, columns,
			func(rest reg.GPVirtual) []func() Op { return s.tail(rest, s.parts()) },
			func(at step) { store(at, at.load(from), to) },
			func() {
				ADDQ(lds, from)
				ADDQ(ldd, to)
			})
		ADDQ(U8(8), doff)
		ADDQ(U8(8), soff)
		DECQ(inMemory("n"))
		JNZ(LabelRef(again))
	})
	s.end()
}

// deinterleave generates the loop that copies the elements of a row with an even index. A
// step reads 32 elements and writes 16.
func (s isa) deinterleave() {
	s.function("deinterleave", "dst *float32, ldd int, src *float32, lds, rows, n int", "does the same as deinterleavePlain with a step of 2.")
	dst, ldd, src, lds, n := argument("dst"), argument("ldd"), argument("src"), argument("lds"), argument("n")
	var sources []func() Op // masks for the loads of the partial last step
	var even reg.VecVirtual
	if s.bytes == 64 {
		even = ZMM()
		VMOVUPS(table("even", func(i int) uint32 { return uint32(2 * i) }, 16), even)
	}
	s.eachRow(argument("rows"), n,
		func(rest reg.GPVirtual) []func() Op {
			twice := GP64()
			LEAQ(Mem{Base: rest, Index: rest, Scale: 1, Disp: -1}, twice) // 2·rest − 1, because the source may end at the last element with an even index
			sources = s.tail(twice, 2*s.parts())
			return s.tail(rest, s.parts())
		},
		func(at step) {
			from := step{isa: s, i: at.i, count: 2 * at.count}
			if at.mask != nil {
				from.mask = sources
			}
			v := from.loadAt(Mem{Base: src, Index: at.i, Scale: 8})
			evens := s.fresh(at.count)
			for p := range evens {
				if s.bytes == 64 {
					VMOVAPS(even, evens[p])
					VPERMI2PS(v[1], v[0], evens[p])
					continue
				}
				VSHUFPS(Imm(0x88), v[2*p+1], v[2*p], evens[p])
				VPERMPD(Imm(0xd8), evens[p], evens[p])
			}
			at.store(evens, dst)
		},
		func() {
			ADDQ(lds, src)
			ADDQ(ldd, dst)
		})
	s.end()
}

// interleave generates the inverse of deinterleave. A step reads 16 elements, copies each to
// two neighboring lanes, and stores the lanes with an even index.
func (s isa) interleave() {
	s.function("interleave", "dst *float32, ldd int, src *float32, lds, rows, n int", "does the same as interleavePlain with a step of 2.")
	dst, ldd, src, lds, n := argument("dst"), argument("ldd"), argument("src"), argument("lds"), argument("n")
	parts := 2 * s.parts()
	// The masks of the lanes to store: those with an even index, in a full step and in the
	// partial last step.
	full := s.evenLanes()
	var last []func() Op
	var halves [2]reg.VecVirtual
	if s.bytes == 64 {
		twice := func(i int) uint32 { return uint32(i / 2) }
		for h := range halves {
			halves[h] = ZMM()
		}
		VMOVUPS(table("twice", twice, 32), halves[0])
		VMOVUPS(table("twice", twice, 32).Offset(64), halves[1])
	}
	s.eachRow(argument("rows"), n,
		func(rest reg.GPVirtual) []func() Op {
			last = s.evenLanesOf(rest, parts)
			return s.tail(rest, s.parts())
		},
		func(at step) {
			v := at.load(src)
			to := full
			if at.mask != nil {
				to = last
			}
			for p := range parts {
				x := s.vector()
				switch {
				case s.bytes == 64:
					VPERMPS(v[0], halves[p], x)
				case p%2 == 0:
					VPERMPD(Imm(0x10), v[p/2], x)
					VUNPCKLPS(x, x, x)
				default:
					VPERMPD(Imm(0x32), v[p/2], x)
					VUNPCKLPS(x, x, x)
				}
				m := Mem{Base: dst, Index: at.i, Scale: 8, Disp: s.bytes * p}
				if s.bytes == 64 {
					VMOVUPS(x, to[p](), m)
				} else {
					VMASKMOVPS(x, to[p](), m)
				}
			}
		},
		func() {
			ADDQ(lds, src)
			ADDQ(ldd, dst)
		})
	s.end()
}

// evenLanes returns the masks of the lanes with an even index, one for each register of a step.
func (s isa) evenLanes() []func() Op {
	if s.bytes == 64 {
		k := K()
		bits := GP32()
		MOVL(U32(0x5555), bits)
		KMOVW(bits, k)
		same := func() Op { return k }
		return []func() Op{same, same}
	}
	same := func() Op {
		v := YMM()
		VMOVUPS(alternate(), v)
		return v
	}
	return []func() Op{same, same, same, same}
}

// evenLanesOf returns the masks of evenLanes for the partial last step, in which rest elements
// fill parts registers.
func (s isa) evenLanesOf(rest reg.GPVirtual, parts int) (last []func() Op) {
	double := GP64()
	LEAQ(Mem{Base: rest, Index: rest, Scale: 1}, double)
	if s.bytes == 64 {
		bits := GP64()
		MOVQ(U32(0x55555555), bits)
		BZHIQ(double, bits, bits)
		for p := range parts {
			if p > 0 {
				SHRQ(U8(16), bits)
			}
			k := K()
			KMOVW(bits.As32(), k)
			last = append(last, func() Op { return k })
		}
	} else {
		at := GP64()
		LEAQ(alternate(), at)
		NEGQ(double)
		for p := range parts {
			last = append(last, func() Op {
				v := YMM()
				VMOVUPS(Mem{Base: at, Index: double, Scale: 4, Disp: 128 + 32*p}, v)
				return v
			})
		}
	}
	return last
}

// alternate returns a table of 64 words of 32 bits. Words 0, 2, …, 30 have all bits set, and
// the others are 0.
func alternate() Mem {
	return table("alternate", func(i int) uint32 {
		if i < 32 && i%2 == 0 {
			return 1<<32 - 1
		}
		return 0
	}, 64)
}
