package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vectors returns n newly allocated registers.
func (s isa) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vector()
	}
	return v
}

// clear sets v to 0.
func (s isa) clear(v reg.VecVirtual) { VXORPS(v, v, v) }

// The bits of the argument mode of a micro-kernel, the same as in package microkernel.
const (
	accumulate = 1 << iota
	rectify
)

// microKernels generates the micro-kernels of matrix products.
//
// Problem: compute C = A·B, or add A·B to C, at the rate of the multiply-add units.
//
// Idea: a micro-tile is a block of C. It has a number of rows, rows, and each row takes a
// number of registers, vectors. The micro-tile stays in registers for the whole sum over k.
// For each k, the micro-kernel loads one row of B, broadcasts one element of each row of A,
// and adds their outer product to the micro-tile (Goto and van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication", ACM TOMS 34, 2008; the BLIS micro-kernel of Van
// Zee and van de Geijn, ACM TOMS 41, 2015).
//
// Registers: the sums take rows·vectors, the row of B takes vectors, and the element of A
// takes one. A micro-tile of 6×2 vectors needs 15 of the 16 registers of AVX2, and one of 6×4
// needs 29 of the 32 of AVX-512. Two multiply-add units with a latency of 4 cycles need at
// least 8 independent sums; these micro-tiles have 12 and 24. Micro-tiles with fewer vectors
// cover the last columns of C, and micro-tiles of 4 rows its last rows.
//
// Cost: rows·vectors multiply-add instructions and rows + vectors loads for each k.
func microKernels() {
	for _, rows := range []int{6, 4} {
		for _, vectors := range []int{2, 1} {
			microKernel(avx2, rows, vectors)
		}
		for _, vectors := range []int{4, 2, 1} {
			microKernel(avx512, rows, vectors)
		}
	}
	peak(avx2)
	peak(avx512)
}

// A microTile is the micro-tile of a micro-kernel. Its methods generate the parts of the
// micro-kernel.
type microTile struct {
	isa
	sums [][]reg.VecVirtual // the registers of each row
}

// microKernel generates the micro-kernel for one size of micro-tile. The type kernel of package
// microkernel documents its arguments.
func microKernel(s isa, rows, vectors int) {
	name := fmt.Sprintf("kernel%dx%d%s", rows, vectors*s.bytes/4, s.name)
	TEXT(name, NOSPLIT,
		"func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, ahead *float32, stride int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s is the micro-kernel for micro-tiles of %d rows and %d columns; see the type kernel.", name, rows, vectors*s.bytes/4))

	t := microTile{s, make([][]reg.VecVirtual, rows)}
	for i := range t.sums {
		t.sums[i] = s.vectors(vectors)
	}
	ahead := argument("ahead")

	Label("tile")
	// C is needed only after the sum over k: prefetch it now to hide its latency.
	t.eachC(func(c Mem, sum reg.VecVirtual) { PREFETCHT0(c) })
	t.begin()
	spare := t.multiply(ahead)
	t.end(spare)
	ADDQ(Imm(uint64(8*rows)), inMemory("aoff"))
	ADDQ(Imm(uint64(8*rows)), inMemory("coff"))
	DECQ(inMemory("tiles"))
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// eachC calls visit for each register of sums, with the address of the elements of C that the
// register sums.
func (t microTile) eachC(visit func(c Mem, sum reg.VecVirtual)) {
	c, coff := argument("c"), argument("coff")
	for i := range t.sums {
		row := GP64()
		MOVQ(Mem{Base: coff, Disp: 8 * i}, row)
		for v := range t.sums[i] {
			visit(Mem{Base: c, Index: row, Scale: 1, Disp: t.bytes * v}, t.sums[i][v])
		}
	}
}

// begin sets the sums to 0 or, if there is a bias, each row to the bias.
func (t microTile) begin() {
	bias := argument("bias")
	TESTQ(bias, bias)
	JNZ(LabelRef("bias"))
	for i := range t.sums {
		for v := range t.sums[i] {
			t.clear(t.sums[i][v])
		}
	}
	JMP(LabelRef("product"))

	Label("bias")
	for v := range t.sums[0] {
		VMOVUPS(Mem{Base: bias, Disp: t.bytes * v}, t.sums[0][v])
		for i := 1; i < len(t.sums); i++ {
			VMOVAPS(t.sums[0][v], t.sums[i][v])
		}
	}
	Label("product")
}

