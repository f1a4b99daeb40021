package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// gemm writes gemm.ptx: a matrix product for each tile size and each transposition of its
// operands, and the kernel combine, which adds the splits of a product.
func gemm() *asm.File {
	f := asm.New("gemm.ptx", "Matrix products in tiles. A name has the transposition of A and of B (n or t) and the side of a tile.")
	for _, shape := range work.Squares {
		for _, transposed := range []string{"nn", "nt", "tn", "tt"} {
			gemmTile(f, shape, transposed)
		}
	}
	combine(f)
	return f
}

// gemmTile adds the kernel for a tile shape and a transposition such as "nt".
func gemmTile(f *asm.File, shape work.Tile, transposed string) {
	t := newTile(f, fmt.Sprintf("gemm_%s_%s", transposed, shape.Name()), "A matrix product.", shape,
		"u32 rows, u32 columns, u32 depth, u32 split_depth, u32 lda, u32 ldb, u32 ldc")
	// A step sums Depth values of k. If the block's depth is not a multiple of that, the
	// first step has fewer values, so that no later step needs to test k. Register reach is
	// the number of values in the first step.
	t.Reg("u32", "k reach")
	t.P(`mul.lo.u32 k, split, split_depth
		sub.u32 depth, depth, k
		min.u32 depth, depth, split_depth
		add.u32 left, depth, %d
		div.u32 left, left, %d
		max.u32 left, left, 1
		mad.lo.u32 reach, left, -%d, depth
		add.u32 reach, reach, %d`, shape.Depth-1, shape.Depth, shape.Depth, shape.Depth)
	a := t.matrix(&t.a, "row0", "rows", transposed[0] == 'n')
	b := t.matrix(&t.b, "column0", "columns", transposed[1] == 't')
	t.multiply(nil, a, b)
	t.findThread()
	t.storeSums(byColumn, t.u("add.u32", "column0", "t"), "ldc")
}

// A matrix is the source of an operand that memory holds as a matrix. Either
// the terms of a line or the lines of a term are contiguous; [operand] defines both words.
type matrix struct {
	words
	at     string   // register: address of the thread's first word in the next step
	gap    string   // register: words between two lines that the thread loads, or between two terms if terms is set
	inside []string // predicates: whether each line of the thread is in the matrix
	terms  bool     // the lines of a term are contiguous, and the thread loads words of several terms
}

// matrix returns the source of operand o. Register first holds the first line of the
// tile, and register count the number of lines of the matrix. alongTerms says that the
// terms of a line are contiguous.
func (t *tile) matrix(o *operand, first, count string, alongTerms bool) *matrix {
	m := &matrix{words: t.newWords(o, alongTerms), at: o.name + "_at", gap: o.name + "_gap", terms: !alongTerms}
	ld := "ld" + o.name
	t.Reg("u64", m.at)
	t.Reg("u32", m.gap)
	term, line := t.termOf(alongTerms), t.u("add.u32", t.lineOf(alongTerms), first)
	k := t.u("add.u32", term, "k")
	lines, apart := len(m.staged), t.Columns/t.Depth
	outer, inner, rows := line, k, apart
	if !alongTerms {
		lines, apart = o.lines/32, 32
		outer, inner, rows = k, line, t.Columns/32
	}
	for i := range lines {
		m.inside = append(m.inside, t.p("setp.lt.u32", t.u("add.u32", line, fmt.Sprint(i*apart)), count))
	}
	t.P("mov.u64 %s, %s", m.at, t.address(o.name, outer, ld, inner))
	t.P("mul.lo.u32 %s, %s, %d", m.gap, ld, rows)
	return m
}

// walk calls visit with the address of each word that the thread loads in a step: a register
// plus an offset that the instruction holds. The words of one term share a register if the
// lines of a term are contiguous: they are 32 lines apart, which is a fixed number of bytes.
// walk returns the last address register.
func (m *matrix) walk(visit func(i int, address string)) (last string) {
	last = m.at
	for i := range m.staged {
		offset := 0
		if m.terms {
			offset = 128 * (i % len(m.inside))
		}
		if i > 0 && offset == 0 {
			last = m.op("u64", "mad.wide.u32", m.gap, "4", last)
		}
		visit(i, fmt.Sprintf("%s+%d", last, offset))
	}
	return last
}

// first loads the thread's words of the first step, which has reach terms, and advances the
// register at by as many terms.
func (m *matrix) first() {
	m.clear()
	term := m.termOf(!m.terms)
	m.walk(func(i int, address string) {
		k := term
		if m.terms {
			k = m.u("add.u32", term, fmt.Sprint(i/len(m.inside)*m.Columns/32))
		}
		m.load(i, m.p("setp.lt.and.u32", k, "reach", m.inside[i%len(m.inside)]), address)
	})
	step := "1"
	if m.terms {
		step = "ld" + m.name
	}
	bytes := m.op("u64", "mul.wide.u32", "reach", step)
	m.P(`shl.b64 %s, %s, 2
		add.u64 %s, %s, %s`, bytes, bytes, m.at, m.at, bytes)
}

// next loads the thread's words of a step with Depth terms, and advances the register
// at by as many terms.
func (m *matrix) next() {
	last := m.walk(func(i int, address string) { m.load(i, m.inside[i%len(m.inside)], address) })
	if m.terms {
		m.P("mad.wide.u32 %s, %s, 4, %s", m.at, m.gap, last)
	} else {
		m.P("add.u64 %s, %s, %d", m.at, m.at, 4*m.Depth)
	}
}

// combine adds the kernel that sums the splits of a product, in ascending order, and applies
// the epilogue: bias and activation.
func combine(f *asm.File) {
	e := f.Entry("combine", "C = act(alpha * sum of splits + beta*C + bias). A thread computes an element.", work.Threads,
		"u64 c, u64 parts, u64 bias, f32 alpha, f32 beta, u32 act, u32 n, u32 columns, u32 ldc, u32 splits")
	e.Reg("u32", "row column i")
	e.Reg("f32", "x")
	c := element(e)
	e.P("mov.f32 sum, %s", num(0))
	e.P("mov.u32 i, e")
	c.loop("part", "0", "splits", 1, func(string) {
		c.load("x", "parts", "i")
		e.P(`add.rn.f32 sum, sum, x
			add.u32 i, i, n`)
	})
	c.split("e", "columns", "row", "column")
	e.Reg("pred", "biased")
	e.P(`setp.ne.u64 biased, bias, 0
		mov.f32 x, %s`, num(0))
	bias := c.op("u64", "mad.wide.u32", "column", "4", "bias")
	e.P("@biased ld.global.f32 x, [%s]", bias)
	at := c.address("c", "row", "ldc", "column")
	c.prepareEpilogue()
	c.epilogue("sum", "x", at)
	e.P("st.global.f32 [%s], sum", at)
	e.P("done:")
}

// element begins a kernel with one thread for each of n elements, and sets register e to the
// index of the thread's element. Threads with e >= n branch to the label done.
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

// split sets register quotient to x/length, rounded down, and register rest to x mod length.
func (c calc) split(x, length, quotient, rest string) {
	c.P(`div.u32 %s, %s, %s
		mul.lo.u32 %s, %s, %s
		sub.u32 %s, %s, %s`, quotient, x, length, rest, quotient, length, rest, x, rest)
}

// load loads element index of an array into a register.
func (c calc) load(register, array, index string) {
	at := c.op("u64", "mad.wide.u32", index, "4", array)
	c.P("ld.global.f32 %s, [%s]", register, at)
}
