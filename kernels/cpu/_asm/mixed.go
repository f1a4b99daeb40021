package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mixed generates the products of package mixed, for AVX-512 only.
func mixed() {
	dots()
	addRows()
}

// dots generates the loop of Dots over whole vectors of 8 elements.
func dots() {
	TEXT("dotsAVX512", NOSPLIT, "func(s *[8]float64, a, b *float32, w *float64, stride, n int)")
	Doc("dotsAVX512 is Dots for a number n of elements that is a multiple of 8.")
	a, b, w := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("w"), GP64())
	stride, n := Load(Param("stride"), GP64()), Load(Param("n"), GP64())
	SHLQ(Imm(3), stride)
	thrice := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, thrice)
	var sums [8]reg.VecVirtual
	for k := range sums {
		sums[k] = ZMM()
		VPXORQ(sums[k], sums[k], sums[k])
	}
	Label("next")
	CMPQ(n, Imm(0))
	JE(LabelRef("done"))
	x, y := ZMM(), ZMM()
	VCVTPS2PD(Mem{Base: a}, x)
	VCVTPS2PD(Mem{Base: b}, y)
	for c, from := range []Mem{{Base: w}, {Base: w, Index: stride, Scale: 1}, {Base: w, Index: stride, Scale: 2}, {Base: w, Index: thrice, Scale: 1}} {
		v := ZMM()
		VMOVUPD(from, v)
		VFMADD231PD(v, x, sums[2*c])
		VFMADD231PD(v, y, sums[2*c+1])
	}
	ADDQ(Imm(32), a)
	ADDQ(Imm(32), b)
	ADDQ(Imm(64), w)
	SUBQ(Imm(8), n)
	JMP(LabelRef("next"))
	Label("done")
	to := Load(Param("s"), GP64())
	for k, v := range sums {
		half, quarter := YMM(), XMM()
		VEXTRACTF64X4(Imm(1), v, half)
		VADDPD(half, v.AsY(), half)
		VEXTRACTF64X2(Imm(1), half, quarter)
		VADDPD(quarter, half.AsX(), quarter)
		high := XMM()
		VPERMILPD(Imm(1), quarter, high)
		VADDSD(high, quarter, quarter)
		VMOVSD(quarter, Mem{Base: to, Disp: 8 * k})
	}
	VZEROUPPER()
	RET()
}

// addRows generates AddRows. It keeps 8 elements of all rows in registers, for all columns.
func addRows() {
	TEXT("addRowsAVX512", NOSPLIT, "func(sums *float64, columns int, rows *float32, pitch int, factors *float64)")
	Doc("addRowsAVX512 is AddRows.")
	rows, pitch := Load(Param("rows"), GP64()), Load(Param("pitch"), GP64())
	SHLQ(Imm(2), pitch)
	thrice := GP64()
	LEAQ(Mem{Base: pitch, Index: pitch, Scale: 2}, thrice)
	block, left := Load(Param("sums"), GP64()), GP64()
	MOVQ(U32(8), left)
	Label("block")
	later := GP64()
	LEAQ(Mem{Base: rows, Index: pitch, Scale: 4}, later)
	var x []reg.VecVirtual
	for _, base := range []reg.GPVirtual{rows.(reg.GPVirtual), later} {
		for _, from := range []Mem{{Base: base}, {Base: base, Index: pitch, Scale: 1}, {Base: base, Index: pitch, Scale: 2}, {Base: base, Index: thrice, Scale: 1}} {
			v := ZMM()
			VCVTPS2PD(from, v)
			x = append(x, v)
		}
	}
	to, factors, columns := GP64(), Load(Param("factors"), GP64()), Load(Param("columns"), GP64())
	MOVQ(block, to)
	Label("column")
	first, second := ZMM(), ZMM()
	VMOVUPD(Mem{Base: to}, first)
	VMULPD_BCST(Mem{Base: factors, Disp: 32}, x[4], second)
	for r := range 4 {
		VFMADD231PD_BCST(Mem{Base: factors, Disp: 8 * r}, x[r], first)
		if r > 0 {
			VFMADD231PD_BCST(Mem{Base: factors, Disp: 32 + 8*r}, x[4+r], second)
		}
	}
	VADDPD(second, first, first)
	VMOVUPD(first, Mem{Base: to})
	ADDQ(Imm(64), factors)
	ADDQ(U32(512), to)
	DECQ(columns)
	JNZ(LabelRef("column"))
	ADDQ(Imm(32), rows)
	ADDQ(Imm(64), block)
	DECQ(left)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
