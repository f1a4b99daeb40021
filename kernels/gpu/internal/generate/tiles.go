package main

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// A tile is a part of a matrix product C = A·B that a block computes: a column of
// A's and a row of B's tiles go by in shared memory, TileDepth terms at a time,
// and each thread sums a few rows and columns in registers:
//
//	               TileDepth
//	             ┌────────────┐
//	             │░░░░ B ░░░░░│   both twice: while one step is computed,
//	 TileDepth   └────────────┘   the next is on its way
//	┌───┐        ┌────────────┐
//	│░░░│        │ ▪▪    ▪▪   │   16×16 threads; one has rows and columns
//	│ A │        │            │   in two groups of four, so that it reads
//	│░░░│        │ ▪▪    ▪▪   │   four numbers at once and a warp's reads
//	│░░░│        │            │   meet no bank twice
//	└───┘        └────────────┘
//
// Operands come by single words, in an order of the threads that suits how they
// lie in memory, so that they may begin anywhere; of every 64 multiply-adds of
// the largest tile, one is a word loaded. Sums are of terms in ascending order.
type tile struct {
	calc
	a, b operand
	sums [][]string // registers, by row and column
}

// An operand is A or B in shared memory. Its lines are rows of A, columns of B.
type operand struct {
	name  string // "a" or "b"
	lines int
	each  int // lines of a thread
	words int // that a thread brings in a step
	pitch int // words from a term to the next
	begin int // in a stage, in bytes
}

func newOperand(name string, lines, begin int) operand {
	return operand{
		name: name, lines: lines, each: lines / side, words: lines * work.TileDepth / work.Threads,
		pitch: lines + 4, begin: begin,
	}
}

// bytes returns what it takes of a stage.
func (o *operand) bytes() int { return 4 * work.TileDepth * o.pitch }

// group returns how many lines of a thread follow one another.
func (o *operand) group() int { return min(o.each, 4) }

// side is how many threads share the rows of a tile, and its columns.
const side = 16

// newTile begins a kernel: the block's tile and the thread's part in it are found,
// and the range of terms that its split has to add up. Parameters are added to
// those of all products: rows, columns and depth of the whole product, depth of a
// split, and how many elements of C further each split's results go.
func newTile(f *asm.File, name, doc string, shape work.Tile, params string) tile {
	e := f.Entry(name, doc, work.Threads, params+", u32 rows, u32 columns, u32 depth, u32 split_depth, u32 split_results")
	t := tile{calc: calc{e}, a: newOperand("a", shape.Rows, 0)}
	t.b = newOperand("b", shape.Columns, t.a.bytes())
	e.Shared("tiles", 2*t.stage())
	e.Reg("u32", "t tx ty row0 column0 k k_end split get_a get_b flip stage")
	e.Reg("pred", "more")
	e.P(`mov.u32 t, %%tid.x
		and.b32 tx, t, %d
		shr.u32 ty, t, 4
		mov.u32 column0, %%ctaid.x
		mul.lo.u32 column0, column0, %d
		mov.u32 row0, %%ctaid.y
		mul.lo.u32 row0, row0, %d
		mov.u32 split, %%ctaid.z
		mul.lo.u32 k, split, split_depth
		add.u32 k_end, k, split_depth
		min.u32 k_end, k_end, depth
		mul.lo.u32 split, split, split_results`, side-1, shape.Columns, shape.Rows)
	e.P(`mov.u32 stage, tiles
		mad.lo.u32 get_a, ty, %d, stage
		mad.lo.u32 get_b, tx, %d, stage
		add.u32 get_b, get_b, %d
		mov.u32 flip, %d`, 4*t.a.group(), 4*t.b.group(), t.b.begin, t.stage())
	t.sums = make([][]string, t.a.each)
	for i := range t.sums {
		t.sums[i] = e.Temps("f32", t.b.each)
		for _, sum := range t.sums[i] {
			e.P("mov.f32 %s, %s", sum, num(0))
		}
	}
	return t
}

// stage returns the bytes of both operands in a step.
func (t *tile) stage() int { return t.a.bytes() + t.b.bytes() }

// place returns the offset of the i'th of a thread's rows or columns in a tile.
func place(i int) int { return i/4*side*4 + i%4 }

// A source brings an operand to shared memory.
type source interface {
	// fetch loads the words of the step that begins at term k, zeros where the
	// operand has none.
	fetch()
	// put stores them in shared memory at the register stage's address.
	put()
}

