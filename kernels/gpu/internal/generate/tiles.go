package main

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// A tile is a part of a matrix product C = A*B that a block computes: a column of
// A's and a row of B's tiles go by in shared memory, TileDepth terms at a time,
// and each thread sums a few rows and columns in registers:
//
//	               TileDepth
//	             ┌────────────┐
//	             │░░░░ B ░░░░░│   both twice: while one step is computed,
//	 TileDepth   └────────────┘   the next is on its way
//	┌───┐        ┌────────────┐
//	│░░░│        │ ▪▪    ▪▪   │   a thread has rows and columns in groups
//	│ A │        │            │   of four, so that it reads four numbers at
//	│░░░│        │ ▪▪    ▪▪   │   once and a warp's reads meet no bank twice
//	│░░░│        │            │
//	└───┘        └────────────┘
//
// Nearly all of a step is multiply-adds. What a thread brings of an operand are
// single words, so that operands may begin anywhere, and finding the next of them
// takes one addition: whatever else there is to know about a word is found before
// the steps, or before a run of them.
type tile struct {
	calc
	work.Tile
	a, b operand
	sums [][]string // registers, by row and column
	puts []string   // registers with the places of words in a stage
}

// An operand is A or B in shared memory. Its lines are rows of A, columns of B.
type operand struct {
	name  string // "a" or "b"
	lines int
	share int // threads that share the lines
	pitch int // words from a term to the next
	begin int // in a stage, in bytes
}

func newOperand(name string, lines, share, begin int) operand {
	return operand{name: name, lines: lines, share: share, pitch: lines + 4, begin: begin}
}

// bytes returns what it takes of a stage.
func (o *operand) bytes() int { return 4 * work.TileDepth * o.pitch }

// each returns how many lines a thread has.
func (o *operand) each() int { return o.lines / o.share }

// A group of a thread's lines follow one another.
const group = 4

// place returns the offset of the i'th of a thread's lines in a tile, from the
// first.
func (o *operand) place(i int) int { return i/group*o.share*group + i%group }

// newTile begins a kernel: the block's tile and the thread's part in it are found.
// Parameters are added to those of all products: where the elements go, those of
// each split how many further, and what is made of them.
func newTile(f *asm.File, name, doc string, shape work.Tile, params string) tile {
	e := f.Entry(name, doc+" C becomes act(alpha*A*B + beta*C + bias); it is not read where beta is 0.", shape.Columns,
		"u64 c, u64 a, u64 b, u64 bias, f32 alpha, f32 beta, u32 act, u32 split_results, "+params)
	e.Resident(shape.Resident)
	t := tile{calc: calc{e}, Tile: shape, a: newOperand("a", shape.Rows, work.TileColumns, 0)}
	t.b = newOperand("b", shape.Columns, shape.Columns/work.TileColumns, t.a.bytes())
	e.Shared("tiles", max(2*t.stage(), t.band()))
	e.Reg("u32", "t tx ty row0 column0 split left get_a get_b flip")
	e.Reg("pred", "more")
	t.findThread()
	e.P(`mov.u32 flip, tiles
		mad.lo.u32 get_a, ty, %d, flip
		mad.lo.u32 get_b, tx, %d, flip
		mov.u32 flip, %d`, 4*group, 4*group, t.stage())
	return t
}

// findThread finds the block's tile and the thread in it. It is done again when all
// is summed: until then registers are wanted for sums.
func (t *tile) findThread() {
	t.P(`mov.u32 t, %%tid.x
		and.b32 tx, t, %d
		div.u32 ty, t, %d
		mov.u32 column0, %%ctaid.x
		mul.lo.u32 column0, column0, %d
		mov.u32 row0, %%ctaid.y
		mul.lo.u32 row0, row0, %d
		mov.u32 split, %%ctaid.z`, t.b.share-1, t.b.share, t.Columns, t.Rows)
}

// stage returns the bytes of both operands in a step.
func (t *tile) stage() int { return t.a.bytes() + t.b.bytes() }

// A source brings an operand to shared memory.
type source interface {
	// first loads the words of the first step: zeros where the operand has none.
	first()
	// next loads those of a later step.
	next()
	// put stores them in shared memory.
	put()
}

