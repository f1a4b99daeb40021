package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bf16 is AVX-512 with the instructions for bfloat16 (AVX512_BF16).
var bf16 = isa{"BF16", 64, ZMM}

// pairs generates the micro-kernels that multiply pairs of bfloat16 numbers, and the loops
// that make pairs. A pair takes 32 bits: the number of an even k in the low half, and that of
// k+1 in the high half. VDPBF16PS adds the products of two pairs to each sum. So a
// micro-kernel for pairs is one for float32 in which VDPBF16PS stands for the multiply-add,
// and in which each step takes two values of k.
func pairs() {
	for _, rows := range []int{6, 4} {
		for _, vectors := range []int{4, 2, 1} {
			microKernel(bf16, rows, vectors)
		}
	}
	peak(bf16)
	pairRuns()
	pairRows()
}

// multiplyAdd adds x·y to sum in each lane. With bf16, x and y are pairs, and both of their
// products are added.
func (s isa) multiplyAdd(x, y, sum reg.VecVirtual) {
	if s.name == bf16.name {
		unknown("AVX512_BF16", "VDPBF16PS", []Op{x, y, sum}, []Op{x, y, sum}, []Op{sum})
		return
	}
	VFMADD231PS(x, y, sum)
}

// unknown emits an instruction that neither avo nor Go's assembler knows, of the given
// extension of the instruction set. The function encode replaces it by its bytes when registers
// are allocated.
func unknown(extension, opcode string, operands, inputs, outputs []Op) {
	Instruction(&ir.Instruction{Opcode: opcode, Operands: operands, Inputs: inputs, Outputs: outputs, ISA: []string{extension}})
}

// narrow returns 32 bfloat16 numbers: those nearest to the lanes of low, and then those
// nearest to the lanes of high.
func narrow(low, high Op) reg.VecVirtual {
	v := ZMM()
	unknown("AVX512_BF16", "VCVTNE2PS2BF16", []Op{low, high, v}, []Op{low, high}, []Op{v})
	return v
}

// pairRuns generates the loop that pairs neighboring elements of rows.
func pairRuns() {
	s := bf16
	s.function("pairRuns", "dst *float32, ldd int, src *float32, lds, rows, n int", "does the same as pairRunsPlain, but treats subnormal numbers as 0.")
	dst, ldd, src, lds, n := argument("dst"), argument("ldd"), argument("src"), argument("lds"), argument("n")
	words, whole := GP64(), GP64()
	LEAQ(Mem{Base: n, Disp: 1}, words)
	SHRQ(Imm(1), words)
	MOVQ(n, whole)
	SHRQ(Imm(1), whole)
	var sources []func() Op // masks for the loads of the last step, which may have an odd number of elements
	s.eachRowOf(argument("rows"), words, whole,
		func(rest reg.GPVirtual) []func() Op {
			elements := GP64()
			LEAQ(Mem{Base: whole, Index: whole, Scale: 1}, elements)
			NEGQ(elements)
			ADDQ(n, elements)
			sources = s.tail(elements, 2)
			return s.tail(rest, 1)
		},
		func(at step) {
			from := step{isa: s, i: at.i, count: 2}
			if at.mask != nil {
				from.mask = sources
			}
			v := from.loadAt(Mem{Base: src, Index: at.i, Scale: 8})
			at.store(block{narrow(v[0], v[1])}, dst)
		},
		func() {
			ADDQ(lds, src)
			ADDQ(ldd, dst)
		})
	s.end()
}

// pairRows generates the loop that pairs the elements of two rows.
func pairRows() {
	s := bf16
	s.function("pairRows", "dst *float32, ldd int, x, y *float32, lds, rows, n int", "does the same as pairRowsPlain, but treats subnormal numbers as 0.")
	dst, ldd, x, y, lds, n := argument("dst"), argument("ldd"), argument("x"), argument("y"), argument("lds"), argument("n")
	// Word i of the table names the lanes i and 16+i of 16 bits.
	interleave := ZMM()
	VMOVUPS(table("interleave", func(i int) uint32 { return uint32(i | (16+i)<<16) }, 16), interleave)
	s.eachRow(argument("rows"), n,
		func(rest reg.GPVirtual) []func() Op { return s.tail(rest, 1) },
		func(at step) {
			v := narrow(at.load(x)[0], at.load(y)[0])
			VPERMW(v, interleave, v)
			at.store(block{v}, dst)
		},
		func() {
			ADDQ(lds, x)
			ADDQ(lds, y)
			ADDQ(ldd, dst)
		})
	s.end()
}