// multiply adds the product of A and B to the sums, run by run. It prefetches the lines from
// ahead on. It returns a register that is free afterwards.
//
// In each run, k counts from −run up to 0. So the registers a hold the addresses of the ends of
// the runs, and the elements lie before these addresses.
func (t microTile) multiply(ahead reg.GPVirtual) (spare reg.VecVirtual) {
	k, a := argument("run"), make([]reg.GPVirtual, len(t.sums))
	end, aoff := argument("a"), argument("aoff")
	LEAQ(Mem{Base: end, Index: k, Scale: 4}, end)
	for i := range a {
		a[i] = GP64()
		MOVQ(Mem{Base: aoff, Disp: 8 * i}, a[i])
		ADDQ(end, a[i])
	}
	runBytes := AllocLocal(8) // bytes from the beginning of a run of A to that of the next
	ADDQ(inMemory("gap"), k)
	SHLQ(Imm(2), k)
	MOVQ(k, runBytes)
	runs := AllocLocal(8)
	Load(Param("runs"), k)
	MOVQ(k, runs)
	b, ldb, ldb3, boff := argument("b"), argument("ldb"), GP64(), argument("boff")
	LEAQ(Mem{Base: ldb, Index: ldb, Scale: 2}, ldb3)
	stride := argument("stride")
	rowB, x := t.vectors(len(t.sums[0])), t.vector()
	// step adds to the sums the outer product of the row of B at address m and the
	// elements of A at index k+offset of each row.
	step := func(m Mem, offset int) {
		for v := range rowB {
			m.Disp = t.bytes * v
			VMOVUPS(m, rowB[v])
		}
		for i := range a {
			VBROADCASTSS(Mem{Base: a[i], Index: k, Scale: 4, Disp: 4 * offset}, x)
			for v := range rowB {
				t.multiplyAdd(x, rowB[v], t.sums[i][v])
			}
		}
	}
	prefetch := func() {
		PREFETCHT1(Mem{Base: ahead})
		ADDQ(stride, ahead)
	}

	Label("run")
	Load(Param("run"), k)
	NEGQ(k)
	TESTQ(boff, boff)
	JNZ(LabelRef("listed"))
	// The rows of B begin ldb bytes apart.
	t.multiplyRun("", k, prefetch, step, func(row int) Mem { return rowAt(b, ldb, ldb3, row) }, func(rows int) {
		if rows == 1 {
			ADDQ(ldb, b)
		} else {
			LEAQ(Mem{Base: b, Index: ldb, Scale: uint8(rows)}, b)
		}
	})
	JMP(LabelRef("next"))
	Label("listed")
	// boff points to the offsets of the rows of B.
	t.multiplyRun("listed", k, prefetch, step, func(row int) Mem {
		offset := GP64()
		MOVQ(Mem{Base: boff, Disp: 8 * row}, offset)
		return Mem{Base: b, Index: offset, Scale: 1}
	}, func(rows int) { ADDQ(Imm(uint64(8*rows)), boff) })
	Label("next")
	DECQ(runs)
	JZ(LabelRef("done"))
	for i := range a {
		ADDQ(runBytes, a[i])
	}
	JMP(LabelRef("run"))
	Label("done")
	return x
}

// multiplyRun generates the loops over one run: four values of k at a time, then one. Their
// labels end in suffix. The function row returns the address of a row of B, counted from the
// current row, and advance moves the current row.
func (t microTile) multiplyRun(suffix string, k reg.GPVirtual, prefetch func(), step func(m Mem, offset int), row func(i int) Mem, advance func(rows int)) {
	const unroll = 4
	ADDQ(Imm(unroll), k)
	JG(LabelRef("rest" + suffix))
	Label("unrolled" + suffix)
	prefetch()
	for i := range unroll {
		step(row(i), i-unroll)
	}
	advance(unroll)
	ADDQ(Imm(unroll), k)
	JLE(LabelRef("unrolled" + suffix))
	Label("rest" + suffix)
	SUBQ(Imm(unroll), k)
	JZ(LabelRef("next"))
	Label("single" + suffix)
	step(row(0), 0)
	advance(1)
	INCQ(k)
	JNZ(LabelRef("single" + suffix))
}

// end adds C to the sums and replaces negative sums by 0, if the argument mode says so, and
// stores the sums into C. It may overwrite the register spare.
func (t microTile) end(spare reg.VecVirtual) {
	mode := argument("mode")
	TESTQ(U32(accumulate), mode)
	JZ(LabelRef("rectify"))
	t.eachC(func(c Mem, sum reg.VecVirtual) { VADDPS(c, sum, sum) })
	Label("rectify")
	TESTQ(U32(rectify), mode)
	JZ(LabelRef("store"))
	zero := spare
	t.clear(zero)
	for i := range t.sums {
		for v := range t.sums[i] {
			VMAXPS(t.sums[i][v], zero, t.sums[i][v]) // in this order of operands NaN stays NaN
		}
	}
	Label("store")
	t.eachC(func(c Mem, sum reg.VecVirtual) { VMOVUPS(sum, c) })
}

// peak generates a loop of independent multiply-adds of registers. Its speed is an upper bound
// for that of every product.
func peak(s isa) {
	TEXT("peak"+s.name, NOSPLIT, "func(rounds int)")
	lanes := "float32 lanes"
	if s.name == bf16.name {
		lanes = "lanes of pairs"
	}
	Doc(fmt.Sprintf("peak%s executes 12·rounds multiply-adds of %d %s, 12 of them independent of one another.", s.name, s.bytes/4, lanes))
	rounds := argument("rounds")
	sums, x, y := s.vectors(12), s.vector(), s.vector()
	for _, v := range append(sums, x, y) {
		s.clear(v)
	}
	Label("round")
	for _, sum := range sums {
		s.multiplyAdd(x, y, sum)
	}
	DECQ(rounds)
	JNZ(LabelRef("round"))
	VZEROUPPER()
	RET()
}
