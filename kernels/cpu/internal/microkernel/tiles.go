package microkernel

import (
	"math"
	"unsafe"

	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// Products of tiles.
//
// Problem: AMX multiplies tiles, matrices of 16×16 pairs. The rows of a tile must be equally
// spaced in memory. Micro-kernels take rows of A and B that lie anywhere, and sums of any
// length.
//
// Idea: Run packs A once for all panels. It copies the runs of each row of A one after the
// other, to rows that are whole tiles long, and pads them with zeros. B is read in place where
// its rows are equally spaced, except for the rows that do not fill a tile: these are copied
// and padded, too. Tiles beyond the last row of A are computed from what is in memory there,
// and not stored, because a row of A influences no other row of C.
//
// Invariant: each element of C is a sum over tiles of k in ascending order. TDPBF16PS first
// sums the products of a tile, those of even and those of odd k by themselves, and then adds
// both sums to that of the earlier tiles.
//
// Cost: a pass over A for each call of Run with a new Call. A product of tiles takes the place
// of 256 instructions VDPBF16PS. Rows and columns that do not fill tiles cost as if they did.

// tileSize is the number of rows of a tile, and that of pairs, or float32 values, in a row.
const tileSize = 16

// A tileKernel computes rows rows of a panel of C, which is one or two tiles wide:
//
//	c[coff[i]:] = start + Σₖ a[i·lda + …]·b[k·ldb:]
//
// k counts pairs: 16·steps of them, and then 16 more if last is not nil, for which the rows of
// B are at last and follow one another. The rows of A must be readable up to a multiple of 16.
// sums is memory for 32 rows of the panel. Strides and offsets are in bytes. The other
// parameters are those of the type kernel.
type tileKernel func(rows int, a *float32, lda int, b *float32, ldb, steps int, last, sums, bias, c *float32, coff *int, mode int)

// A Space is memory that micro-kernels with tiles need. It grows to the largest size in use.
type Space struct {
	a, b, sums []float32
	rows       Multiples // byte offsets of the rows of a
}

// runTiles is Run for micro-kernels that use tiles. They do not prefetch.
func (k *Kernels) runTiles(n, kind int, c *Call) {
	s, words := c.Space, c.Runs*c.Run
	whole := words / tileSize
	if c.packed != n {
		k.packTiles(n, c)
		c.packed = n
	}
	width := k.Vectors[kind] * k.Lanes
	b, ldb, steps := c.B, c.LDB, whole
	var last *float32
	switch rest := words - tileSize*whole; {
	case len(c.BOffsets) > 0:
		steps = ceilDiv(words, tileSize)
		panel := aligned.Grow(&s.b, steps*tileSize*width)
		k.gatherPanels(&panel[0], c.B, &c.BOffsets[0], words, width, 1)
		clear(panel[words*width:])
		b, ldb = &panel[0], 4*width
	case rest > 0:
		tile := aligned.Grow(&s.b, tileSize*width)
		k.copyBlocks(&tile[0], &k.zero, 4*width, simd.At(c.B, tileSize*whole*c.LDB), &k.zero, c.LDB, 1, rest, width, false)
		clear(tile[rest*width:])
		last = &tile[0]
	}
	sums := aligned.Grow(&s.sums, 2*tileSize*width)
	k.tiles[kind](n, &s.a[0], 4*tileSize*ceilDiv(words, tileSize), b, ldb, steps, last, &sums[0], c.Bias, c.C, &c.COffsets[0], c.Mode)
}

// packTiles packs n rows of A into c.Space.
func (k *Kernels) packTiles(n int, c *Call) {
	s, words := c.Space, c.Runs*c.Run
	padded := tileSize * ceilDiv(words, tileSize)
	a := aligned.Grow(&s.a, ceilDiv(n, tileSize)*tileSize*padded)
	k.copyBlocks(&a[0], &s.rows.List(n, 4*padded)[0], 4*c.Run, c.A, &c.AOffsets[0], 4*(c.Run+c.Gap), n, c.Runs, c.Run, false)
	if words < padded {
		for i := range n {
			clear(a[i*padded+words : (i+1)*padded])
		}
	}
}

// tilesPlain returns the tileKernel in plain Go for panels of the given number of columns. It
// rounds as TDPBF16PS does, but keeps subnormal numbers. Tests use it where there is no AMX.
func tilesPlain(columns int) tileKernel {
	return func(rows int, a *float32, lda int, b *float32, ldb, steps int, last, _, bias, c *float32, coff *int, mode int) {
		for i, offset := range unsafe.Slice(coff, rows) {
			row := simd.At(a, i*lda)
			to := unsafe.Slice(simd.At(c, offset), columns)
			for j := range to {
				sum := float32(0)
				for t := range steps {
					sum += tileSum(simd.At(row, 4*tileSize*t), simd.At(b, tileSize*t*ldb+4*j), ldb)
				}
				if last != nil {
					sum += tileSum(simd.At(row, 4*tileSize*steps), simd.At(last, 4*j), 4*columns)
				}
				if bias != nil {
					sum += *simd.At(bias, 4*j)
				}
				if mode&Accumulate != 0 {
					sum += to[j]
				}
				if mode&Rectify != 0 {
					sum = max(sum, 0)
				}
				to[j] = sum
			}
		}
	}
}

// tileSum returns the sum of the products of a row of a tile of A and a column of a tile of B,
// whose rows begin ldb bytes apart. Products of bfloat16 numbers are exact, so that it does not
// matter whether the compiler fuses a product with the addition.
func tileSum(a, b *float32, ldb int) float32 {
	var even, odd float32
	for k := range tileSize {
		x, y := math.Float32bits(*simd.At(a, 4*k)), math.Float32bits(*simd.At(b, k*ldb))
		even += math.Float32frombits(x<<16) * math.Float32frombits(y<<16)
		odd += math.Float32frombits(x&^0xffff) * math.Float32frombits(y&^0xffff)
	}
	return even + odd
}

// PlainTiles returns micro-kernels for pairs of bfloat16 numbers that use tiles, with packing loops and tiles in
// plain Go. Tests multiply with them what AMX would.
func PlainTiles() *Kernels {
	k := plain
	k.Lanes, k.Vectors = tileSize, []int{2, 1}
	k.six, k.four, k.peak = nil, nil, nil
	k.tiles = []tileKernel{tilesPlain(2 * tileSize), tilesPlain(tileSize)}
	k.pairRuns, k.pairRows = pairRunsPlain, pairRowsPlain
	return &k
}
