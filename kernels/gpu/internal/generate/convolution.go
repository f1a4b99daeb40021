package main

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// convolutions writes convolutions.ptx: convolutions and their gradients as implicit
// matrix products.
//
//	              rows of A     columns of B             terms (outer index, tap)
//	Conv          filters       pixels of y              channels, weights of a filter
//	ConvTranspose channels      pixels of one phase of x filters, weights of the phase
//	WeightGrad    filters of y  weights of a filter      images, pixels of y
//
// work.Correlation describes the matrices. A tap locates the factors of a term in A and in
// B. A step of the kernel sums a row of Depth taps, and a thread loads the words
// of one tap of the row. A run is the consecutive steps that use the same row of taps. A
// thread tests which of its words are inside an image once for each run, not in each step.
func convolutions() *asm.File {
	f := asm.New("convolutions.ptx", "Convolutions as matrix products in tiles. A name has the rows and columns of a tile.")
	for _, shape := range work.Tiles {
		convolution(f, shape)
	}
	fold(f)
	return f
}

// convolution adds the kernel that computes correlations in tiles of a shape.
func convolution(f *asm.File, shape work.Tile) {
	t := newTile(f, "convolve_"+shape.Name(), "Correlations. Block z computes split z/correlations of correlation z mod correlations.", shape,
		"u64 table, u32 correlations, u32 split_steps")
	t.findCorrelation()
	t.P(`setp.ge.u32 more, column0, columns
		@more bra.uni done`)
	t.findColumns()
	v := t.taps()
	t.multiply(v.newRun, &v.a, &v.b)
	t.findThread()
	t.findCorrelation()
	place := t.u("ld.shared.u32", fmt.Sprintf("[%s+%d]", t.columnAt("t"), columnPlace))
	t.storeSums(byRow, place, t.field("OutRow"))
	t.P("done:")
}

// findCorrelation sets register split to the block's split, register here to the address
// of the block's correlation, and registers rows and columns to the correlation's size.
func (t *tile) findCorrelation() {
	t.Reg("u64", "here")
	t.Reg("u32", "rows columns")
	t.P(`rem.u32 rows, split, correlations
		div.u32 split, split, correlations
		mad.wide.u32 here, rows, %d, table
		ld.global.u32 rows, [here+%d]
		ld.global.u32 columns, [here+%d]`, unsafe.Sizeof(work.Correlation{}), offsetOf("Rows"), offsetOf("Columns"))
}

// offsetOf returns the offset of a correlation's field, "Size.W", in bytes.
func offsetOf(field string) uintptr {
	typ, offset := reflect.TypeFor[work.Correlation](), uintptr(0)
	for name := range strings.SplitSeq(field, ".") {
		f, ok := typ.FieldByName(name)
		if !ok {
			panic("generate: a correlation has no " + field)
		}
		typ, offset = f.Type, offset+f.Offset
	}
	return offset
}

// field loads a field of the block's correlation, and returns its register.
func (t *tile) field(name string) string {
	return t.u("ld.global.u32", fmt.Sprintf("[here+%d]", offsetOf(name)))
}

// A block keeps a record for each column of its tile in shared memory. These are the
// offsets of its fields, and its size, in bytes. The point of a column is the pixel of B
// to which taps add their offsets.
const (
	columnBase  = 0  // index of the point in B
	columnPlace = 4  // index in C of the column's result in row 0
	columnH     = 8  // image row of the point
	columnW     = 12 // image column of the point
	columnBytes = 16
)

