package work

import (
	"fmt"
	"strconv"
)

// A Tile is the part of a matrix product that is the work of a block, of a thread for
// each column.
type Tile struct {
	Rows, Columns int
	// Resident is how many blocks a multiprocessor is to have room for: it limits a
	// thread's registers.
	Resident int
	// Share is that of multiply-adds in all instructions of a block that sums
	// many terms, as the simulator counts them.
	Share float64
}

// Name returns "64" for a square, and else "32x128".
func (t Tile) Name() string {
	if t.Rows == t.Columns {
		return strconv.Itoa(t.Rows)
	}
	return fmt.Sprintf("%dx%d", t.Rows, t.Columns)
}

// WordCost is how many multiply-adds a multiprocessor of an H100 does in the time of a
// word from or to the second-level cache, when all of them ask for some.
const WordCost = 20

// Squares are the tiles of products of matrices, Tiles those of convolutions,
// of which many have few channels.
var (
	Squares = []Tile{{32, 32, 16, 0.73}, {64, 64, 6, 0.82}, {128, 128, 2, 0.88}}
	Tiles   = append([]Tile{{32, 128, 4, 0.77}}, Squares...)
)

// A Correlation is a convolution of some kind as a product of matrices A and B:
// how many rows and columns, which are the points of a grid in each of several
// images, where they lie, and by which terms. Numbers are of elements.
type Correlation struct {
	Rows, Columns int32
	ARow          int32 // from a row of A to the next
	Grid          Pair
	Image         int32 // of B, to the next
	Size          Pair  // of an image of B
	Step, Origin  Pair  // of the grid in it
	OutRow        int32 // from a row of the result to the next
	OutImage      int32
	OutWidth      int32
	OutStep       Pair
	OutOrigin     Pair

	// Terms come TileDepth at a time, by a row of taps. The first rows serve for
	// several steps each, one after another; from step to step their taps move
	// on in A and B. Those that follow serve for one.
	Taps         int32 // where they begin, in bytes from here
	Repeated     int32 // rows that serve for several steps
	Repeats      int32 // how many
	Steps        int32 // altogether
	AStep, BStep int32

	_ [3]int32 // taps are read 16 bytes at a time
}

// A Pair is of the vertical and the horizontal.
type Pair struct{ H, W int32 }

// A Tap is where the factors of a term of a correlation lie: in A, from the
// beginning of a row; in B, from the place of a column; and how many rows and
// columns of an image further the latter is.
type Tap struct {
	A, B int32
	Pair
}

// NoTap fills the rows of taps that are not full. It is outside any image, and known by
// its W.
var NoTap = Tap{Pair: Pair{W: Outside}}

// Outside is a place outside any image, however far it is moved in one.
const Outside = 1 << 30
