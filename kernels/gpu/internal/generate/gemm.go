package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// gemm is matrix products, for all sizes of tiles and transpositions, and what
// follows where a product was split.
func gemm() *asm.File {
	f := asm.New("gemm.ptx", "Matrix products in tiles. Names say which operands are transposed, and the side of a tile.")
	for _, shape := range work.Squares {
		for _, transposed := range []string{"nn", "nt", "tn", "tt"} {
			gemmTile(f, shape, transposed)
		}
	}
	combine(f)
	activate(f)
	return f
}

func gemmTile(f *asm.File, shape work.Tile, transposed string) {
	t := newTile(f, fmt.Sprintf("gemm_%s_%s", transposed, shape.Name()),
		"C = alpha*A*B + beta*C + bias, negative elements 0 if rectify is not 0. C is not read where beta is 0.", shape,
		"u64 c, u64 a, u64 b, u64 bias, u32 lda, u32 ldb, u32 ldc, f32 alpha, f32 beta, u32 rectify")
	a := t.matrix(&t.a, "row0", "rows", transposed[0] == 't')
	b := t.matrix(&t.b, "column0", "columns", transposed[1] == 'n')
	t.multiply(a, b)
	t.storeMatrix()
}

// matrix is an operand that is stored with lines one after another, or, if
// acrossLines, terms one after another.
func (t *tile) matrix(o *operand, first, count string, acrossLines bool) source {
	name := o.name
	w := t.newWords(o, !acrossLines, first)
	ld := "ld" + name
	step := name + "_step"
	t.Reg("u64", step)
	t.P("add.u32 %s, %s, k", w.k, w.k)
	bases, inside := make([]string, o.words), make([]string, o.words)
	for i := range bases {
		outer, inner := t.u("add.u32", w.line, fmt.Sprint(w.further(i))), t.u("add.u32", w.k, fmt.Sprint(w.later(i)))
		if acrossLines {
			outer, inner = inner, outer
		}
		bases[i] = t.address(name, outer, ld, inner)
		inside[i] = w.inside(i, count)
	}
	if acrossLines {
		t.P("mul.wide.u32 %s, %s, %d", step, ld, 4*work.TileDepth)
	} else {
		t.P("mov.u64 %s, %d", step, 4*work.TileDepth)
	}
	reached := name + "_reached"
	t.Reg("pred", reached)
	if !acrossLines { // all words are of one term
		w.beginStep = func() { t.P("setp.lt.u32 %s, %s, k_end", reached, w.k) }
	}
	w.loadWord = func(i int, register string) {
		if acrossLines {
			k := w.k
			if i > 0 {
				k = t.u("add.u32", w.k, fmt.Sprint(w.later(i)))
			}
			t.P("setp.lt.u32 %s, %s, k_end", reached, k)
		}
		there := t.p("and.pred", reached, inside[i])
		t.P(`@%s ld.global.f32 %s, [%s]
			add.u64 %s, %s, %s`, there, register, bases[i], bases[i], bases[i], step)
		if i == o.words-1 {
			t.P("add.u32 %s, %s, %d", w.k, w.k, work.TileDepth)
		}
	}
	return w
}

// storeMatrix stores the sums into C.
func (t *tile) storeMatrix() {
	t.Reg("u32", "i j")
	t.Reg("pred", "inside_row scaled biased rectified negative")
	t.Reg("f32", "before")
	t.P(`mad.lo.u32 i, ty, %d, row0
		mad.lo.u32 j, tx, %d, column0
		setp.neu.f32 scaled, beta, %s
		setp.ne.u64 biased, bias, 0
		setp.ne.u32 rectified, rectify, 0
		mul.wide.u32 a, split, 4
		add.u64 c, c, a`, t.a.group(), t.b.group(), num(0))
	inside, biases := t.Temps("pred", t.b.each), t.Temps("f32", t.b.each)
	at := t.op("u64", "mad.wide.u32", "j", "4", "bias")
	for n := range t.b.each {
		t.P(`setp.lt.u32 %s, %s, columns
			mov.f32 %s, %s`, inside[n], t.u("add.u32", "j", fmt.Sprint(place(n))), biases[n], num(0))
		both := t.p("and.pred", inside[n], "biased")
		t.P("@%s ld.global.f32 %s, [%s+%d]", both, biases[n], at, 4*place(n))
	}
	for m := range t.a.each {
		row := t.u("add.u32", "i", fmt.Sprint(place(m)))
		t.P("setp.lt.u32 inside_row, %s, rows", row)
		address := t.address("c", row, "ldc", "j")
		for n := range t.b.each {
			there := t.p("and.pred", inside[n], "inside_row")
			reads := t.p("and.pred", there, "scaled")
			sum := t.sums[m][n]
			t.P(`mov.f32 before, %s
				@%s ld.global.f32 before, [%s+%d]
				mul.rn.f32 %s, alpha, %s
				@scaled fma.rn.f32 %s, beta, before, %s
				@biased add.rn.f32 %s, %s, %s`, num(0), reads, address, 4*place(n), sum, sum, sum, sum, sum, sum, biases[n])
			t.rectify(sum)
			t.P("@%s st.global.f32 [%s+%d], %s", there, address, 4*place(n), sum)
		}
	}
}

