package main

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// Sums.
//
// Problem: atomics would add the parts of a sum in an order that depends on timing.
// Idea: two stages. Each block sums a part of fixed size; a later launch sums the parts.
// In a block, a thread sums elements that are 256 apart. Shuffles then add the sums of the
// threads in a binary tree.
// Invariant: the order of additions depends on the sizes alone, so equal calls give equal
// bits.
// Cost: one read of the input; O(log 256) shuffles for each block.
// Reference: Harris, Optimizing parallel reduction in CUDA, 2007.

// reductions writes reductions.ptx: sums of rows, sums of columns, and dot products.
func reductions() *asm.File {
	f := asm.New("reductions.ptx", "Sums of rows, sums of columns, and dot products.")
	sumParts(f)
	sumShortRows(f)
	sumColumns(f)
	reduction(f, "dot", "Sums a*b.", "a b", func(c calc, in []string) string { return c.mul(in[0], in[1]) })
	return f
}

// reduction adds a kernel that sums body, a function of one element of each input, over n
// elements. Block i stores its part of the sum into partial[i].
func reduction(f *asm.File, name, doc, inputs string, body func(c calc, in []string) string) {
	params := "u64 partial"
	for _, s := range strings.Fields(inputs) {
		params += ", u64 " + s
	}
	e := f.Entry(name, doc+fmt.Sprintf(" Block i stores the sum over elements %d*i to %d*(i+1) into partial[i].", work.PartSize, work.PartSize), work.Threads, params+", u32 n")
	e.Reg("u32", "block first")
	e.P(`mov.u32 block, %%ctaid.x
		mul.lo.u32 first, block, %d
		sub.u32 n, n, first`, work.PartSize)
	for _, s := range strings.Fields(inputs) {
		e.P("mad.wide.u32 %s, first, 4, %s", s, s)
	}
	sum := sumPart(calc{e}, strings.Fields(inputs), body)
	e.P(`mad.wide.u32 partial, block, 4, partial
		@first_thread st.global.f32 [partial], %s`, sum)
}

// sumPart sums body over the first min(n, work.PartSize) elements from the addresses in the
// registers that inputs names. It returns the register that holds the sum in thread 0,
// where predicate first_thread is true. It overwrites register n and the addresses.
func sumPart(c calc, inputs []string, body func(c calc, in []string) string) string {
	c.Reg("u32", "thread i")
	c.Reg("pred", "first_thread some")
	c.Reg("f32", "sum")
	load := func(offset int) string {
		var in []string
		for _, s := range inputs {
			in = append(in, c.f("ld.global.f32", fmt.Sprintf("[%s+%d]", s, offset)))
		}
		return body(c, in)
	}
	c.P(`mov.u32 thread, %%tid.x
		setp.eq.u32 first_thread, thread, 0
		mov.f32 sum, %s
		min.u32 n, n, %d`, num(0), work.PartSize)
	for _, s := range inputs {
		c.P("mad.wide.u32 %s, thread, 4, %s", s, s)
	}
	step := func() {
		for _, s := range inputs {
			c.P("add.u64 %s, %s, %d", s, s, work.PerThread*wordStride)
		}
	}
	// A thread loads four elements at a time as long as all threads have four left, and
	// then one at a time.
	c.P("mov.u32 i, %d", work.PerBlock)
	c.P("four:")
	c.P(`setp.gt.u32 some, i, n
		@some bra.uni rest`)
	var terms []string
	for k := range work.PerThread {
		terms = append(terms, load(k*wordStride))
	}
	pairs := c.add(c.add(terms[0], terms[1]), c.add(terms[2], terms[3]))
	c.P("add.rn.f32 sum, sum, %s", pairs)
	step()
	c.P(`add.u32 i, i, %d
		bra.uni four
		rest:
		sub.u32 i, i, %d
		add.u32 i, i, thread`, work.PerBlock, work.PerBlock)
	c.P("one:")
	c.P(`setp.ge.u32 some, i, n
		@some bra summed`)
	c.P("add.rn.f32 sum, sum, %s", load(0))
	for _, s := range inputs {
		c.P("add.u64 %s, %s, %d", s, s, wordStride)
	}
	c.P(`add.u32 i, i, %d
		bra one
		summed:`, work.Threads)
	return c.sumBlock("sum", "thread")
}

