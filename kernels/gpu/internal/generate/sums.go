package main

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels"
)

// An output is where the sums of a tile go.
type output struct {
	row  string // register: words from a row to the next
	bias direction
	// column returns whether one of the tile's columns is one of the product's,
	// and how far its elements are from the beginning of rows.
	column func(column string) (inside, place string)
}

// A direction says what the numbers of a bias belong to.
type direction bool

const (
	byRow    direction = false
	byColumn direction = true
)

// storeSums makes results of the sums and stores them. They go through shared
// memory, a band of each thread's rows at a time: so warps store what lies side
// by side, and a thread finishes one result after another, in loops, which have room
// for every activation.
func (t *tile) storeSums(o output) {
	band := t.band()
	t.Reg("u32", "row")
	t.Reg("u64", "offset")
	t.Reg("pred", "inside_row biased")
	t.Reg("f32", "x y")
	t.P(`mul.wide.u32 offset, split, split_results
		shl.b64 offset, offset, 2
		add.u64 c, c, offset
		setp.ne.u64 biased, bias, 0`)
	if o.bias == byRow {
		t.P("mov.f32 y, %s", num(0))
	}
	t.prepareFinish()
	// A thread has one column in a row of threads, or some, whole rows apart.
	type column struct{ inside, at, bias, from string }
	var columns []column
	for n := range max(1, t.Columns/t.Threads) {
		place := t.u("and.b32", "t", fmt.Sprint(t.Columns-1))
		if n > 0 {
			place = t.u("add.u32", place, fmt.Sprint(n*t.Threads))
		}
		from := t.u("mad.lo.u32", t.rowOfThreads(), fmt.Sprint(t.Columns), place)
		t.P(`shl.b32 %s, %s, 2
			add.u32 %s, %s, %s`, from, from, from, from, t.u("mov.u32", "tiles"))
		inside, offset := o.column(place)
		v := column{inside: inside, at: t.op("u64", "mad.wide.u32", offset, "4", "c"), bias: "y", from: from}
		if o.bias == byColumn {
			v.bias = t.f("mov.f32", num(0))
			t.P("@%s ld.global.f32 %s, [%s]", t.p("and.pred", inside, "biased"), v.bias, t.op("u64", "mad.wide.u32", offset, "4", "bias"))
		}
		columns = append(columns, v)
	}
	to := t.u("mul.lo.u32", "ty", fmt.Sprint(4*band*t.Columns))
	t.P("mad.lo.u32 %s, tx, %d, %s", to, 4*group, to)
	t.P("add.u32 %s, %s, %s", to, to, t.u("mov.u32", "tiles"))
	for first := 0; first < t.a.each(); first += band {
		t.P("bar.sync 0") // all have summed, or stored the last band
		for m := range band {
			for n := 0; n < t.b.each(); n += group {
				t.P("st.shared.v4.f32 [%s+%d], {%s}", to, 4*(m*t.Columns+t.b.place(n)), strings.Join(t.sums[first+m][n:n+group], ", "))
			}
		}
		t.P("bar.sync 0")
		for _, v := range columns {
			from := t.u("mov.u32", v.from)
			t.loop("in_band", t.rowOfThreads(), fmt.Sprint(band*t.a.share), max(1, t.Threads/t.Columns), func(next string) {
				t.rowInBand(band, first)
				t.P(`ld.shared.f32 x, [%s]
					add.u32 %s, %s, %d
					setp.lt.and.u32 inside_row, row, rows, %s
					@!inside_row bra %s`, from, from, from, 4*max(t.Threads, t.Columns), v.inside, next)
				if o.bias == byRow {
					t.P("@biased ld.global.f32 y, [%s]", t.op("u64", "mad.wide.u32", "row", "4", "bias"))
				}
				t.P(`mul.wide.u32 offset, row, %s
					shl.b64 offset, offset, 2
					add.u64 offset, offset, %s`, o.row, v.at)
				t.finish("x", v.bias, "offset")
				t.P("st.global.f32 [offset], x")
			})
		}
	}
}

// rowInBand sets row to that of the product which is the one in_band of a band: a
// band has so many rows of each thread, from a first on.
func (t *tile) rowInBand(band, first int) {
	t.P("add.u32 row, in_band, row0")
	if band < group {
		of := t.u("div.u32", "in_band", fmt.Sprint(band))
		t.P("mad.lo.u32 row, %s, %d, row", of, group-band)
	}
	if place := t.a.place(first); place > 0 {
		t.P("add.u32 row, row, %d", place)
	}
}

// band returns how many rows of each thread find room in shared memory at a time.
func (t *tile) band() int {
	band := min(group, t.a.each())
	for 4*band*t.a.share*t.Columns > 2*t.stage() {
		band /= 2
	}
	return band
}

// rowOfThreads returns which of the rows of as many threads as a tile has columns
// a thread is in.
func (t *tile) rowOfThreads() string { return t.u("div.u32", "t", fmt.Sprint(t.Columns)) }

// prepareFinish finds what of the registers alpha, beta and act matters.
func (c calc) prepareFinish() {
	c.Reg("pred", "reads plain other")
	c.Reg("f32", "before")
	c.P(`setp.neu.f32 reads, beta, %s
		setp.eq.u32 plain, act, %d`, num(0), int(kernels.Identity))
}

// finish makes act(alpha*x + beta*before + bias) of x, where before is what an
// address holds.
func (c calc) finish(x, bias, address string) {
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