// rectify makes a negative sum 0 if that is asked for. A NaN stays.
func (t *tile) rectify(sum string) {
	t.P(`setp.lt.and.f32 negative, %s, %s, rectified
		@negative mov.f32 %s, %s`, sum, num(0), sum, num(0))
}

// combine adds up what the splits of a product have summed, in order.
func combine(f *asm.File) {
	e := f.Entry("combine", "C = alpha * sum of parts + beta*C + bias, negative elements 0 if rectify is not 0: a thread for each element.", work.Threads,
		"u64 c, u64 parts, u64 bias, u32 n, u32 columns, u32 ldc, u32 splits, f32 alpha, f32 beta, u32 rectify")
	e.Reg("u32", "row column i")
	e.Reg("f32", "x before")
	e.Reg("pred", "reads biased negative")
	c := element(e)
	e.P("mov.f32 sum, %s", num(0))
	e.P("mov.u32 i, e")
	c.loop("part", "0", "splits", 1, func(string) {
		c.load("x", "parts", "i")
		e.P(`add.rn.f32 sum, sum, x
			add.u32 i, i, n`)
	})
	c.split("e", "columns", "row", "column")
	at := c.address("c", "row", "ldc", "column")
	e.P(`mul.rn.f32 sum, alpha, sum
		setp.neu.f32 reads, beta, %s
		mov.f32 before, %s
		@reads ld.global.f32 before, [%s]
		@reads fma.rn.f32 sum, beta, before, sum
		setp.ne.u64 biased, bias, 0
		mov.f32 x, %s`, num(0), num(0), at, num(0))
	bias := c.op("u64", "mad.wide.u32", "column", "4", "bias")
	e.P(`@biased ld.global.f32 x, [%s]
		@biased add.rn.f32 sum, sum, x
		setp.ne.u32 reads, rectify, 0
		setp.lt.and.f32 negative, sum, %s, reads
		@negative mov.f32 sum, %s
		st.global.f32 [%s], sum
		done:`, bias, num(0), num(0), at)
}

// activate applies other activations than that to a whole matrix.
func activate(f *asm.File) {
	e := f.Entry("activate", "C = act(C): a thread for each element.", work.Threads, "u64 c, u32 n, u32 columns, u32 ldc, u32 act")
	e.Reg("u32", "row column")
	c := element(e)
	c.split("e", "columns", "row", "column")
	at := c.address("c", "row", "ldc", "column")
	e.P("ld.global.f32 sum, [%s]", at)
	is, end := c.Temp("pred"), c.Label("activated")
	for act := kernels.ReLU + 1; act.IsActivation(); act++ {
		next := c.Label("not_" + act.String())
		c.P(`setp.ne.u32 %s, act, %d
			@%s bra %s`, is, int(act), is, next)
		c.P("mov.f32 sum, %s", c.apply(act, "sum"))
		c.P("bra %s", end)
		c.P("%s:", next)
	}
	c.P(`%s:
		st.global.f32 [%s], sum
		done:`, end, at)
}

// element adds a kernel's begin: e is the thread's element; threads at n and
// beyond end.
func element(e *asm.Entry) calc {
	e.Reg("u32", "e t")
	e.Reg("pred", "outside")
	e.Reg("f32", "sum")
	e.P(`mov.u32 e, %%ctaid.x
		mov.u32 t, %%tid.x
		mad.lo.u32 e, e, %d, t
		setp.ge.u32 outside, e, n
		@outside bra done`, work.Threads)
	return calc{e}
}

// split sets rest and quotient to those of x by a length.
func (c calc) split(x, length, quotient, rest string) {
	c.P(`div.u32 %s, %s, %s
		mul.lo.u32 %s, %s, %s
		sub.u32 %s, %s, %s`, quotient, x, length, rest, quotient, length, rest, x, rest)
}

// load sets a register to element index of an array.
func (c calc) load(register, array, index string) {
	at := c.op("u64", "mad.wide.u32", index, "4", array)
	c.P("ld.global.f32 %s, [%s]", register, at)
}
