package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// convolutions is convolutions of all kinds as matrix products whose operands are
// found in images by a table: for each term where its factor lies in A, from the
// beginning of a row, and where in B, from the place of a column, and how many
// rows and columns of an image further that is.
//
//	              rows of A     columns of B             terms
//	Conv          filters       pixels of y              weights of a filter
//	ConvTranspose channels      pixels of one phase      filters and the phase's taps
//	WeightGrad    filters of y  weights of a filter      pixels of all y
func convolutions() *asm.File {
	f := asm.New("convolutions.ptx", "Convolutions as matrix products in tiles. Names say the rows and columns of a tile.")
	for _, shape := range work.Tiles {
		t := newTile(f, "convolve_"+shape.Name(),
			"out = A*B + bias, negative elements 0 if rectify is not 0, or += where add is not 0. Columns are the points of a grid in each of several images.", shape,
			"u64 out, u64 a, u64 b, u64 table, u64 bias, u32 a_row, u32 rectify, u32 add, u32 grid_h, u32 grid_w, "+
				"u32 in_image, u32 in_h, u32 in_w, u32 in_step_h, u32 in_step_w, u32 in_origin_h, u32 in_origin_w, "+
				"u32 out_row, u32 out_image, u32 out_w, u32 out_step_h, u32 out_step_w, u32 out_origin_h, u32 out_origin_w")
		t.multiply(t.taps(), t.images())
		t.storeImages()
	}
	return f
}

// taps is operand A: rows of a matrix whose terms lie where the table says.
func (t *tile) taps() source {
	w := t.newWords(&t.a, true, "row0")
	t.Reg("u32", "a_offset")
	t.Reg("pred", "a_there")
	entry := t.tableEntry(w)
	bases, inside := make([]string, t.a.words), make([]string, t.a.words)
	for i := range bases {
		bases[i] = t.Temp("u64")
		row := t.u("add.u32", w.line, fmt.Sprint(w.further(i)))
		t.row(bases[i], "a", row, "a_row")
		inside[i] = w.inside(i, "rows")
	}
	w.beginStep = func() {
		t.P(`setp.lt.u32 a_there, %s, k_end
			mov.u32 a_offset, 0
			@a_there ld.global.u32 a_offset, [%s]
			add.u64 %s, %s, %d
			add.u32 %s, %s, %d`, w.k, entry, entry, entry, work.TapBytes*work.TileDepth, w.k, w.k, work.TileDepth)
	}
	w.loadWord = func(i int, register string) {
		there := t.p("and.pred", "a_there", inside[i])
		at := t.op("u64", "mad.wide.u32", "a_offset", "4", bases[i])
		t.P("@%s ld.global.f32 %s, [%s]", there, register, at)
	}
	return w
}

// tableEntry makes w.k the thread's first term of all and returns the address of
// its entry in the table.
func (t *tile) tableEntry(w *words) string {
	t.P("add.u32 %s, %s, k", w.k, w.k)
	return t.op("u64", "mad.wide.u32", w.k, fmt.Sprint(work.TapBytes), "table")
}

