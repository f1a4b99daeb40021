package main

// The inner loop of all matrix products and convolutions.
//
// Problem: each multiply-add needs two operands; global memory delivers one word in
// the time of some 20 multiply-adds.
// Idea: a block computes a tile of C. It copies Depth columns of its rows of A, and
// Depth rows of its columns of B, to shared memory (Depth is that of the work.Tile). Each thread then sums a few rows
// and columns of the tile in registers, so that each word read from shared memory is
// used 4 to 16 times. Shared memory is double-buffered: while the block computes one
// step, the loads of the next are in flight.
// Invariant: before label inner of step s, buffer s mod 2 holds both operands of the
// step; each sum holds the terms of steps before s, added in order of k.
// Cost: a step of a thread is Rows·Columns·Depth/threads multiply-adds, one barrier,
// and no bank conflicts (TestInnerLoops counts both).
// Reference: NVIDIA, CUTLASS: Efficient GEMM in CUDA.

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// A tile generates a kernel that computes a product C = A·B in tiles:
//
//	                 Depth
//	             ┌────────────┐
//	             │░░░░ B ░░░░░│   shared memory holds two stages of A and B:
//	     Depth   └────────────┘   one is computed while the next is loaded
//	┌───┐        ┌────────────┐
//	│░░░│        │ ▪▪    ▪▪   │   the rows and columns of a thread come in groups
//	│ A │        │            │   of four: it loads 16 bytes at once, and a warp's
//	│░░░│        │ ▪▪    ▪▪   │   loads have no bank conflicts
//	│░░░│        │            │
//	└───┘        └────────────┘
//
// Threads load operands from global memory in single words, so operands need no more
// than 4-byte alignment. The address of the next word costs one addition: bounds and
// strides are computed before the loop, or before a run of steps.
type tile struct {
	calc
	work.Tile
	core
	a, b operand
	puts []string // registers that putAt has declared
}

// A core generates the arithmetic of a tile: which sums a thread has, and how it computes
// them. There are two: multiplyAdds, and matrixProducts for half precision.
type core interface {
	// declare declares the registers that findPart sets.
	declare()
	// findPart sets the registers that locate the thread's part of the tile. The kernel
	// computes them before the loop and once more after it, so that the loop can use their
	// place for sums.
	findPart()
	// findFragments sets get_a and get_b to the shared-memory addresses of the thread's
	// first words of both operands. Register flip holds the address of the first stage.
	findFragments()
	// clearSums declares the registers of the sums and sets them to zero.
	clearSums()
	// step adds the terms of a step to the sums.
	step()
	// pitch is the number of words from a row of a band to the next, and bandRows the
	// number of rows of a band (see storeSums). bands is the number of bands.
	pitch() int
	bandRows() int
	bands() int
	// findBand sets registers for putBand, and returns a register with the address of bands.
	findBand() string
	// putBand stores the sums of a band in shared memory.
	putBand(band int)
	// rowOf adds to register row, which holds in_band + row0, so that it becomes the row
	// of C that row in_band of a band holds.
	rowOf(band int)
}

// An operand is A or B in shared memory. A line is a row of A or a column of B; a term
// is a value of k. Shared memory holds A transposed: the lines of a term are
// contiguous.
type operand struct {
	name  string // "a" or "b"
	lines int    // number of lines of a tile
	share int    // number of threads that divide the lines of a term among them
	depth int    // number of terms of a step
	pitch int    // words from a term to the next, padded by 4 against bank conflicts
	begin int    // bytes from the beginning of a stage to the operand
}

func newOperand(name string, lines, depth, share, begin int) operand {
	return operand{name: name, lines: lines, depth: depth, share: share, pitch: lines + 4, begin: begin}
}

// bytes returns the number of bytes that the operand takes in a stage.
func (o *operand) bytes() int { return 4 * (o.word(o.depth-1) + o.pitch) }

// Terms from skewTerms on lie skew words further. With a pitch that is 4 more than a multiple of
// the 32 banks, the words of 8 adjacent terms lie in different groups of 4 banks, but those of
// 16 do not.
const skewTerms, skew = 8, 2

// word returns the number of words from the beginning of the operand to a term.
func (o *operand) word(term int) int { return term*o.pitch + term/skewTerms*skew }

// each returns the number of lines of the operand that a thread multiplies.
func (o *operand) each() int { return o.lines / o.share }

// group is the number of consecutive lines that a thread loads at once from shared memory:
// 16 bytes.
const group = 4

// place returns the number of lines from line 0 of a thread to its line i.
func (o *operand) place(i int) int { return i/group*o.share*group + i%group }

// newTile begins a kernel that computes tiles of the given shape. params declares the
// parameters of this kernel after those that all products share: result, operands,
// epilogue, and split_results, the number of elements from the result of a split to that
// of the next.
func newTile(f *asm.File, name, doc string, shape work.Tile, params string) *tile {
	e := f.Entry(name, doc+" C = act(alpha*A*B + beta*C + bias). C is not read if beta is 0.", shape.Columns,
		"u64 c, u64 a, u64 b, u64 bias, f32 alpha, f32 beta, u32 act, u32 split_results, "+params)
	e.Resident(shape.Resident)
	t := &tile{calc: calc{e}, Tile: shape, a: newOperand("a", shape.Rows, shape.Depth, work.TileColumns, 0)}
	t.b = newOperand("b", shape.Columns, shape.Depth, shape.Columns/work.TileColumns, t.a.bytes())
	t.core = &multiplyAdds{tile: t}
	if shape.Half {
		t.core = &matrixProducts{tile: t}
	}
	e.Shared("tiles", max(2*t.stage(), 4*t.bandRows()*t.pitch()))
	e.Reg("u32", "t")
	t.declare()
	e.Reg("u32", "row0 column0 split left get_a get_b flip")
	e.Reg("pred", "more")
	t.findThread()
	e.P("mov.u32 flip, tiles")
	t.findFragments()
	e.P("mov.u32 flip, %d", t.stage())
	return t
}

