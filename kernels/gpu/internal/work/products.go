package work

import (
	"fmt"
	"strconv"
)

// A Tile is the size of the part of C that a block computes. The block has Columns
// threads.
type Tile struct {
	Rows, Columns int
	// Resident is the number of blocks that must fit on a multiprocessor
	// (.minnctapersm). It bounds the registers of a thread.
	Resident int
	// Share is the fraction of multiply-adds among the instructions of a block with
	// large k, as counted by the simulator.
	Share float64
}

// Name returns the tile's suffix in kernel names: "64" for a square tile, "32x128"
// for others.
func (t Tile) Name() string {
	if t.Rows == t.Columns {
		return strconv.Itoa(t.Rows)
	}
	return fmt.Sprintf("%dx%d", t.Rows, t.Columns)
}

// WordCost is the time of one word of traffic between a multiprocessor and the L2
// cache of an H100, with all multiprocessors active, in multiply-adds of one
// multiprocessor.
const WordCost = 20

// Squares are the tiles of matrix products. Tiles are those of convolutions; the flat
// one is for convolutions with few output channels.
var (
	Squares = []Tile{{32, 32, 16, 0.73}, {64, 64, 6, 0.82}, {128, 128, 2, 0.88}}
	Tiles   = append([]Tile{{32, 128, 4, 0.77}}, Squares...)
)

// A Correlation describes a convolution, or a gradient of one, as an implicit GEMM:
// a product A·B whose columns are the points of a regular grid in each image, and
// whose terms are listed as taps. Strides and offsets are in elements.
//
// Column (image, h, w) reads B at image·Image + (Origin + Step·(h, w)), plus the offset
// of a tap, or zero if that point is outside an image of the given Size. The result of
// row r goes to r·OutRow + image·OutImage + (OutOrigin + OutStep·(h, w)).
type Correlation struct {
	Rows, Columns int32 // of the product; Columns = images·Grid.H·Grid.W
	ARow          int32 // stride between rows of A
	Grid          Pair  // columns of one image
	Image         int32 // stride between images in B
	Size          Pair  // height and width of an image in B
	Step, Origin  Pair  // of the grid in an image of B
	OutRow        int32 // stride between rows of the result
	OutImage      int32 // stride between images of the result
	OutWidth      int32 // width of an image of the result
	OutStep       Pair  // of the grid in an image of the result
	OutOrigin     Pair

	// A step of the kernel sums TileDepth terms, one row of taps. Each of the first
	// Repeated rows serves for Repeats consecutive steps; AStep and BStep are the
	// offsets in A and B from a step to the next. Each further row serves for one step.
	Taps         int32 // offset of the first row from the Correlation, in bytes
	Repeated     int32 // rows that serve for several steps
	Repeats      int32 // steps of each such row
	Steps        int32 // total number of steps
	AStep, BStep int32

	_ [3]int32 // pads to a multiple of 16 bytes, as kernels load taps in vectors of 16
}

// A Pair is a vertical and a horizontal size, coordinate or offset.
type Pair struct{ H, W int32 }

// A Tap locates the two factors of a term. The factor in A is A elements after the
// beginning of its row. The factor in B is B elements after the point of its column;
// Pair is the same offset in image rows and columns, to test whether it is inside.
type Tap struct {
	A, B int32
	Pair
}

// NoTap fills incomplete rows of taps. Its W marks it: it is outside every image, so
// it adds zero.
var NoTap = Tap{Pair: Pair{W: Outside}}

// Outside is a coordinate outside every image. Adding the offset of a tap keeps it
// outside.
const Outside = 1 << 30