// findColumns fills the table of columns in shared memory. Thread t writes the record of
// column t of the tile.
func (t *tile) findColumns() {
	t.Shared("column_table", columnBytes*t.Columns)
	t.Reg("u32", "column image h w in_base in_h in_w place")
	t.Reg("pred", "beyond")
	grid := [2]string{t.field("Grid.H"), t.field("Grid.W")}
	image, width := t.field("Image"), t.field("Size.W")
	step, origin := [2]string{t.field("Step.H"), t.field("Step.W")}, [2]string{t.field("Origin.H"), t.field("Origin.W")}
	outImage, outWidth := t.field("OutImage"), t.field("OutWidth")
	outStep, outOrigin := [2]string{t.field("OutStep.H"), t.field("OutStep.W")}, [2]string{t.field("OutOrigin.H"), t.field("OutOrigin.W")}
	t.P("add.u32 column, t, column0")
	rest := t.Temp("u32")
	t.split("column", grid[1], rest, "w")
	t.split(rest, grid[0], "image", "h")
	t.P(`mad.lo.u32 in_h, h, %s, %s
		mad.lo.u32 in_w, w, %s, %s
		mul.lo.u32 in_base, image, %s
		mad.lo.u32 in_base, in_h, %s, in_base
		add.u32 in_base, in_base, in_w
		setp.ge.u32 beyond, column, columns
		@beyond mov.u32 in_h, %d`, step[0], origin[0], step[1], origin[1], image, width, work.Outside)
	t.P(`mad.lo.u32 h, h, %s, %s
		mad.lo.u32 w, w, %s, %s
		mul.lo.u32 place, image, %s
		mad.lo.u32 place, h, %s, place
		add.u32 place, place, w
		st.shared.v4.u32 [%s], {in_base, place, in_h, in_w}
		bar.sync 0`, outStep[0], outOrigin[0], outStep[1], outOrigin[1], outImage, outWidth, t.columnAt("t"))
}

// columnAt returns a register with the address of the record of a column of the tile.
func (t *tile) columnAt(column string) string {
	return t.u("mad.lo.u32", column, fmt.Sprint(columnBytes), t.u("mov.u32", "column_table"))
}

// taps generates the loads of both operands of a convolution kernel.
type taps struct {
	*tile
	a tappedRows
	b tappedColumns
}

// tappedRows is the source of A. In a step a thread loads one word from each of several
// rows, all for the same tap.
type tappedRows struct {
	words
	there []string // predicate for each word: it is inside A
}

// tappedColumns is the source of B. In a step a thread loads one word for each of several
// columns, all at the offset of one tap from the columns' points.
type tappedColumns struct {
	words
	places []string // register for each word: index in B of the column's point
	across []string // predicate for each word: its image column is inside the image
	there  []string // predicate for each word: it is inside the image
	table  string   // register: address of the record of the thread's first column
}

// taps prepares the sources for the first step of the block's split.
func (t *tile) taps() *taps {
	v := &taps{tile: t}
	v.a = tappedRows{words: t.newWords(&t.a, true)}
	v.b = tappedColumns{words: t.newWords(&t.b, true)}
	v.a.there = t.Temps("pred", len(v.a.staged))
	v.b.across, v.b.there = t.Temps("pred", len(v.b.staged)), t.Temps("pred", len(v.b.staged))
	t.Reg("u64", "a_at b_at tap_at")
	t.Reg("u32", "a_row0 a_gap a_rows a_step b_step height width rest repeated repeats tap_a tap_b tap_h tap_w next_w")
	t.Reg("pred", "tapped one")
	line := t.lineOf(true)
	firstRow := t.u("add.u32", line, "row0")
	aRow := t.field("ARow")
	t.P(`mul.lo.u32 a_row0, %s, %s
		mul.lo.u32 a_gap, %s, %d
		sub.u32 a_rows, rows, %s`, firstRow, aRow, aRow, t.Columns/t.Depth, firstRow)
	v.b.table = t.columnAt(line)
	for i := range v.b.staged {
		v.b.places = append(v.b.places, t.u("ld.shared.u32", fmt.Sprintf("[%s+%d]", v.b.table, v.b.column(i)+columnBase)))
	}
	for _, f := range [...][2]string{
		{"height", "Size.H"}, {"width", "Size.W"}, {"a_step", "AStep"}, {"b_step", "BStep"}, {"repeats", "Repeats"}, {"repeated", "Repeated"},
	} {
		t.P("ld.global.u32 %s, [here+%d]", f[0], offsetOf(f[1]))
	}

	// Find the row of taps of the split's first step. A row that serves for several steps
	// may have begun its run in the previous split: register begun counts those steps. Any
	// other row serves for one step. Register first is the index of the split's first step,
	// register row the index of its row of taps.
	steps, tap := t.field("Steps"), t.termOf(true)
	first, row, begun := t.Temp("u32"), t.Temp("u32"), t.Temp("u32")
	t.P(`mul.lo.u32 %s, split, split_steps
		sub.u32 rest, %s, %s
		min.u32 rest, rest, split_steps
		mul.lo.u32 %s, repeated, repeats
		setp.lt.u32 one, %s, %s
		sub.u32 %s, %s, %s
		add.u32 %s, %s, repeated
		mov.u32 %s, 0
		mov.u32 left, 1
		@!one bra.uni found_tap`, first, steps, first, row, first, row, row, first, row, row, row, begun)
	t.split(first, "repeats", row, begun)
	t.P("sub.u32 left, repeats, %s", begun)
	t.P("found_tap:")
	t.P(`min.u32 left, left, rest
		sub.u32 rest, rest, left
		ld.global.u32 %s, [here+%d]
		cvt.u64.u32 tap_at, %s
		add.u64 tap_at, tap_at, here
		mad.lo.u32 %s, %s, %d, %s
		mad.wide.u32 tap_at, %s, %d, tap_at`,
		first, offsetOf("Taps"), first, first, row, t.Depth, tap, first, unsafe.Sizeof(work.Tap{}))
	t.P(`add.u32 %s, %s, 1
		max.u32 repeated, repeated, %s
		sub.u32 repeated, repeated, %s`, row, row, row, row) // repeated: how many repeated rows follow row
	v.loadTap()
	t.P(`mad.lo.u32 tap_a, %s, a_step, tap_a
		mad.lo.u32 tap_b, %s, b_step, tap_b`, begun, begun)
	v.setAcross()
	v.setTap()
	return v
}

