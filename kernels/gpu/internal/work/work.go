// Package work holds the constants and structures that the generated PTX and the host
// share: how kernels divide their work among blocks, warps and threads, and how the
// tables of convolutions are laid out in memory.
package work

const (
	// Threads is the number of threads of most kernels' blocks, Warps the number
	// of warps.
	Threads = 256
	Warps   = Threads / 32

	// An element-wise kernel processes PerThread elements in each thread, PerBlock in
	// each block.
	PerThread = 4
	PerBlock  = Threads * PerThread

	// A reduction sums PartSize elements of a row in each block, or PartRows rows of
	// PartColumns columns.
	PartSize    = 4096
	PartRows    = 256
	PartColumns = 32

	// RowElements elements of a row are gathered, or added to, by one warp.
	RowElements = 128

	// A bit set of SetPoints points is one word for each lane of a warp. LuneBytes is
	// the size of two such sets in shared memory.
	SetBits   = 10
	SetPoints = 1 << SetBits
	LuneBytes = 2 * SetPoints / 8

	// ManyThreads is the number of threads of the blocks of one-block kernels: the
	// maximum.
	ManyThreads = 1024

	// TileDepth is the number of values of k in a step: a block loads TileDepth columns
	// of its rows of A, and TileDepth rows of its columns of B.
	TileDepth = 8

	// TileColumns is the number of columns of a tile that a thread sums, and the number
	// of threads that share a column.
	TileColumns = 8
)