// sumWarp sums x over groups of 2·from adjacent lanes of a warp and returns the register
// that holds the sum in the first lane of each group. All lanes of the warp must be
// active.
func (c calc) sumWarp(x string, from int) string {
	for d := from; d > 0; d /= 2 {
		x = c.add(x, c.f("shfl.sync.down.b32", x, fmt.Sprint(d), "31", "0xffffffff"))
	}
	return x
}

// sumBlock sums x over a block of 256 threads and returns the register that holds the
// sum in thread 0.
func (c calc) sumBlock(x, thread string) string {
	c.Shared("sums", 4*work.Warps)
	c.Reg("u32", "slot")
	c.Reg("pred", "leader second")
	total := c.Temp("f32")
	x = c.sumWarp(x, 16)
	c.P(`and.b32 slot, %s, 31
		setp.eq.u32 leader, slot, 0
		shr.u32 slot, %s, 5
		mov.u32 %s, sums
		mad.lo.u32 slot, slot, 4, %s
		@leader st.shared.f32 [slot], %s
		bar.sync 0
		setp.ge.u32 second, %s, 32
		@second bra added
		mov.f32 %s, %s
		setp.lt.u32 leader, %s, %d
		mad.lo.u32 slot, %s, 4, %s
		@leader ld.shared.f32 %s, [slot]`,
		thread, thread, c.base("sums"), c.base("sums"), x, thread, total, num(0), thread, work.Warps, thread, c.base("sums"), total)
	// Only the first warp gets here. The other warps have branched to added; they store
	// nothing.
	sum := c.sumWarp(total, work.Warps/2)
	c.P("added:")
	return sum
}

// base declares the register that is to hold the address of an array in shared memory, and
// returns its name. The caller sets the register.
func (c calc) base(array string) string {
	c.Reg("u32", array+"_at")
	return array + "_at"
}

// sumParts adds the kernel that sums long rows, one block for each part of a row.
func sumParts(f *asm.File) {
	e := f.Entry("sum_parts", fmt.Sprintf("Sums parts of rows of n elements. Block row*parts + i sums the elements of a row from %d*i on: dst[block] = scale*sum, or += if add is not 0.", work.PartSize),
		work.Threads, "u64 dst, u64 src, u32 n, u32 parts, f32 scale, u32 add")
	c := calc{e}
	e.Reg("u32", "block row part")
	e.P(`mov.u32 block, %%ctaid.x
		div.u32 row, block, parts
		mul.lo.u32 part, row, parts
		sub.u32 part, block, part
		mul.lo.u32 part, part, %d
		mad.wide.u32 src, part, 4, src
		mad.wide.u32 dst, block, 4, dst`, work.PartSize)
	c.row("src", "src", "row", "n")
	e.P("sub.u32 n, n, part")
	sum := sumPart(c, []string{"src"}, func(_ calc, in []string) string { return in[0] })
	c.storeScaled("first_thread", sum)
}

// storeScaled stores scale·x at address dst, or adds it if register add is not 0. Only
// threads in which the predicate named where is true store.
func (c calc) storeScaled(where, x string) {
	c.Reg("pred", "adds")
	c.Reg("f32", "before")
	c.P(`@!%s bra stored
		mov.f32 before, %s
		setp.ne.u32 adds, add, 0
		@adds ld.global.f32 before, [dst]`, where, num(0))
	y := c.fma("scale", x, "before")
	c.P(`st.global.f32 [dst], %s
		stored:`, y)
}

// sumShortRows adds the kernel that sums short rows, one warp for each row.
func sumShortRows(f *asm.File) {
	e := f.Entry("sum_rows", "Sums rows of n elements, a warp for each row: dst[row] = scale*sum, or += if add is not 0.",
		work.Threads, "u64 dst, u64 src, u32 rows, u32 n, f32 scale, u32 add")
	c := calc{e}
	e.Reg("pred", "outside first")
	e.Reg("f32", "x sum")
	c.warpOf("row", "rows")
	c.row("src", "src", "row", "n")
	e.P(`setp.eq.u32 first, lane, 0
		mad.wide.u32 dst, row, 4, dst
		mad.wide.u32 src, lane, 4, src
		mov.f32 sum, %s
		next:
		setp.ge.u32 outside, lane, n
		@outside bra summed
		ld.global.f32 x, [src]
		add.rn.f32 sum, sum, x
		add.u64 src, src, 128
		add.u32 lane, lane, 32
		bra next
		summed:`, num(0))
	c.storeScaled("first", c.sumWarp("sum", 16))
	e.P("done:")
}

