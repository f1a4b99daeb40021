package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A direction says whether a bias has one number for each row of C or for each column.
type direction bool

const (
	byRow    direction = false
	byColumn direction = true
)

// storeSums applies the epilogue, bias and activation, to the sums and stores them in C.
// Thread t stores column t of the tile. Register place is the index in C of that column's
// element in row 0; register toNextRow is the number of elements from a row of C to the
// next.
//
// The sums pass through shared memory in bands. A band holds some rows of each thread's
// sums, in all columns of the tile. Each thread then stores one column of the band, so that
// the stores of a warp coalesce. The epilogue is in a loop over the rows of a band, so its
// code, which contains every activation, is generated once for each band.
func (t *tile) storeSums(of direction, place, toNextRow string) {
	t.Reg("u32", "row")
	t.Reg("u64", "offset")
	t.Reg("pred", "inside_column inside_row biased")
	t.Reg("f32", "x bias_of")
	column := t.u("add.u32", "column0", "t")
	t.P(`setp.lt.u32 inside_column, %s, columns
		mul.wide.u32 offset, split, split_results
		shl.b64 offset, offset, 2
		add.u64 c, c, offset
		mad.wide.u32 c, %s, 4, c
		setp.ne.u64 biased, bias, 0
		mov.f32 bias_of, %s`, column, place, num(0))
	if of == byColumn {
		t.P("@%s ld.global.f32 bias_of, [%s]", t.p("and.pred", "inside_column", "biased"), t.op("u64", "mad.wide.u32", column, "4", "bias"))
	}
	t.prepareEpilogue()
	tiles := t.findBand()
	for band := range t.bands() {
		t.P("bar.sync 0") // wait for threads that still read operands or the previous band
		t.putBand(band)
		t.P("bar.sync 0")
		get := t.u("mad.lo.u32", "t", "4", tiles)
		t.loop("in_band", "0", fmt.Sprint(t.bandRows()), 1, func(next string) {
			t.P("add.u32 row, in_band, row0")
			t.P(`ld.shared.f32 x, [%s]
				add.u32 %s, %s, %d`, get, get, get, 4*t.pitch())
			t.rowOf(band)
			t.P(`setp.lt.and.u32 inside_row, row, rows, inside_column
				@!inside_row bra %s`, next)
			if of == byRow {
				t.P("@biased ld.global.f32 bias_of, [%s]", t.op("u64", "mad.wide.u32", "row", "4", "bias"))
			}
			t.P(`mul.wide.u32 offset, row, %s
				shl.b64 offset, offset, 2
				add.u64 offset, offset, c`, toNextRow)
			t.epilogue("x", "bias_of", "offset")
			t.P("st.global.f32 [offset], x")
		})
	}
}

// prepareEpilogue sets two predicates for epilogue: reads is true if beta is not 0, so that
// C must be read; plain is true if there is no activation.
func (c calc) prepareEpilogue() {
	c.Reg("pred", "reads plain other")
	c.Reg("f32", "before")
	c.P(`setp.neu.f32 reads, beta, %s
		setp.eq.u32 plain, act, %d`, num(0), int(kernels.Identity))
}

// epilogue replaces x by act(alpha*x + beta*before + bias), where before is the word of C
// at address. It adds bias only if predicate biased is true.
func (c calc) epilogue(x, bias, address string) {
	activated := c.Label("activated")
	c.P(`mul.rn.f32 %s, alpha, %s
		@reads ld.global.f32 before, [%s]
		@reads fma.rn.f32 %s, beta, before, %s
		@biased add.rn.f32 %s, %s, %s
		@plain bra.uni %s`, x, x, address, x, x, x, x, bias, activated)
	for act := kernels.Identity + 1; act.IsActivation(); act++ {
		next := c.Label("not_" + act.String())
		c.P(`setp.ne.u32 other, act, %d
			@other bra.uni %s`, int(act), next)
		c.P("mov.f32 %s, %s", x, c.apply(act, x))
		c.P(`bra.uni %s
			%s:`, activated, next)
	}
	c.P("%s:", activated)
}