// multiply adds up all terms.
func (t *tile) multiply(a, b source) {
	t.eachSource(source.fetch, a, b)
	t.eachSource(source.put, a, b)
	t.P("bar.sync 0")
	t.P("terms:")
	t.P(`add.u32 k, k, %d
		setp.lt.u32 more, k, k_end
		@!more bra inner`, work.TileDepth)
	t.eachSource(source.fetch, a, b)
	t.P("inner:")
	for k := range work.TileDepth {
		x, y := t.fragment(&t.a, k), t.fragment(&t.b, k)
		for i := range x {
			for j := range y {
				t.P("fma.rn.f32 %s, %s, %s, %s", t.sums[i][j], x[i], y[j], t.sums[i][j])
			}
		}
	}
	t.P("inner_end:")
	t.P("@!more bra.uni summed")
	t.P(`add.u32 stage, stage, flip
		add.u32 get_a, get_a, flip
		add.u32 get_b, get_b, flip
		neg.s32 flip, flip`)
	t.eachSource(source.put, a, b)
	t.P(`bar.sync 0
		bra terms
		summed:`)
}

func (t *tile) eachSource(do func(source), sources ...source) {
	for _, s := range sources {
		do(s)
	}
}

// fragment loads the thread's lines of an operand at term k.
func (t *tile) fragment(o *operand, k int) []string {
	names := make([]string, o.each)
	for i := range names {
		names[i] = fmt.Sprintf("%s_%d", o.name, i)
		t.Reg("f32", names[i])
	}
	for i := 0; i < o.each; i += o.group() {
		t.P("ld.shared.v%d.f32 {%s}, [get_%s+%d]", o.group(), strings.Join(names[i:i+o.group()], ", "), o.name, 4*(k*o.pitch+place(i)))
	}
	return names
}

// words is a source whose words are found one by one: those of a thread are of
// one term and different lines (rows of A, columns of B), or of one line and
// different terms.
type words struct {
	*tile
	*operand
	alongK    bool   // neighbouring threads take neighbouring terms
	line, k   string // registers: the thread's first line, and its first term in a step
	staged    []string
	loadWord  func(i int, register string)
	beginStep func()
}

// newWords finds the thread's words in a step of an operand whose lines begin at a
// register.
func (t *tile) newWords(o *operand, alongK bool, first string) *words {
	name := o.name
	w := &words{tile: t, operand: o, alongK: alongK, line: name + "_line", k: name + "_k"}
	for i := range o.words {
		w.staged = append(w.staged, fmt.Sprintf("%s_word_%d", name, i))
		t.Reg("f32", w.staged[i])
	}
	at := name + "_put"
	t.Reg("u32", w.line+" "+w.k+" "+at)
	if alongK {
		t.P(`and.b32 %s, t, %d
			shr.u32 %s, t, 3`, w.k, work.TileDepth-1, w.line)
	} else {
		t.P(`and.b32 %s, t, %d
			div.u32 %s, t, %d`, w.line, o.lines-1, w.k, o.lines)
	}
	t.P(`mad.lo.u32 %s, %s, %d, %s
		shl.b32 %s, %s, 2
		add.u32 %s, %s, %s`, at, w.k, o.pitch, w.line, at, at, w.line, w.line, first)
	return w
}

// further and later are how many lines and terms away the i'th of the thread's words
// is from the first.
func (w *words) further(i int) int {
	if w.alongK {
		return i * work.Threads / work.TileDepth
	}
	return 0
}

func (w *words) later(i int) int {
	if w.alongK {
		return 0
	}
	return i * work.Threads / w.operand.lines
}

func (w *words) fetch() {
	if w.beginStep != nil {
		w.beginStep()
	}
	for i, register := range w.staged {
		w.P("mov.f32 %s, %s", register, num(0))
		w.loadWord(i, register)
	}
}

func (w *words) put() {
	at := w.u("add.u32", "stage", w.name+"_put")
	for i, register := range w.staged {
		w.P("st.shared.f32 [%s+%d], %s", at, w.begin+4*(w.further(i)+w.later(i)*w.pitch), register)
	}
}

// inside returns a predicate that a line, some further than the thread's first,
// is one of so many.
func (w *words) inside(i int, count string) string {
	return w.p("setp.lt.u32", w.u("add.u32", w.line, fmt.Sprint(w.further(i))), count)
}