// loadTap loads the tap at the address in register tap_at, and advances the register to
// the thread's tap in the next row.
func (v *taps) loadTap() {
	v.P(`ld.global.v4.u32 {tap_a, tap_b, tap_h, next_w}, [tap_at]
		add.u64 tap_at, tap_at, %d`, uintptr(v.Depth)*unsafe.Sizeof(work.Tap{}))
}

// setAcross generates the code that sets the predicates that depend only on the horizontal
// offset of the tap: which words of A are inside A, and which words of B have an image
// column inside the image. newRun skips this code if all threads of a warp have the same
// horizontal offset as before. That is so in almost every run if Depth is a multiple
// of the width of a filter.
func (v *taps) setAcross() {
	v.a.clear()
	v.P(`mov.u32 tap_w, next_w
		setp.ne.u32 tapped, tap_w, %d`, work.Outside)
	for i, there := range v.a.there {
		v.P("setp.gt.and.s32 %s, a_rows, %d, tapped", there, i*v.Columns/v.Depth)
	}
	w := v.Temp("u32")
	for i, across := range v.b.across {
		v.P(`ld.shared.u32 %s, [%s+%d]
			add.u32 %s, %s, tap_w
			setp.lt.u32 %s, %s, width`,
			w, v.b.table, v.b.column(i)+columnW, w, w, across, w)
	}
}

// setTap sets the addresses of the tap's words in A and in B, and the predicates that say
// which words of B are inside the image. setAcross must have run for the tap's horizontal
// offset.
func (v *taps) setTap() {
	v.b.clear()
	v.P(`add.u32 tap_a, tap_a, a_row0
		mad.wide.s32 a_at, tap_a, 4, a
		mad.wide.s32 b_at, tap_b, 4, b`)
	h := v.Temp("u32")
	for i, there := range v.b.there {
		v.P(`ld.shared.u32 %s, [%s+%d]
			add.u32 %s, %s, tap_h
			setp.lt.and.u32 %s, %s, height, %s`,
			h, v.b.table, v.b.column(i)+columnH, h, h, there, h, v.b.across[i])
	}
}

// newRun generates the code between two runs: it moves to the next row of taps, or branches
// to the label inner if the block's split has no more steps.
func (v *taps) newRun() {
	v.P(`setp.eq.u32 one, rest, 0
		@one bra.uni inner
		setp.ne.u32 one, repeated, 0
		mov.u32 left, 1
		@one min.u32 left, repeats, rest
		@one sub.u32 repeated, repeated, 1
		sub.u32 rest, rest, left`)
	v.loadTap()
	v.P(`setp.ne.u32 one, next_w, tap_w
		vote.sync.any.pred one, one, 0xffffffff
		@!one bra.uni same_across`)
	v.setAcross()
	v.P("same_across:")
	v.setTap()
}

