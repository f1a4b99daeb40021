package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// loop generates a loop over register i: from, from + step, …, as long as i is less than
// below. from and below are registers or constants. body generates the body of the loop.
// It gets the label to which the body may branch to go on with the next i.
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

// warpOf sets register lane to the index of the thread in its warp, and the register that
// warp names to the index of the warp in the grid. Warps whose index is not below count
// branch to the label done.
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

// row sets register address to the address of a row of a matrix whose rows have width
// words. All arguments name registers.
func (c calc) row(address, matrix, row, width string) {
	offset := c.Temp("u64")
	c.P(`mul.wide.u32 %s, %s, %s
		shl.b64 %s, %s, 2
		add.u64 %s, %s, %s`, offset, row, width, offset, offset, address, matrix, offset)
}

// address returns a register with the address of element (row, column) of a matrix whose
// rows have width words. All arguments name registers.
func (c calc) address(matrix, row, width, column string) string {
	at, offset := c.Temp("u64"), c.Temp("u64")
	c.P(`mul.wide.u32 %s, %s, %s
		cvt.u64.u32 %s, %s
		add.u64 %s, %s, %s
		shl.b64 %s, %s, 2
		add.u64 %s, %s, %s`, offset, row, width, at, column, at, at, offset, at, at, at, matrix, at)
	return at
}
