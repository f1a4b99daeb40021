package microkernel

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// DepthBlock is the largest number of rows of B over which one call of Run should sum
// (k_c in BLIS). Every micro-tile reads the same panel of B. A packed panel of 256 rows and
// 16 columns fills half of a first-level cache of 32 KB, so it stays there.
const DepthBlock = 256

// Kernels holds the micro-kernels and the packing loops of one instruction set.
type Kernels struct {
	Lanes   int   // float32 elements in a vector
	Vectors []int // widths of the micro-tiles in vectors, in descending order; the last is 1

	// six[i] and four[i] compute micro-tiles of 6 and of 4 rows that are Vectors[i] wide.
	six, four []kernel

	// tiles[i] computes a panel that is Vectors[i] wide, in place of six[i] and four[i]. It is
	// empty unless the micro-kernels use tiles.
	tiles []tileKernel

	// The packing loops. Their versions in plain Go, such as transposePlain, document them.
	transpose    func(dst *float32, doff *int, src *float32, lds, rows, columns int) // for at least 8 rows and columns
	gatherPanels func(dst, src *float32, soff *int, n, width, panels int)            // for a width that is a multiple of Lanes
	copyPatches  func(dst *float32, columns int, src *float32, soff *int, n, runs, run, stride int)
	copyBlocks   func(dst *float32, doff *int, ldd int, src *float32, soff *int, lds, n, rows, columns int, add bool)
	deinterleave func(dst *float32, ldd int, src *float32, lds, rows, n int) // for a step of 2
	interleave   func(dst *float32, ldd int, src *float32, lds, rows, n int) // for a step of 2

	// The loops that make pairs of bfloat16 numbers, if the micro-kernels multiply such
	// pairs (see ForPairs); otherwise nil.
	pairRuns func(dst *float32, ldd int, src *float32, lds, rows, n int)
	pairRows func(dst *float32, ldd int, x, y *float32, lds, rows, n int)

	peak func(rounds int) // see Peak; nil if the micro-kernels use tiles
	zero int              // always 0; its address serves as a list of one offset, 0
}

// For returns the micro-kernels of an instruction set, which must not be larger than
// simd.Best().
func For(s simd.Set) *Kernels { return tables[s] }

// A kernel is a micro-kernel. One call computes several micro-tiles of one panel, one below
// the other. Row i of the panel, counted through all micro-tiles, is
//
//	c[coff[i]:] = start + Σₖ a[aoff[i] + …]·b[k·ldb:]
//
// A row of A consists of runs. A run has run consecutive elements, and gap elements lie
// between the end of one run and the beginning of the next. The elements of all runs, in
// their order, multiply rows 0, 1, 2, … of B. A row of a matrix is one run. A patch of an
// image has one run for each row of the filter. If boff is not nil, row k of B begins at
// boff[k], and the kernel ignores ldb. The sums start from bias, or from zero if bias is
// nil. mode is a combination of Accumulate and Rectify. Offsets and ldb are in bytes. Several
// entries of coff may be equal if the sums for these rows are equal, too.
//
// While it computes, a kernel prefetches one cache line for every prefetchRows rows of
// B. The first line is at address ahead, and each later one is stride bytes further. A
// prefetch of an invalid address has no effect, so ahead and stride change no result.
//
// The parameters are those of the assembly. [Call] has the same operands as fields.
type kernel func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, ahead *float32, stride int)

// prefetchRows is the number of rows of B after which a micro-kernel prefetches one more
// cache line.
const prefetchRows = 4

// The bits of [Call.Mode].
const (
	Accumulate = 1 << iota // add the sums to C
	Rectify                // replace negative results by 0, after accumulation
)