// multiply adds up all terms, in runs of as many steps as the register left says.
// newRun, if there is more than one run, sets it again and prepares the sources,
// or goes on at the label inner if there are no more steps.
func (t *tile) multiply(newRun func(), sources ...source) {
	t.each(sources, source.first)
	t.each(sources, source.put)
	for _, put := range t.puts {
		t.P("add.u32 %s, %s, flip", put, put)
	}
	t.P("bar.sync 0")
	t.sums = make([][]string, t.a.each())
	for i := range t.sums {
		t.sums[i] = t.Temps("f32", t.b.each())
		for _, sum := range t.sums[i] {
			t.P("mov.f32 %s, %s", sum, num(0))
		}
	}
	t.P(`terms:
		sub.u32 left, left, 1
		setp.ne.u32 more, left, 0`)
	if newRun == nil {
		t.P("@!more bra.uni inner")
	} else {
		t.P("@more bra.uni run")
		newRun()
		t.P(`setp.ne.u32 more, left, 0
			run:`)
	}
	t.each(sources, source.next)
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
	t.each(sources, source.put)
	t.P(`bar.sync 0
		add.u32 get_a, get_a, flip
		add.u32 get_b, get_b, flip`)
	for _, put := range t.puts {
		t.P("sub.u32 %s, %s, flip", put, put)
	}
	t.P(`neg.s32 flip, flip
		bra.uni terms
		summed:`)
}

func (t *tile) each(sources []source, do func(source)) {
	for _, s := range sources {
		do(s)
	}
}

// fragment loads the thread's lines of an operand at term k.
func (t *tile) fragment(o *operand, k int) []string {
	names := make([]string, o.each())
	for i := range names {
		names[i] = fmt.Sprintf("%s_%d", o.name, i)
		t.Reg("f32", names[i])
	}
	for i := 0; i < len(names); i += group {
		t.P("ld.shared.v4.f32 {%s}, [get_%s+%d]", strings.Join(names[i:i+group], ", "), o.name, o.begin+4*(k*o.pitch+o.place(i)))
	}
	return names
}

// putAt returns the register with the place of a thread's first word in a stage: the
// same for both operands where they are alike.
func (t *tile) putAt(o *operand, alongTerms bool) string {
	name := fmt.Sprintf("put_%d", o.pitch)
	if !alongTerms {
		name += "_across"
	}
	for _, had := range t.puts {
		if had == name {
			return name
		}
	}
	t.puts = append(t.puts, name)
	t.Reg("u32", name)
	term, line := t.termOf(alongTerms), t.lineOf(alongTerms)
	t.P(`mad.lo.u32 %s, %s, %d, %s
		shl.b32 %s, %s, 2
		add.u32 %s, %s, %s`, name, term, o.pitch, line, name, name, name, name, t.u("mov.u32", "tiles"))
	return name
}

// termOf returns the term of a thread's first word: neighbours take neighbouring
// terms, all of a line, or neighbouring lines, of which a warp takes 32 at a time.
func (t *tile) termOf(alongTerms bool) string {
	if alongTerms {
		return t.u("and.b32", "t", fmt.Sprint(work.TileDepth-1))
	}
	return t.u("shr.u32", "t", "5")
}

// lineOf returns the line of a thread's first word.
func (t *tile) lineOf(alongTerms bool) string {
	if alongTerms {
		return t.u("div.u32", "t", fmt.Sprint(work.TileDepth))
	}
	return t.u("and.b32", "t", "31")
}

// words are those that a thread brings of an operand: registers, and where each goes
// from the first, in bytes.
type words struct {
	*tile
	*operand
	staged []string
	places []int
	at     string
}

// newWords finds where a thread's words go.
func (t *tile) newWords(o *operand, alongTerms bool) words {
	w := words{tile: t, operand: o, at: t.putAt(o, alongTerms)}
	for i := range o.lines * work.TileDepth / t.Columns {
		term, line := 0, i*t.Columns/work.TileDepth
		if !alongTerms {
			groups := o.lines / 32
			term, line = i/groups*t.Columns/32, i%groups*32
		}
		w.places = append(w.places, o.begin+4*(term*o.pitch+line))
		w.staged = append(w.staged, fmt.Sprintf("%s_word_%d", o.name, i))
	}
	t.Reg("f32", strings.Join(w.staged, " "))
	return w
}

func (w *words) put() {
	for i, register := range w.staged {
		w.P("st.shared.f32 [%s+%d], %s", w.at, w.places[i], register)
	}
}

// clear makes all words zero, which those that there are not stay.
func (w *words) clear() {
	for _, register := range w.staged {
		w.P("mov.f32 %s, %s", register, num(0))
	}
}

// load loads a word from an address where a predicate is true.
func (w *words) load(i int, there, address string) {
	w.P("@%s ld.global.f32 %s, [%s]", there, w.staged[i], address)
}
