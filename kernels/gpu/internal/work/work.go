// Package work holds the constants and structures that the generated PTX and the host
// share: how kernels divide their work among blocks, warps and threads, and how the
// tables of convolutions are laid out in memory.
package work

const (
	// Threads is the number of threads in a block of most kernels, Warps the number of
	// warps in such a block.
	Threads = 256
	Warps   = Threads / 32

	// An element-wise kernel processes PerThread elements in each thread, PerBlock in
	// each block.
	PerThread = 4
	PerBlock  = Threads * PerThread

	// A block that sums rows sums PartSize elements of one row. A block that sums columns
	// sums PartRows rows of PartColumns columns.
	PartSize    = 4096
	PartRows    = 256
	PartColumns = 32

	// RowElements is the number of elements of a row that one warp copies or adds to, in
	// the kernels that gather rows, scatter-add rows and sum over pairs of points.
	RowElements = 128

	// The kernel lunes keeps sets of points as bits. SetPoints = 2^SetBits points are one
	// 32-bit word for each lane of a warp. LuneBytes is the size of two such sets.
	SetBits   = 10
	SetPoints = 1 << SetBits
	LuneBytes = 2 * SetPoints / 8

	// ManyThreads is the number of threads of a kernel whose grid is one block: the most
	// that a block can have.
	ManyThreads = 1024

	// TileColumns is the number of columns of a tile of C in which a thread computes sums.
	// It is also the number of threads among which the rows of a column are divided.
	TileColumns = 8
)