// images is operand B: a thread keeps to one column, which is a place in an image.
func (t *tile) images() source {
	w := t.newWords(&t.b, false, "column0")
	t.Reg("u32", "image h w b_base")
	t.Reg("pred", "b_inside")
	t.gridPoint(w.line, "image", "h", "w")
	t.P(`setp.lt.u32 b_inside, %s, columns
		mad.lo.u32 h, h, in_step_h, in_origin_h
		mad.lo.u32 w, w, in_step_w, in_origin_w
		mul.lo.u32 b_base, image, in_image
		mad.lo.u32 b_base, h, in_w, b_base
		add.u32 b_base, b_base, w`, w.line)
	entry := t.tableEntry(w)
	w.loadWord = func(i int, register string) {
		fields := t.Temps("u32", 3) // offset in B, rows and columns further
		there := t.p("setp.lt.and.u32", t.u("add.u32", w.k, fmt.Sprint(w.later(i))), "k_end", "b_inside")
		for _, name := range fields {
			t.P("mov.u32 %s, 0", name)
		}
		for n, name := range fields {
			t.P("@%s ld.global.u32 %s, [%s+%d]", there, name, entry, work.TapBytes*w.later(i)+4*(n+1))
		}
		offset, down, right := fields[0], fields[1], fields[2]
		t.P(`add.u32 %s, %s, h
			add.u32 %s, %s, w
			setp.lt.and.u32 %s, %s, in_h, %s
			setp.lt.and.u32 %s, %s, in_w, %s
			add.u32 %s, %s, b_base`, down, down, right, right,
			there, down, there, there, right, there, offset, offset)
		at := t.op("u64", "mad.wide.u32", offset, "4", "b")
		t.P("@%s ld.global.f32 %s, [%s]", there, register, at)
		if i == t.b.words-1 {
			t.P(`add.u64 %s, %s, %d
				add.u32 %s, %s, %d`, entry, entry, work.TapBytes*work.TileDepth, w.k, w.k, work.TileDepth)
		}
	}
	return w
}

// gridPoint finds the image and the point of the grid that a column is.
func (t *tile) gridPoint(column, image, h, w string) {
	rest := t.Temp("u32")
	t.split(column, "grid_w", rest, w)
	t.split(rest, "grid_h", image, h)
}

// storeImages stores the sums to where their columns' points are in out.
func (t *tile) storeImages() {
	t.Reg("u32", "i j place offset")
	t.Reg("pred", "inside_column biased rectified adds negative")
	t.Reg("f32", "before")
	t.P(`mad.lo.u32 i, ty, %d, row0
		mad.lo.u32 j, tx, %d, column0
		setp.ne.u64 biased, bias, 0
		setp.ne.u32 rectified, rectify, 0
		setp.ne.u32 adds, add, 0
		mul.wide.u32 a, split, 4
		add.u64 out, out, a`, t.a.group(), t.b.group())
	inside, biases := t.Temps("pred", t.a.each), t.Temps("f32", t.a.each)
	at := t.op("u64", "mad.wide.u32", "i", "4", "bias")
	for m := range t.a.each {
		t.P(`setp.lt.u32 %s, %s, rows
			mov.f32 %s, %s`, inside[m], t.u("add.u32", "i", fmt.Sprint(place(m))), biases[m], num(0))
		both := t.p("and.pred", inside[m], "biased")
		t.P("@%s ld.global.f32 %s, [%s+%d]", both, biases[m], at, 4*place(m))
	}
	for n := range t.b.each {
		column := t.u("add.u32", "j", fmt.Sprint(place(n)))
		t.P("setp.lt.u32 inside_column, %s, columns", column)
		t.gridPoint(column, "image", "h", "w")
		t.P(`mad.lo.u32 h, h, out_step_h, out_origin_h
			mad.lo.u32 w, w, out_step_w, out_origin_w
			mul.lo.u32 place, image, out_image
			mad.lo.u32 place, h, out_w, place
			add.u32 place, place, w`)
		for m := range t.a.each {
			there := t.p("and.pred", inside[m], "inside_column")
			reads := t.p("and.pred", there, "adds")
			sum := t.sums[m][n]
			t.P("mad.lo.u32 offset, %s, out_row, place", t.u("add.u32", "i", fmt.Sprint(place(m))))
			address := t.op("u64", "mad.wide.u32", "offset", "4", "out")
			t.P(`mov.f32 before, %s
				@%s ld.global.f32 before, [%s]
				@biased add.rn.f32 %s, %s, %s
				@adds add.rn.f32 %s, %s, before`, num(0), reads, address, sum, sum, biases[m], sum, sum)
			t.rectify(sum)
			t.P("@%s st.global.f32 [%s], %s", there, address, sum)
		}
	}
}
