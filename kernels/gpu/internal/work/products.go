package work

import (
	"fmt"
	"strconv"
)

// A Tile is the size of the part of C = A·B that a block computes. The block has Columns
// threads.
type Tile struct {
	Rows, Columns int
	// Depth is the number of values of k that a block sums in one step of its loop. For a
	// step the block loads Depth columns of its rows of A, and Depth rows of its columns
	// of B.
	Depth int
	// Resident is the number of blocks that must fit on a multiprocessor
	// (.minnctapersm). It bounds the registers of a thread.
	Resident int
	// Share is the fraction of multiply-adds among the instructions of a block that sums
	// over many values of k, as the simulator counts them. In half precision an instruction
	// does many multiply-adds, and Share is their number for each lane and instruction.
	Share float64
	// Half is set for half precision: operands are rounded to bfloat16, and mma
	// instructions multiply them.
	Half bool
}

// Name returns the tile's suffix in kernel names: "64" for a square tile, "32x128"
// for others, with "_bf16" behind it in half precision.
func (t Tile) Name() string {
	name := strconv.Itoa(t.Rows)
	if t.Rows != t.Columns {
		name = fmt.Sprintf("%dx%d", t.Rows, t.Columns)
	}
	if t.Half {
		name += "_bf16"
	}
	return name
}

// WarpRows and WarpColumns are the size of the part of a tile in half precision that one of
// its Columns/32 warps computes.
func (t Tile) WarpRows() int    { return min(64, t.Rows) }
func (t Tile) WarpColumns() int { return 32 * t.Rows / t.WarpRows() }

// WordCost is the time in which a multiprocessor of an H100 loads one word from the L2
// cache while all multiprocessors load. The unit is the time of one multiply-add at the
// peak rate of a multiprocessor, which does 128 in a cycle.
const WordCost = 20

// Squares are the tiles of matrix products, in ascending order. Tiles are the tiles of
// convolutions: the squares, and one of 32×128 for convolutions with few output channels.
var (
	Squares = []Tile{full(32, 32, 16, 0.73), full(64, 64, 6, 0.82), full(128, 128, 2, 0.88)}
	Tiles   = append([]Tile{full(32, 128, 4, 0.77)}, Squares...)
)

// HalfSquares and HalfTiles are the same in half precision.
var (
	HalfSquares = []Tile{half(32, 32, 8, 3.4), half(64, 64, 4, 5.6), half(128, 128, 2, 10)}
	HalfTiles   = append([]Tile{half(32, 128, 4, 4.1)}, HalfSquares...)
)

func full(rows, columns, resident int, share float64) Tile {
	return Tile{Rows: rows, Columns: columns, Depth: 8, Resident: resident, Share: share}
}

func half(rows, columns, resident int, share float64) Tile {
	return Tile{Rows: rows, Columns: columns, Depth: 16, Resident: resident, Share: share, Half: true}
}

// A Correlation describes a convolution, or a gradient of one, as an implicit GEMM: a
// product C = A·B whose matrix B is never stored. B stands for the images that the
// convolution reads; in a weight gradient, each channel counts as an image. A column of the
// product is a point (h, w) of a regular grid in one image. A term of its sums is a tap.
// Strides and offsets are in elements.
//
// Column (image, h, w) belongs to the point Origin + Step·(h, w) of the image in B. A tap
// adds an offset to that point. The factor is the element of B at the resulting point, or 0
// if the point is outside the image, whose height and width are Size. Row r of the result
// goes to point OutOrigin + OutStep·(h, w) of an image in C, which begins at element
// r·OutRow + image·OutImage.
type Correlation struct {
	Rows, Columns int32 // of the product; Columns = images·Grid.H·Grid.W
	ARow          int32 // stride between rows of A
	Grid          Pair  // height and width of the grid of one image
	Image         int32 // stride between images in B
	Size          Pair  // height and width of an image in B
	Step, Origin  Pair  // spacing and first point of the grid in an image of B
	OutRow        int32 // stride between rows of the product in C
	OutImage      int32 // stride between images in C
	OutWidth      int32 // width of an image in C
	OutStep       Pair  // spacing of the grid in an image of C
	OutOrigin     Pair  // first point of the grid in an image of C

	// A step of the kernel sums Tile.Depth terms, whose taps are one row of a table in
	// memory. Each of the first Repeated rows of the table serves for Repeats consecutive
	// steps: from a step to the next, all its taps move by AStep in A and by BStep in B.
	// Each further row serves for one step.
	Taps         int32 // bytes from the beginning of this Correlation to its first row
	Repeated     int32 // rows that serve for several steps
	Repeats      int32 // number of steps of each such row
	Steps        int32 // total number of steps
	AStep, BStep int32

	_ [3]int32 // pads to a multiple of 16 bytes, as kernels load taps in vectors of 16
}

// A Pair is a vertical and a horizontal size, coordinate or offset.
type Pair struct{ H, W int32 }

// A Tap locates the two factors of a term. The factor in A is A elements after the
// beginning of its row. The factor in B is B elements after the point of its column; Pair
// is that same offset in image rows and columns, to test whether the factor is inside the
// image.
type Tap struct {
	A, B int32
	Pair
}

// NoTap fills incomplete rows of taps. Its W is outside every image, so its term is zero.
var NoTap = Tap{Pair: Pair{W: Outside}}

// Outside is a coordinate outside every image. It stays outside if the offset of a tap is
// added.
const Outside = 1 << 30
