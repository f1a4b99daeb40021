// Package work says how kernels divide their work among blocks, warps and
// threads: what the generator writes into PTX and the device launches by.
package work

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

	// SetPoints points are what a warp keeps sets of in a word for each lane, and
	// LuneBytes what two such sets take of shared memory.
	SetBits   = 10
	SetPoints = 1 << SetBits
	LuneBytes = 2 * SetPoints / 8

	// ManyThreads is the size of blocks that do all of a kernel's work, or share
	// as much as possible.
	ManyThreads = 1024

	// TileDepth is how many terms of each element of a product a block brings to
	// shared memory in a step.
	TileDepth = 8

	// TileColumns is how many columns of a tile a thread sums, and how many threads
	// share its rows.
	TileColumns = 8
)
