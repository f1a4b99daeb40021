package microkernel

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// DepthBlock is the largest number of rows of B that one pass of micro-kernels sums
// over (k_c in BLIS). A packed panel of 256 rows and 16 columns fills half of the
// first-level cache of 32 KB and is read again by every micro-tile.
const DepthBlock = 256

// Kernels are the micro-kernels and the packing loops of one instruction set.
type Kernels struct {
	Lanes   int   // columns in a vector
	Vectors []int // widths of the micro-tiles in vectors, in descending order

	six, four []kernel // by width: micro-kernels for tiles of 6 and of 4 rows

	// The packing loops, whose plain versions document them.
	transpose    func(dst *float32, doff *int, src *float32, lds, rows, columns int) // for at least 8 rows and columns
	gatherPanels func(dst, src *float32, soff *int, n, width, panels int)            // for a width that is a multiple of Lanes
	copyPatches  func(dst *float32, columns int, src *float32, soff *int, n, runs, run, stride int)
	copyBlocks   func(dst *float32, doff *int, ldd int, src *float32, soff *int, lds, n, rows, columns int, add bool)
	deinterleave func(dst *float32, ldd int, src *float32, lds, rows, n int) // for a step of 2
	interleave   func(dst *float32, ldd int, src *float32, lds, rows, n int) // for a step of 2

	peak func(rounds int) // computes 24·Lanes·rounds floating-point operations in registers
	zero int              // the offset 0, in memory, for lists of one block
}

// For returns the micro-kernels of an instruction set, which must not exceed
// simd.Best.
func For(s simd.Set) *Kernels { return tables[s] }

// A kernel computes several micro-tiles, one below the other. Counted through all tiles,
// row i is
//
//	c[coff[i]:] = start + Σₖ a[aoff[i] + …]·b[k·ldb:]
//
// A row of A consists of runs. A run has run consecutive elements, and gap elements lie
// between the end of one run and the beginning of the next. The elements of all runs, in
// their order, multiply rows 0, 1, 2, … of B. A row of a matrix is one run; a patch of an
// image has one run for each row of the filter. If boff is not nil, row k of B begins at
// boff[k] and ldb is not used. The sums start from bias, or from zero if bias is nil. The
// bits of mode say whether the sums are added to C, and whether negative results become 0.
// Offsets and ldb are in bytes. coff may name one row of C several times if the sums for
// that row are equal.
//
// While it computes, a kernel prefetches one cache line for every PrefetchRows rows of
// B: the first at address ahead, each later one stride bytes further. A prefetch of an
// invalid address has no effect, so ahead and stride change no result.
//
// The parameters are those of the assembly; [Call] names them for Go.
type kernel func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, ahead *float32, stride int)

// PrefetchRows is the number of rows of B for which a micro-kernel prefetches one line.
const PrefetchRows = 4

// The bits of [Call.Mode].
const (
	Accumulate = 1 << iota // add the sums to C
	Rectify                // replace negative results by 0, after accumulation
)

// A Call is the operands of micro-kernels that compute one panel of C. Offsets and
// LDB are in bytes.
type Call struct {
	A        *float32
	AOffsets []int // where each row of A begins, with Spare more entries
	Runs     int   // runs of elements in a row of A
	Run      int   // elements in a run
	Gap      int   // elements between two runs
	B        *float32
	LDB      int      // from one row of B to the next, if BOffsets is empty
	BOffsets []int    // where each row of B begins
	Bias     *float32 // as wide as the panel, or nil
	C        *float32
	COffsets []int // where each row of C begins, with Spare more entries
	Mode     int
	Prefetch *Prefetch // what to prefetch meanwhile, or nil
}

// Panel returns the width of the next panel if n columns of C are left, and the index
// of that width in Vectors. The width exceeds n by less than Lanes.
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

// PaddedWidth returns the total width of the panels of n columns.
func (k *Kernels) PaddedWidth(n int) int {
	total := 0
	for total < n {
		_, width := k.Panel(n - total)
		total += width
	}
	return total
}

// Run computes n rows of a panel of C of the width Vectors[kind].
func (k *Kernels) Run(n, kind int, c *Call) {
	six, four := tileRows(n)
	c.run(k.six[kind], tileGroup{rows: 6, tiles: six})
	c.run(k.four[kind], tileGroup{rows: 4, tiles: four, first: 6 * six})
}

// Peak computes 24·Lanes·rounds floating-point operations in registers, as fast as
// the processor can.
func (k *Kernels) Peak(rounds int) { k.peak(rounds) }

// tileRows returns how many tiles of 6 and of 4 rows cover n ≥ 1 rows with the least
// number of superfluous rows, which is at most Spare.
func tileRows(n int) (six, four int) {
	n += n & 1
	switch six, rest := n/6, n%6; {
	case rest == 0:
		return six, 0
	case rest == 4 || six == 0:
		return six, 1
	default: // 2 rows are left: 6 + 2 = 4 + 4
		return six - 1, 2
	}
}

// A tileGroup is consecutive micro-tiles of equally many rows, of which the first
// begins at row first.
type tileGroup struct{ rows, tiles, first int }

// run computes a group of tiles with as many calls of f as there are ranges to
// prefetch.
func (c *Call) run(f kernel, g tileGroup) {
	var boff *int
	if len(c.BOffsets) > 0 {
		boff = &c.BOffsets[0]
	}
	prefetches := c.Runs * (c.Run / PrefetchRows) // of a tile
	for g.tiles > 0 {
		ahead, stride, n := c.Prefetch.take(g.tiles, prefetches)
		if ahead == nil {
			ahead = c.A // is in the cache already
		}
		f(n, c.A, &c.AOffsets[g.first], c.Runs, c.Run, c.Gap, c.B, c.LDB, boff, c.Bias, c.C, &c.COffsets[g.first], c.Mode, ahead, stride)
		g.tiles -= n
		g.first += n * g.rows
	}
}
