package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack generates the loops that pack matrices and images: they copy elements to the order in
// which the micro-kernels read them.
func pack() {
	transpose()
	gatherPanels()
	copyPatches()
}

// transpose generates the loop that transposes a matrix in blocks of 8×8 elements. If 8 does
// not divide the number of rows or columns, the last block overlaps the one before it, and
// the loop writes the common elements twice.
func transpose() {
	TEXT("transposeAVX2", NOSPLIT, "func(dst *float32, doff *int, src *float32, lds, rows, columns int)")
	Pragma("noescape")
	Doc("transposeAVX2 does the same as transposePlain. There must be at least 8 rows and 8 columns.")

	dst, doff, src := argument("dst"), argument("doff"), argument("src")
	lds, rows, columns := argument("lds"), argument("rows"), argument("columns")
	lds3 := GP64()
	LEAQ(Mem{Base: lds, Index: lds, Scale: 2}, lds3)
	at := func(base reg.GPVirtual, row int) Mem { return rowAt(base, lds, lds3, row) }

	j := GP64()
	XORQ(j, j)
	Label("columns")
	{
		// j = min(j, columns − 8), so that the last block ends with the last column. The
		// next loop does the same for i and the rows.
		last := GP64()
		LEAQ(Mem{Base: columns, Disp: -8}, last)
		CMPQ(j, last)
		CMOVQGT(last, j)
	}
	i := GP64()
	XORQ(i, i)
	Label("rows")
	{
		last := GP64()
		LEAQ(Mem{Base: rows, Disp: -8}, last)
		CMPQ(i, last)
		CMOVQGT(last, i)
	}
	// The block is transposed in two halves of 4 columns. Register r[row] holds 4 elements
	// of the block's row in its low 128 bits, and 4 of row+4 in its high 128 bits.
	top, bottom := GP64(), GP64()
	MOVQ(i, top)
	IMULQ(lds, top)
	ADDQ(src, top)
	LEAQ(Mem{Base: top, Index: j, Scale: 4}, top)
	LEAQ(Mem{Base: top, Index: lds, Scale: 4}, bottom)
	to, index := GP64(), GP64()
	LEAQ(Mem{Base: dst, Index: i, Scale: 4}, to)
	LEAQ(Mem{Base: doff, Index: j, Scale: 8}, index)
	for half := range 2 {
		var r [4]reg.VecVirtual
		for row := range r {
			m := at(top, row)
			m.Disp = 16 * half
			x := XMM()
			VMOVUPS(m, x)
			m = at(bottom, row)
			m.Disp = 16 * half
			r[row] = YMM()
			VINSERTF128(Imm(1), m, x.AsY(), r[row])
		}
		low01, high01, low23, high23 := YMM(), YMM(), YMM(), YMM()
		VUNPCKLPS(r[1], r[0], low01)
		VUNPCKHPS(r[1], r[0], high01)
		VUNPCKLPS(r[3], r[2], low23)
		VUNPCKHPS(r[3], r[2], high23)
		for column, pair := range [4][2]reg.VecVirtual{{low01, low23}, {low01, low23}, {high01, high23}, {high01, high23}} {
			y, row := YMM(), GP64()
			if column%2 == 0 {
				VUNPCKLPD(pair[1], pair[0], y)
			} else {
				VUNPCKHPD(pair[1], pair[0], y)
			}
			MOVQ(Mem{Base: index, Disp: 8 * (4*half + column)}, row)
			VMOVUPS(y, Mem{Base: to, Index: row, Scale: 1})
		}
	}
	ADDQ(Imm(8), i)
	CMPQ(i, rows)
	JL(LabelRef("rows"))
	ADDQ(Imm(8), j)
	CMPQ(j, columns)
	JL(LabelRef("columns"))
	VZEROUPPER()
	RET()
}

// gatherPanels generates the loop that packs panels of B. It divides each row of a matrix into
// panels, and writes the rows of each panel one after the other.
func gatherPanels() {
	TEXT("gatherPanelsAVX2", NOSPLIT, "func(dst, src *float32, soff *int, n, width, panels int)")
	Pragma("noescape")
	Doc("gatherPanelsAVX2 does the same as gatherPanelsPlain. width must be a multiple of 8.")

	dst, src, soff := argument("dst"), argument("src"), argument("soff")
	n, width, panels := argument("n"), argument("width"), argument("panels")
	panel := GP64() // bytes in dst from the end of a row in one panel to the beginning of the same row in the next panel
	MOVQ(n, panel)
	DECQ(panel)
	IMULQ(width, panel)
	SHLQ(Imm(2), panel)
	Label("row")
	from, to, again := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: soff}, from)
	ADDQ(src, from)
	MOVQ(dst, to)
	MOVQ(panels, again)
	Label("panel")
	left := GP64()
	MOVQ(width, left)
	TESTQ(U32(8), width)
	JZ(LabelRef("pair"))
	x, y := YMM(), YMM()
	VMOVUPS(Mem{Base: from}, x)
	VMOVUPS(x, Mem{Base: to})
	ADDQ(Imm(32), from)
	ADDQ(Imm(32), to)
	SUBQ(Imm(8), left)
	JZ(LabelRef("end"))
	Label("pair")
	VMOVUPS(Mem{Base: from}, x)
	VMOVUPS(Mem{Base: from, Disp: 32}, y)
	VMOVUPS(x, Mem{Base: to})
	VMOVUPS(y, Mem{Base: to, Disp: 32})
	ADDQ(Imm(64), from)
	ADDQ(Imm(64), to)
	SUBQ(Imm(16), left)
	JNZ(LabelRef("pair"))
	Label("end")
	ADDQ(panel, to)
	DECQ(again)
	JNZ(LabelRef("panel"))
	LEAQ(Mem{Base: dst, Index: width, Scale: 4}, dst)
	ADDQ(Imm(8), soff)
	DECQ(n)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// copyPatches generates the loop that copies patches of an image to the rows of a matrix
// (im2row), 4 elements at a time. It may overwrite up to 3 elements after the end of a run.
// The next run or patch, if there is one, overwrites them again.
func copyPatches() {
	TEXT("copyPatchesAVX2", NOSPLIT, "func(dst *float32, columns int, src *float32, soff *int, n, runs, run, stride int)")
	Pragma("noescape")
	Doc("copyPatchesAVX2 does the same as copyPatchesPlain, but may also read and overwrite up to 3 elements beyond the end of a run.")

	dst, src, soff, n := argument("dst"), argument("src"), argument("soff"), argument("n")
	columns, runs, run, stride := argument("columns"), argument("runs"), argument("run"), argument("stride")
	SHLQ(Imm(2), columns)
	SHLQ(Imm(2), stride)
	Label("patch")
	from, to, rest := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: soff}, from)
	ADDQ(src, from)
	MOVQ(dst, to)
	MOVQ(runs, rest)
	Label("run")
	k := GP64()
	XORQ(k, k)
	Label("four")
	x := XMM()
	VMOVUPS(Mem{Base: from, Index: k, Scale: 4}, x)
	VMOVUPS(x, Mem{Base: to, Index: k, Scale: 4})
	ADDQ(Imm(4), k)
	CMPQ(k, run)
	JL(LabelRef("four"))
	ADDQ(stride, from)
	LEAQ(Mem{Base: to, Index: run, Scale: 4}, to)
	DECQ(rest)
	JNZ(LabelRef("run"))
	ADDQ(columns, dst)
	ADDQ(Imm(8), soff)
	DECQ(n)
	JNZ(LabelRef("patch"))
	RET()
}