// sumColumns adds the kernel that sums columns. A block sums 32 adjacent columns, one for
// each lane, so that loads coalesce. Each of its 8 warps sums every eighth row; at the end
// the first warp adds the sums of all warps.
func sumColumns(f *asm.File) {
	e := f.Entry("sum_columns", fmt.Sprintf("Sums the columns of matrices of rows*columns. Block (i, part) sums 32 columns from 32*(i mod blocks) of matrix i/blocks, over rows from %d*part: dst[(matrix*parts + part)*columns + column] = scale*sum, or += if add is not 0.", work.PartRows),
		work.Threads, "u64 dst, u64 src, u32 rows, u32 columns, u32 blocks, f32 scale, u32 add")
	c := calc{e}
	e.Shared("tile", 4*work.Threads)
	e.Reg("u32", "thread lane warp matrix column part row parts slot")
	e.Reg("u64", "offset step")
	e.Reg("pred", "inside some first")
	e.Reg("f32", "x sum")
	e.P(`mov.u32 thread, %%tid.x
		and.b32 lane, thread, 31
		shr.u32 warp, thread, 5
		mov.u32 column, %%ctaid.x
		div.u32 matrix, column, blocks
		mul.lo.u32 slot, matrix, blocks
		sub.u32 column, column, slot
		mad.lo.u32 column, column, 32, lane
		setp.lt.u32 inside, column, columns
		mov.u32 part, %%ctaid.y
		mov.u32 parts, %%nctaid.y
		mad.lo.u32 slot, matrix, parts, part
		mul.wide.u32 offset, slot, columns
		shl.b64 offset, offset, 2
		add.u64 dst, dst, offset
		mad.wide.u32 dst, column, 4, dst
		mad.lo.u32 row, part, %d, warp
		mad.lo.u32 slot, matrix, rows, row
		mul.wide.u32 offset, slot, columns
		shl.b64 offset, offset, 2
		add.u64 src, src, offset
		mad.wide.u32 src, column, 4, src
		mul.wide.u32 step, columns, %d
		mad.lo.u32 part, part, %d, %d
		min.u32 rows, rows, part
		mov.f32 sum, %s
		@!inside bra summed`, work.PartRows, 4*work.Warps, work.PartRows, work.PartRows, num(0))
	// A warp adds four of its rows at a time as long as it has four left, and then one at a
	// time.
	at := []string{"src", e.Temp("u64"), e.Temp("u64"), e.Temp("u64")}
	x := e.Temps("f32", 4)
	e.P("add.u32 row, row, %d", 3*work.Warps)
	e.P("four:")
	e.P(`setp.ge.u32 some, row, rows
		@some bra rest`)
	for k := 1; k < 4; k++ {
		e.P("add.u64 %s, %s, step", at[k], at[k-1])
	}
	for k := range 4 {
		e.P("ld.global.f32 %s, [%s]", x[k], at[k])
	}
	e.P("add.rn.f32 sum, sum, %s", c.add(c.add(x[0], x[1]), c.add(x[2], x[3])))
	e.P(`add.u64 src, %s, step
		add.u32 row, row, %d
		bra four
		rest:
		sub.u32 row, row, %d
		one:
		setp.ge.u32 some, row, rows
		@some bra summed
		ld.global.f32 x, [src]
		add.rn.f32 sum, sum, x
		add.u64 src, src, step
		add.u32 row, row, %d
		bra one`, at[3], 4*work.Warps, 3*work.Warps, work.Warps)
	e.P("summed:")
	e.P(`mov.u32 slot, tile
		mad.lo.u32 slot, thread, 4, slot
		st.shared.f32 [slot], sum
		bar.sync 0
		setp.eq.u32 first, warp, 0
		and.pred first, first, inside
		@!first bra stored`)
	total := "sum"
	for k := 1; k < work.Warps; k++ {
		total = c.add(total, c.f("ld.shared.f32", fmt.Sprintf("[slot+%d]", 128*k)))
	}
	c.storeScaled("first", total)
}
