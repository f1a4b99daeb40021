package gpu

// Matrix products, C = act(alpha·op(A)·op(B) + beta·C + bias).
//
// Problem: a GPU has about a hundred multiprocessors. A small product has fewer tiles
// (blocks of C), so that some multiprocessors would be idle.
// Idea: a thread block computes one tile of C, or one split of it: the part of its sums
// over an interval of k (split-K). The host picks the tile size and the number of splits
// by an estimate of the time.
// Invariant: a split adds its terms in ascending order of k; the splits are added in
// ascending order. The same schedule gives the same bits.
// Cost: 2·M·N·K floating-point operations. A product in splits takes one more launch, and
// for each split one write and one read of M·N partial sums.
// Reference: NVIDIA, CUTLASS: Efficient GEMM in CUDA.

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// combine is the kernel that adds the splits of a product and applies its epilogue.
var combine = entry{"gemm", "combine"}

// A schedule assigns a product to blocks: one block for each tile and split.
type schedule struct {
	tile   work.Tile
	splits int // number of splits of the sum over k
	depth  int // values of k in a split
}

// newSchedule returns the schedule of a rows×columns product with inner dimension
// depth that takes the least estimated time on a GPU with the given number of
// multiprocessors (cores).
//
// The estimate is the number of blocks on the busiest multiprocessor, times the cost of
// a block. That cost is the number of the block's multiply-adds, divided by their share
// of all instructions, plus work.WordCost for each word that the block loads. A
// multiprocessor has four schedulers, each with warps of its own. If its blocks have
// fewer than four warps in all, it takes as long as with four.
//
// A strided A costs extra sectors: aSectors is the number of bytes of A that memory
// delivers for each byte that a block uses.
//
// If maySplit and the tiles are too few to fill the GPU, newSchedule splits the sum over
// k into parts of at least leastDepth values. The estimate then includes the launch of
// the kernel combine, and the write and the read of each split's sums.
func newSchedule(rows, columns, depth, cores int, tiles []work.Tile, maySplit bool, aSectors int) (best schedule) {
	const (
		leastDepth = 128
		schedulers = 4
		launch     = 450_000 // multiply-adds that a multiprocessor does during a launch, 2 µs
	)
	least := 0.0
	for i, tile := range tiles {
		busy := blocks(32*schedulers, tile.Columns)
		grid := blocks(rows, tile.Rows) * blocks(columns, tile.Columns)
		splits := 1
		if maySplit && grid > 0 && grid < cores*busy {
			splits = max(1, min(cores*busy/grid, depth/leastDepth))
		}
		// The depth of a split is a whole number of steps.
		v := schedule{tile: tile, depth: blocks(blocks(depth, splits), tile.Depth) * tile.Depth}
		v.splits = max(1, blocks(depth, max(1, v.depth)))
		most := blocks(grid*v.splits, cores)
		sums := float64(max(busy, most)*tile.Rows*tile.Columns) / tile.Share
		words := work.WordCost * float64(most*(aSectors*tile.Rows+tile.Columns))
		time := float64(max(1, v.depth)) * (sums + words)
		if v.splits > 1 {
			time += launch + 2*work.WordCost*float64(rows*columns*v.splits)/float64(cores)
		}
		if i == 0 || time < least {
			best, least = v, time
		}
	}
	return best
}

// grid returns the grid of a rows×columns product: X counts the tiles in a row of tiles, Y
// the rows of tiles, Z the splits.
func (v *schedule) grid(rows, columns int) Dim {
	return Dim{X: blocks(columns, v.tile.Columns), Y: blocks(rows, v.tile.Rows), Z: v.splits}
}

// block returns the size of a block: one thread for each column of a tile.
func (v *schedule) block() Dim { return Dim{X: v.tile.Columns} }

// An epilogue is applied to each sum before it is stored: act(alpha·sum + beta·C + bias).
type epilogue struct {
	bias        kernels.Buffer
	alpha, beta float32
	act         kernels.Func
}

// plain is the epilogue that stores sums unchanged.
var plain = epilogue{alpha: 1}

// args appends the epilogue's kernel arguments.
func (f *epilogue) args(d *Device, args []Arg) []Arg {
	return append(args, d.span(f.bias), Float32(f.alpha), Float32(f.beta), Int32(int(f.act)))
}

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
func (d *Device) Gemm(g kernels.Gemm) {
	g = check.Gemm(g)
	if g.M*g.N == 0 {
		return
	}
	if g.Alpha == 0 {
		g.K = 0 // A and B are not read, so NaN in them does not spread
	}
	transposed := [2]byte{'n', 'n'}
	if g.TransA {
		transposed[0] = 't'
	}
	if g.TransB {
		transposed[1] = 't'
	}
	file, tiles := "gemm", work.Squares
	if d.precision == kernels.BFloat16 && !g.Unrounded {
		file, tiles = "gemm_bf16", work.HalfSquares
	}
	v := newSchedule(g.M, g.N, g.K, d.cores, tiles, true, 1)
	e := entry{file, fmt.Sprintf("gemm_%s_%s", transposed[:], v.tile.Name())}
	d.inSplits(&v, g.C, g.M, g.N, g.LDC, epilogue{g.Bias, g.Alpha, g.Beta, g.Act}, func(c kernels.Buffer, ldc int, f epilogue, splitResults int) {
		args := f.args(d, append(d.args[:0], d.span(c), d.span(g.A), d.span(g.B)))
		for _, n := range [...]int{splitResults, g.M, g.N, g.K, v.depth, g.LDA, g.LDB, ldc} {
			args = append(args, Int32(n))
		}
		d.launch(e, v.grid(g.M, g.N), v.block(), args...)
	})
}

// inSplits computes a rows×columns product by the schedule v. It calls multiply once, which
// launches the kernel of the product: the kernel stores results into multiply's c, whose
// rows are ldc elements apart, with multiply's epilogue f.
//
// If the schedule has one split, that is the product itself. Otherwise the kernel stores
// the sums of split s into a workspace, from element s·splitResults on, and the kernel
// combine adds the splits and applies the caller's epilogue.
func (d *Device) inSplits(v *schedule, c kernels.Buffer, rows, columns, ldc int, f epilogue, multiply func(c kernels.Buffer, ldc int, f epilogue, splitResults int)) {
	if v.splits == 1 {
		multiply(c, ldc, f, 0)
		return
	}
	n := rows * columns
	parts := d.Alloc(n * v.splits)
	multiply(parts, columns, plain, n)
	args := f.args(d, append(d.args[:0], d.span(c), d.span(parts)))
	args = append(args, Int32(n), Int32(columns), Int32(ldc), Int32(v.splits))
	d.launch(combine, Dim{X: blocks(n, work.Threads)}, Dim{X: work.Threads}, args...)
	d.Free(parts)
}