// column returns the number of bytes from the record of the thread's column 0 to the
// record of its column i.
func (b *tappedColumns) column(i int) int { return i * b.Columns / b.Depth * columnBytes }

func (r *tappedRows) first() { r.next() }

// next loads the thread's words of A and advances a_at to the next step.
func (r *tappedRows) next() {
	at := "a_at"
	for i, there := range r.there {
		if i > 0 {
			at = r.op("u64", "mad.wide.u32", "a_gap", "4", at)
		}
		r.load(i, there, at)
	}
	r.P("mad.wide.s32 a_at, a_step, 4, a_at")
}

func (b *tappedColumns) first() { b.next() }

// next loads the thread's words of B and advances b_at to the next step.
func (b *tappedColumns) next() {
	for i, there := range b.there {
		b.load(i, there, b.op("u64", "mad.wide.s32", b.places[i], "4", "b_at"))
	}
	b.P("mad.wide.s32 b_at, b_step, 4, b_at")
}

// fold adds the kernel that ends a transposed convolution with few channels (col2im). An
// earlier launch has stored into y what each weight of each channel contributes: one image
// of out_h×out_w for each weight. A thread sums the contributions to one pixel of x.
func fold(f *asm.File) {
	e := f.Entry("fold", "x = act(sum of taps in y + beta*x + bias). A thread computes one of n pixels.", work.Threads,
		"u64 x, u64 y, u64 bias, f32 alpha, f32 beta, u32 act, u32 n, u32 channels, u32 height, u32 width, u32 kernel_h, u32 kernel_w, u32 stride_h, u32 stride_w, u32 pad_h, u32 pad_w, u32 out_h, u32 out_w")
	e.Reg("u32", "line plane channel image h w from_w left row column place tap_h tap_w")
	e.Reg("u64", "at")
	e.Reg("f32", "v bias_of")
	e.Reg("pred", "past biased")
	c := element(e)
	c.split("e", "width", "line", "w")
	c.split("line", "height", "plane", "h")
	c.split("plane", "channels", "image", "channel")
	// Weight row h + pad - stride*i carries row i of y to row h of x.
	e.P(`add.u32 h, h, pad_h
		add.u32 w, w, pad_w
		mov.f32 sum, %s`, num(0))
	c.split("h", "stride_h", "row", "tap_h")
	c.split("w", "stride_w", "left", "from_w")
	e.P(`rows:
		setp.ge.u32 past, tap_h, kernel_h
		@past bra folded
		mov.u32 tap_w, from_w
		mov.u32 column, left
		columns:
		setp.ge.u32 past, tap_w, kernel_w
		@past bra next_row
		setp.ge.u32 past, row, out_h
		@past bra next_column
		setp.ge.u32 past, column, out_w
		@past bra next_column
		mad.lo.u32 place, image, channels, channel
		mad.lo.u32 place, place, kernel_h, tap_h
		mad.lo.u32 place, place, kernel_w, tap_w
		mad.lo.u32 place, place, out_h, row
		mad.lo.u32 place, place, out_w, column
		mad.wide.u32 at, place, 4, y
		ld.global.f32 v, [at]
		add.rn.f32 sum, sum, v
		next_column:
		add.u32 tap_w, tap_w, stride_w
		sub.u32 column, column, 1
		bra columns
		next_row:
		add.u32 tap_h, tap_h, stride_h
		sub.u32 row, row, 1
		bra rows
		folded:
		setp.ne.u64 biased, bias, 0
		mov.f32 bias_of, %s
		mad.wide.u32 bias, channel, 4, bias
		@biased ld.global.f32 bias_of, [bias]
		mad.wide.u32 x, e, 4, x`, num(0))
	c.prepareEpilogue()
	c.epilogue("sum", "bias_of", "x")
	e.P(`st.global.f32 [x], sum
		done:`)
}
