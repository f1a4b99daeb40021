package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// matrixProducts is the core in half precision.
//
// Problem: a float32 multiply-add takes an instruction for each number of a lane.
// Idea: mma multiplies matrices of 16×16 and 16×8 bfloat16 numbers, held in the registers of a
// warp, in one instruction and adds them to float32 sums. A warp computes a part of the tile,
// WarpRows×WarpColumns. Operands stay float32 in shared memory, in the layout of multiplyAdds.
// A lane rounds two of them to a register when it loads them.
// Invariant: a sum has the terms of all steps before, in ascending order of steps.
// Cost: in a step, a mma for each 16×8 sums of the warp, and for each of its 16 rows or 8
// columns 8 or 4 loads of a word, and half as many conversions. No bank conflicts: with
// group = lane/4 and t = lane%4, the words of a load lie group + 2t·pitch words apart, and the
// pitch is 4 more than a multiple of 32.
// Reference: NVIDIA, Parallel Thread Execution ISA, version 7.0, mma.m16n8k16.
type matrixProducts struct {
	*tile
	sums [][][]string // registers of the lane's four sums in each 16×8 part of the warp's part
	put  string       // register: shared-memory address of the lane's first sum in a band
}

const mmaRows, mmaColumns = 16, 8

func (c *matrixProducts) declare() { c.Reg("u32", "warp_row warp_column group quad") }

// findPart sets warp_row and warp_column to the first row and column in the tile of the warp's
// part, group to lane/4, and quad to lane%4.
func (c *matrixProducts) findPart() {
	across := c.Columns / c.WarpColumns() // warps that divide the columns
	c.P(`shr.u32 warp_column, t, 5
		div.u32 warp_row, warp_column, %d
		mul.lo.u32 warp_row, warp_row, %d
		and.b32 warp_column, warp_column, %d
		mul.lo.u32 warp_column, warp_column, %d
		shr.u32 group, t, 2
		and.b32 group, group, 7
		and.b32 quad, t, 3`, across, c.WarpRows(), across-1, c.WarpColumns())
}

func (c *matrixProducts) findFragments() {
	for _, o := range []struct {
		operand *operand
		first   string
	}{{&c.a, "warp_row"}, {&c.b, "warp_column"}} {
		get := "get_" + o.operand.name
		c.P(`add.u32 %s, %s, group
			mad.lo.u32 %s, quad, %d, %s
			mad.lo.u32 %s, %s, 4, flip`, get, o.first, get, 2*o.operand.pitch, get, get, get)
	}
}

func (c *matrixProducts) clearSums() {
	for range c.WarpRows() / mmaRows {
		var row [][]string
		for range c.WarpColumns() / mmaColumns {
			sums := c.Temps("f32", 4)
			for _, sum := range sums {
				c.P("mov.f32 %s, %s", sum, num(0))
			}
			row = append(row, sums)
		}
		c.sums = append(c.sums, row)
	}
}

func (c *matrixProducts) step() {
	c.Reg("b32", "a0 a1 a2 a3")
	var columns [][2]string
	for n := range c.WarpColumns() / mmaColumns {
		b := [2]string{fmt.Sprintf("b%d_0", n), fmt.Sprintf("b%d_1", n)}
		for i, register := range b {
			c.Reg("b32", register)
			c.pair(register, &c.b, 8*i, mmaColumns*n)
		}
		columns = append(columns, b)
	}
	for m, row := range c.sums {
		for i := range 4 {
			c.pair(fmt.Sprintf("a%d", i), &c.a, i/2*8, mmaRows*m+i%2*8)
		}
		for n, d := range row {
			c.P("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%[1]s, %[2]s, %[3]s, %[4]s}, {a0, a1, a2, a3}, {%[5]s, %[6]s}, {%[1]s, %[2]s, %[3]s, %[4]s}",
				d[0], d[1], d[2], d[3], columns[n][0], columns[n][1])
		}
	}
}

// pair loads two adjacent terms of a line into a register: those that lie the given numbers of
// terms and lines after the lane's first.
func (c *matrixProducts) pair(register string, o *operand, term, line int) {
	low, high := c.name("f32", "low"), c.name("f32", "high")
	for i, word := range []string{low, high} {
		c.P("ld.shared.f32 %s, [get_%s+%d]", word, o.name, o.begin+4*(o.word(term+i)+line))
	}
	c.P("cvt.rn.bf16x2.f32 %s, %s, %s", register, high, low)
}

// name declares a register and returns its name.
func (c *matrixProducts) name(kind, name string) string {
	c.Reg(kind, name)
	return name
}

// A band has 16 rows of each warp's part. Its rows are padded so that the lanes of a warp,
// which store in 8 rows, meet different banks.
func (c *matrixProducts) pitch() int    { return c.Columns + 8 }
func (c *matrixProducts) bandRows() int { return mmaRows * c.Rows / c.WarpRows() }
func (c *matrixProducts) bands() int    { return c.WarpRows() / mmaRows }

func (c *matrixProducts) findBand() string {
	tiles := c.u("mov.u32", "tiles")
	row := c.u("mad.lo.u32", c.u("div.u32", "warp_row", fmt.Sprint(c.WarpRows())), fmt.Sprint(mmaRows), "group")
	c.put = c.u("mad.lo.u32", row, fmt.Sprint(c.pitch()), "warp_column")
	c.P(`mad.lo.u32 %s, quad, 2, %s
		mad.lo.u32 %s, %s, 4, %s`, c.put, c.put, c.put, c.put, tiles)
	return tiles
}

func (c *matrixProducts) putBand(band int) {
	for n, d := range c.sums[band] {
		for half := range 2 {
			c.P("st.shared.v2.f32 [%s+%d], {%s, %s}", c.put, 4*(8*half*c.pitch()+mmaColumns*n), d[2*half], d[2*half+1])
		}
	}
}

func (c *matrixProducts) rowOf(band int) {
	if between := c.WarpRows() - mmaRows; between > 0 && c.Rows > c.WarpRows() {
		c.P("mad.lo.u32 row, %s, %d, row", c.u("div.u32", "in_band", fmt.Sprint(mmaRows)), between)
	}
	if band > 0 {
		c.P("add.u32 row, row, %d", mmaRows*band)
	}
}

// halfGemm writes gemm_bf16.ptx: the products of gemm.ptx in half precision.
func halfGemm() *asm.File {
	f := asm.New("gemm_bf16.ptx", "Matrix products in tiles, of operands rounded to bfloat16. A name has the transposition of A and of B (n or t) and the side of a tile.")
	f.Target("7.0", "sm_80")
	for _, shape := range work.HalfSquares {
		for _, transposed := range []string{"nn", "nt", "tn", "tt"} {
			gemmTile(f, shape, transposed)
		}
	}
	return f
}

// halfConvolutions writes convolutions_bf16.ptx: the convolutions in half precision.
func halfConvolutions() *asm.File {
	f := asm.New("convolutions_bf16.ptx", "Convolutions as implicit matrix products in tiles, of operands rounded to bfloat16. A name has the rows and columns of a tile.")
	f.Target("7.0", "sm_80")
	for _, shape := range work.HalfTiles {
		convolution(f, shape)
	}
	return f
}
