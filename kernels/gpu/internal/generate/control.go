package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// loop runs body for i from a number on, in steps, while it is below another.
// The body may branch to the label next, which goes on with the next i.
func (c calc) loop(i, from, below string, step int, body func(next string)) {
	again, next, end := c.Label("loop"), c.Label("next"), c.Label("end")
	past := c.Temp("pred")
	c.Reg("u32", i)
	c.P("mov.u32 %s, %s", i, from)
	c.P("%s:", again)
	c.P("setp.ge.u32 %s, %s, %s", past, i, below)
	c.P("@%s bra %s", past, end)
	body(next)
	c.P("%s:", next)
	c.P("add.u32 %s, %s, %d", i, i, step)
	c.P("bra %s", again)
	c.P("%s:", end)
}

// warpOf sets lane to the thread's place in its warp and a register to the
// number of the warp in the grid. Warps from count on go to the label done.
func (c calc) warpOf(warp, count string) {
	c.Reg("u32", "lane "+warp)
	c.Reg("pred", "none")
	within, block := c.Temp("u32"), c.Temp("u32")
	c.P(`mov.u32 lane, %%tid.x
		shr.u32 %s, lane, 5
		and.b32 lane, lane, 31
		mov.u32 %s, %%ctaid.x
		mad.lo.u32 %s, %s, %d, %s
		setp.ge.u32 none, %s, %s
		@none bra.uni done`, within, block, warp, block, work.Warps, within, warp, count)
}

// row sets an address to that of a row, of so many words, of a matrix.
func (c calc) row(address, matrix, row, width string) {
	offset := c.Temp("u64")
	c.P(`mul.wide.u32 %s, %s, %s
		shl.b64 %s, %s, 2
		add.u64 %s, %s, %s`, offset, row, width, offset, offset, address, matrix, offset)
}

// address returns the address of a matrix's element, in rows of so many words.
func (c calc) address(matrix, row, width, column string) string {
	at, offset := c.Temp("u64"), c.Temp("u64")
	c.P(`mul.wide.u32 %s, %s, %s
		cvt.u64.u32 %s, %s
		add.u64 %s, %s, %s
		shl.b64 %s, %s, 2
		add.u64 %s, %s, %s`, offset, row, width, at, column, at, at, offset, at, at, at, matrix, at)
	return at
}
