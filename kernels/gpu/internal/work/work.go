// Package work says how kernels divide their work among blocks, warps and
// threads: what the generator writes into PTX and the device launches by.
package work

import (
	"fmt"
	"strconv"
)

const (
	// Threads is the size of most kernels' blocks, and Warps how many warps
	// that is.
	Threads = 256
	Warps   = Threads / 32

	// PerBlock elements are the work of a block of an element-wise kernel,
	// PerThread of each thread.
	PerThread = 4
	PerBlock  = Threads * PerThread

	// PartSize elements of a row, and PartRows rows of PartColumns columns, are
	// what a block sums.
	PartSize    = 4096
	PartRows    = 256
	PartColumns = 32

	// RowElements of a row that is picked or added to are the work of a warp.
	RowElements = 128

	// ManyThreads is the size of blocks that do all of a kernel's work, or share
	// as much as possible.
	ManyThreads = 1024

	// TileDepth is how many terms of each element of a product a block brings to
	// shared memory in a step.
	TileDepth = 8

	// TapBytes is the size of an entry of the table by which convolutions find
	// their operands: four 32-bit integers.
	TapBytes = 16
)

// A Tile is the part of a matrix product that is the work of a block.
type Tile struct {
	Rows, Columns int
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

// Squares are the tiles of products of matrices, Tiles those of convolutions,
// of which many have few channels.
var (
	Squares = []Tile{{32, 32, 0.4}, {64, 64, 0.65}, {128, 128, 0.85}}
	Tiles   = append([]Tile{{32, 128, 0.6}}, Squares...)
)