// findThread sets registers row0 and column0 to the first row and column of the block's tile
// in C, t to the thread, and split to the block's split, and calls findPart. A kernel computes
// these registers before the loop and once more after it, so that the loop can use their place
// for sums.
func (t *tile) findThread() {
	t.P("mov.u32 t, %%tid.x")
	t.findPart()
	t.P(`mov.u32 column0, %%ctaid.x
		mul.lo.u32 column0, column0, %d
		mov.u32 row0, %%ctaid.y
		mul.lo.u32 row0, row0, %d
		mov.u32 split, %%ctaid.z`, t.Columns, t.Rows)
}

// stage returns the size of a stage in bytes. A stage is the part of shared memory that
// holds both operands of one step.
func (t *tile) stage() int { return t.a.bytes() + t.b.bytes() }

// A source copies the tile's part of an operand from global to shared memory, a step
// at a time.
type source interface {
	// first loads the thread's words of the first step into registers. Words outside
	// the operand are zero.
	first()
	// next loads the words of a later step.
	next()
	// put stores the registers in shared memory.
	put()
}

// multiply generates the loop over all terms of the block's split. A step of the loop sums
// Depth terms. Consecutive steps form a run, in which the sources only advance their
// addresses; register left counts the remaining steps of the run. newRun generates the code
// between runs: it sets left for the next run and prepares the sources, or branches to the
// label inner after the last run. newRun is nil if there is only one run.
func (t *tile) multiply(newRun func(), sources ...source) {
	t.each(sources, source.first)
	t.each(sources, source.put)
	for _, put := range t.puts {
		t.P("add.u32 %s, %s, flip", put, put)
	}
	t.P("bar.sync 0")
	t.clearSums()
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
	t.step()
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

// putAt returns the register with the shared-memory address to which a thread copies its
// first word, not counting the operand's begin. Operands with equal pitch and alongTerms
// share the register.
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
	tiles := t.u("mov.u32", "tiles")
	t.P("mad.lo.u32 %s, %s, %d, %s", name, term, o.pitch, line)
	if alongTerms && t.Depth > skewTerms {
		t.P("mad.lo.u32 %s, %s, %d, %s", name, t.u("div.u32", term, fmt.Sprint(skewTerms)), skew, name)
	}
	t.P(`shl.b32 %s, %s, 2
		add.u32 %s, %s, %s`, name, name, name, name, tiles)
	return name
}

// termOf returns the term of a thread's first word. Along terms, adjacent threads load
// adjacent terms of a line; otherwise a warp loads 32 adjacent lines of a term. The
// caller picks the order in which memory holds the matrix, so that the loads coalesce.
func (t *tile) termOf(alongTerms bool) string {
	if alongTerms {
		return t.u("and.b32", "t", fmt.Sprint(t.Depth-1))
	}
	return t.u("shr.u32", "t", "5")
}

// lineOf returns the line of the word whose term termOf returns.
func (t *tile) lineOf(alongTerms bool) string {
	if alongTerms {
		return t.u("div.u32", "t", fmt.Sprint(t.Depth))
	}
	return t.u("and.b32", "t", "31")
}

// words are the words of an operand that a thread copies in a step.
type words struct {
	*tile
	*operand
	staged []string // registers into which the thread loads the words
	places []int    // shared-memory offset of each word from at, in bytes
	at     string   // register: shared-memory address from which places count
}

// newWords assigns the words of an operand in a step to the threads of the block, in the
// order that termOf describes, and declares the registers that a thread loads them into.
func (t *tile) newWords(o *operand, alongTerms bool) words {
	w := words{tile: t, operand: o, at: t.putAt(o, alongTerms)}
	for i := range o.lines * t.Depth / t.Columns {
		term, line := 0, i*t.Columns/t.Depth
		if !alongTerms {
			groups := o.lines / 32
			term, line = i/groups*t.Columns/32, i%groups*32
		}
		w.places = append(w.places, o.begin+4*(o.word(term)+line))
		w.staged = append(w.staged, fmt.Sprintf("%s_word_%d", o.name, i))
	}
	t.Reg("f32", strings.Join(w.staged, " "))
	return w
}

// put stores the words in shared memory.
func (w *words) put() {
	for i, register := range w.staged {
		w.P("st.shared.f32 [%s+%d], %s", w.at, w.places[i], register)
	}
}

// clear sets the registers of all words to zero. Words outside the operand are never loaded,
// so their registers stay zero.
func (w *words) clear() {
	for _, register := range w.staged {
		w.P("mov.f32 %s, %s", register, num(0))
	}
}

// load loads word i from an address if the predicate in register there is true.
func (w *words) load(i int, there, address string) {
	w.P("@%s ld.global.f32 %s, [%s]", there, w.staged[i], address)
}
