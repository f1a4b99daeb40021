package main

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// convolutions is convolutions of all kinds as matrix products:
//
//	              rows of A     columns of B             terms
//	Conv          filters       pixels of y              weights of a filter
//	ConvTranspose channels      pixels of one phase      filters and the phase's taps
//	WeightGrad    filters of y  weights of a filter      pixels of all y
//
// Factors are found by taps, see work.Correlation. A thread brings the words of one
// tap in a step, the same tap for many steps: so it is only once in a while that
// it has to find out which of them lie in an image.
func convolutions() *asm.File {
	f := asm.New("convolutions.ptx", "Convolutions as matrix products in tiles. Names say the rows and columns of a tile.")
	for _, shape := range work.Tiles {
		convolution(f, shape)
	}
	fold(f)
	return f
}

func convolution(f *asm.File, shape work.Tile) {
	t := newTile(f, "convolve_"+shape.Name(), "Correlations, split or several: block z does split z/correlations of correlation z mod correlations.", shape,
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

// findCorrelation finds the block's correlation and split.
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

// field loads a field of the correlation.
func (t *tile) field(name string) string {
	return t.u("ld.global.u32", fmt.Sprintf("[here+%d]", offsetOf(name)))
}

// What a block keeps of each of its columns: where its place is in B, where its
// results go, and the row and the column of the image that its place is.
const (
	columnBase  = 0
	columnPlace = 4
	columnH     = 8
	columnW     = 12
	columnBytes = 16
)

// findColumns finds the block's columns, each by one thread.
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

// columnAt returns the address of what is kept of one of the tile's columns.
func (t *tile) columnAt(column string) string {
	return t.u("mad.lo.u32", column, fmt.Sprint(columnBytes), t.u("mov.u32", "column_table"))
}

// taps is both operands.
type taps struct {
	*tile
	a tappedRows
	b tappedColumns
}

// tappedRows is A: rows of a matrix, a thread's words all of one term.
type tappedRows struct {
	words
	there []string // predicates
}

// tappedColumns is B: places in images, of which a thread's words are all equally
// far.
type tappedColumns struct {
	words
	places []string // of columns, in words
	across []string // predicates: inside horizontally
	there  []string // predicates
	table  string   // the thread's first column in the columns' table
}

// taps finds the thread's operands in the first step of the block's split.
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
		sub.u32 a_rows, rows, %s`, firstRow, aRow, aRow, t.Columns/work.TileDepth, firstRow)
	v.b.table = t.columnAt(line)
	for i := range v.b.staged {
		v.b.places = append(v.b.places, t.u("ld.shared.u32", fmt.Sprintf("[%s+%d]", v.b.table, v.b.column(i)+columnBase)))
	}
	for _, f := range [...][2]string{
		{"height", "Size.H"}, {"width", "Size.W"}, {"a_step", "AStep"}, {"b_step", "BStep"}, {"repeats", "Repeats"}, {"repeated", "Repeated"},
	} {
		t.P("ld.global.u32 %s, [here+%d]", f[0], offsetOf(f[1]))
	}

	// The split's first step is one of a row of taps' repeats, or has a row of
	// taps to itself.
	steps, tap := t.field("Steps"), t.termOf(true)
	first, row, begun := t.Temp("u32"), t.Temp("u32"), t.Temp("u32") // of taps
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
		first, offsetOf("Taps"), first, first, row, work.TileDepth, tap, first, unsafe.Sizeof(work.Tap{}))
	t.P(`add.u32 %s, %s, 1
		max.u32 repeated, repeated, %s
		sub.u32 repeated, repeated, %s`, row, row, row, row) // those still to come
	v.loadTap()
	t.P(`mad.lo.u32 tap_a, %s, a_step, tap_a
		mad.lo.u32 tap_b, %s, b_step, tap_b`, begun, begun)
	v.setAcross()
	v.setTap()
	return v
}

// loadTap loads the tap that tap_at leads to, and makes that the next.
func (v *taps) loadTap() {
	v.P(`ld.global.v4.u32 {tap_a, tap_b, tap_h, next_w}, [tap_at]
		add.u64 tap_at, tap_at, %d`, work.TileDepth*unsafe.Sizeof(work.Tap{}))
}

// setAcross finds what goes for all taps that are equally far to the right: which words
// of A there are, and which of B are inside horizontally. A thread's taps all are where
// TileDepth is a multiple of the filter's width.
func (v *taps) setAcross() {
	v.a.clear()
	v.P(`mov.u32 tap_w, next_w
		setp.ne.u32 tapped, tap_w, %d`, work.Outside)
	for i, there := range v.a.there {
		v.P("setp.gt.and.s32 %s, a_rows, %d, tapped", there, i*v.Columns/work.TileDepth)
	}
	w := v.Temp("u32")
	for i, across := range v.b.across {
		v.P(`ld.shared.u32 %s, [%s+%d]
			add.u32 %s, %s, tap_w
			setp.lt.u32 %s, %s, width`,
			w, v.b.table, v.b.column(i)+columnW, w, w, across, w)
	}
}

// setTap finds the words of the tap, and which of them there are.
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

// newRun goes on to the next row of taps, if the split has more steps.
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

// column returns the offset in the columns' table of the thread's i'th column from
// its first.
func (b *tappedColumns) column(i int) int { return i * b.Columns / work.TileDepth * columnBytes }

func (r *tappedRows) first() { r.next() }

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

func (b *tappedColumns) next() {
	for i, there := range b.there {
		b.load(i, there, b.op("u64", "mad.wide.s32", b.places[i], "4", "b_at"))
	}
	b.P("mad.wide.s32 b_at, b_step, 4, b_at")
}

// fold adds the kernel that ends a transposed convolution of few channels, for
// which all taps of all channels were rows of one product.
func fold(f *asm.File) {
	e := f.Entry("fold", "x = act(sum of y's taps + beta*x + bias): a thread for each of n pixels.", work.Threads,
		"u64 x, u64 y, u64 bias, f32 alpha, f32 beta, u32 act, u32 n, u32 channels, u32 height, u32 width, u32 kernel_h, u32 kernel_w, u32 stride_h, u32 stride_w, u32 pad_h, u32 pad_w, u32 out_h, u32 out_w")
	e.Reg("u32", "line plane channel image h w from_w left row column place tap_h tap_w")
	e.Reg("u64", "at")
	e.Reg("f32", "v bias_of")
	e.Reg("pred", "past biased")
	c := element(e)
	c.split("e", "width", "line", "w")
	c.split("line", "height", "plane", "h")
	c.split("plane", "channels", "image", "channel")
	// Pixel h is tap h + pad - stride*i of place i.
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
	c.prepareFinish()
	c.finish("sum", "bias_of", "x")
	e.P(`st.global.f32 [x], sum
		done:`)
}