// A Call holds the operands of the micro-kernels that compute one panel of C = A·B. Offsets
// and LDB are in bytes. A run is elements of a row of A that are consecutive in memory.
type Call struct {
	A        *float32
	AOffsets []int // from A to the beginning of each row of A, with Spare more entries
	Runs     int   // runs in a row of A
	Run      int   // elements in a run
	Gap      int   // elements from the end of a run to the beginning of the next
	B        *float32
	LDB      int      // from the beginning of a row of B to that of the next, if BOffsets is empty
	BOffsets []int    // from B to the beginning of each row of B
	Bias     *float32 // values from which the sums start, as many as the panel has columns, or nil for 0
	C        *float32
	COffsets []int     // from C to the beginning of each row of C, with Spare more entries
	Mode     int       // Accumulate, Rectify, both or 0
	Prefetch *Prefetch // the memory to prefetch during the call, or nil
	Space    *Space    // memory for micro-kernels that use tiles; others need none

	packed int // the number of rows of A that Run has packed into Space
}

// Panel chooses the next panel if n columns of C are left. It returns the width of the panel
// in columns, and kind, the index of that width in Vectors. The width exceeds n by less than
// Lanes.
func (k *Kernels) Panel(n int) (kind, width int) {
	for needed := (n + k.Lanes - 1) / k.Lanes; k.Vectors[kind] > needed; {
		kind++
	}
	return kind, k.Vectors[kind] * k.Lanes
}

// FillsPanel reports whether n columns are exactly one panel.
func (k *Kernels) FillsPanel(n int) bool {
	_, width := k.Panel(n)
	return width == n
}

// PaddedWidth returns the total width of the panels that cover n columns, which is n or
// slightly more.
func (k *Kernels) PaddedWidth(n int) int {
	total := 0
	for total < n {
		_, width := k.Panel(n - total)
		total += width
	}
	return total
}

// Rows returns the number of rows of a large micro-tile. Products are faster if their rows are
// a multiple of it.
func (k *Kernels) Rows() int {
	if len(k.tiles) > 0 {
		return 2 * tileSize
	}
	return 6
}

// Depth returns the number of rows of B that a micro-kernel takes in one step. Sums are faster
// if they are over a multiple of it.
func (k *Kernels) Depth() int {
	if len(k.tiles) > 0 {
		return tileSize
	}
	return 4
}

// Run computes the first n rows of a panel of C that is Vectors[kind] vectors wide. Between two
// calls with the same n and c, only B, C, the bias and the mode may change.
func (k *Kernels) Run(n, kind int, c *Call) {
	if len(k.tiles) > 0 {
		k.runTiles(n, kind, c)
		return
	}
	six, four := tileRows(n)
	c.run(k.six[kind], tileGroup{rows: 6, tiles: six})
	c.run(k.four[kind], tileGroup{rows: 4, tiles: four, first: 6 * six})
}

// Peak executes multiply-adds of registers, as fast as the processor can: 24·Lanes·rounds
// floating-point operations.
func (k *Kernels) Peak(rounds int) { k.peak(rounds) }

// tileRows returns the numbers of micro-tiles of 6 and of 4 rows that cover n ≥ 1 rows with
// as few superfluous rows as possible. There are at most Spare superfluous rows.
func tileRows(n int) (six, four int) {
	n += n & 1
	switch six, rest := n/6, n%6; {
	case rest == 0:
		return six, 0
	case rest == 4 || six == 0:
		return six, 1
	default: // 2 rows are left: two micro-tiles of 4 rows cover them and the last 6
		return six - 1, 2
	}
}

// A tileGroup is a number of micro-tiles of rows rows each, one below the other. The first
// begins at row first.
type tileGroup struct{ rows, tiles, first int }

// run computes a group of micro-tiles with f. The lines that one call of f prefetches are a
// constant stride apart, so the group takes one call for each sequence of such lines.
func (c *Call) run(f kernel, g tileGroup) {
	var boff *int
	if len(c.BOffsets) > 0 {
		boff = &c.BOffsets[0]
	}
	prefetches := c.Runs * (c.Run / prefetchRows) // lines that a micro-tile prefetches
	for g.tiles > 0 {
		ahead, stride, n := c.Prefetch.take(g.tiles, prefetches)
		if ahead == nil {
			ahead = c.A // nothing is left to prefetch: take a line that is in the cache already
		}
		f(n, c.A, &c.AOffsets[g.first], c.Runs, c.Run, c.Gap, c.B, c.LDB, boff, c.Bias, c.C, &c.COffsets[g.first], c.Mode, ahead, stride)
		g.tiles -= n
		g.first += n * g.rows
	}
}
