package gpu

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

var combine = entry{"gemm", "combine"}

// A division is how a product of rows×columns elements, sums of depth terms, is
// divided among blocks.
type division struct {
	tile   work.Tile
	splits int // of the terms: a block sums one of them
	depth  int // terms of a split
}

// divide chooses the division that takes a GPU of so many multiprocessors the
// least time, by an estimate: how many blocks one of them has to do, times what a
// block does, multiply-adds with all the rest, and words that it brings. Each of the
// schedulers takes warps of its own: fewer blocks than give work to all take as long.
// Words of A may be spread, so that for each of them some others come, too.
// If a product may be split and its tiles are too few to keep all busy, its terms
// are split, but into no fewer than leastDepth: then there is another launch, and the
// result is written and read for each split. Results depend on the division, in their
// last bits, and so on the GPU.
func divide(rows, columns, depth, cores int, tiles []work.Tile, maySplit bool, spread int) (best division) {
	const (
		leastDepth = 128
		schedulers = 4
		launch     = 450_000 // multiply-adds in the two microseconds that it takes
	)
	least := 0.0
	for i, tile := range tiles {
		busy := blocks(32*schedulers, tile.Columns)
		grid := blocks(rows, tile.Rows) * blocks(columns, tile.Columns)
		splits := 1
		if maySplit && grid > 0 && grid < cores*busy {
			splits = max(1, min(cores*busy/grid, depth/leastDepth))
		}
		// Splits begin where steps do.
		v := division{tile: tile, depth: blocks(blocks(depth, splits), work.TileDepth) * work.TileDepth}
		v.splits = max(1, blocks(depth, max(1, v.depth)))
		most := blocks(grid*v.splits, cores)
		sums := float64(max(busy, most)*tile.Rows*tile.Columns) / tile.Share
		words := work.WordCost * float64(most*(spread*tile.Rows+tile.Columns))
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

// grid returns the grid of blocks for a product.
func (v *division) grid(rows, columns int) Dim {
	return Dim{X: blocks(columns, v.tile.Columns), Y: blocks(rows, v.tile.Rows), Z: v.splits}
}

// block returns the threads of a block.
func (v *division) block() Dim { return Dim{X: v.tile.Columns} }

// A finish is what is made of sums: act(alpha·sum + beta·C + bias).
type finish struct {
	bias        kernels.Buffer
	alpha, beta float32
	act         kernels.Func
}

// unfinished leaves sums as they are.
var unfinished = finish{alpha: 1}

// args appends what all kernels have that finish sums.
func (f *finish) args(d *Device, args []Arg) []Arg {
	return append(args, d.span(f.bias), Float32(f.alpha), Float32(f.beta), Int32(int(f.act)))
}

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
func (d *Device) Gemm(g kernels.Gemm) {
	g = check.Gemm(g)
	if g.M*g.N == 0 {
		return
	}
	if g.Alpha == 0 {
		g.K = 0 // A and B do not count, whatever they hold
	}
	transposed := [2]byte{'n', 'n'}
	if g.TransA {
		transposed[0] = 't'
	}
	if g.TransB {
		transposed[1] = 't'
	}
	v := divide(g.M, g.N, g.K, d.cores, work.Squares, true, 1)
	e := entry{"gemm", fmt.Sprintf("gemm_%s_%s", transposed[:], v.tile.Name())}
	d.inSplits(&v, g.C, g.M, g.N, g.LDC, finish{g.Bias, g.Alpha, g.Beta, g.Act}, func(c kernels.Buffer, ldc int, f finish, splitResults int) {
		args := f.args(d, append(d.args[:0], d.span(c), d.span(g.A), d.span(g.B)))
		for _, n := range [...]int{splitResults, g.M, g.N, g.K, v.depth, g.LDA, g.LDB, ldc} {
			args = append(args, Int32(n))
		}
		d.launch(e, v.grid(g.M, g.N), v.block(), args...)
	})
}

// inSplits has a product of rows×columns multiplied and finished, at once or, where
// it is split, into parts that are then added up.
func (d *Device) inSplits(v *division, c kernels.Buffer, rows, columns, ldc int, f finish, multiply func(c kernels.Buffer, ldc int, f finish, splitResults int)) {
	if v.splits == 1 {
		multiply(c, ldc, f, 0)
		return
	}
	n := rows * columns
	parts := d.Alloc(n * v.splits)
	multiply(parts, columns, unfinished, n)
	args := f.args(d, append(d.args[:0], d.span(c), d.span(parts)))
	args = append(args, Int32(n), Int32(columns), Int32(ldc), Int32(v.splits))
	d.launch(combine, Dim{X: blocks(n, work.Threads)}, Dim{X: work.Threads}, args...)
	d.Free(parts)
}
