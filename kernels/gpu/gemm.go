package gpu

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

var (
	combine  = entry{"gemm", "combine"}
	activate = entry{"gemm", "activate"}
)

// A division is how a product of rows×columns elements, sums of depth terms, is
// divided among blocks.
type division struct {
	tile   work.Tile
	splits int // of the terms: a block sums one of them
	depth  int // terms of a split
}

// divide chooses the division that takes a GPU of so many multiprocessors the
// least time, by an estimate: how many blocks one of them has to do, times the
// multiply-adds of a block, over the share that these have in what a block does.
// If a product may be split and its tiles are too few to keep all busy, its terms
// are split, but into no fewer than leastDepth, for a split costs as much as
// reading and writing the result once more. Results depend on the division, in
// their last bits, and so on the GPU.
func divide(rows, columns, depth, cores int, tiles []work.Tile, maySplit bool) (best division) {
	const leastDepth = 128
	least := 0.0
	for i, tile := range tiles {
		grid := blocks(rows, tile.Rows) * blocks(columns, tile.Columns)
		splits := 1
		if maySplit && grid > 0 && grid < cores {
			splits = max(1, min(cores/grid, depth/leastDepth))
		}
		// Splits begin where steps do.
		v := division{tile: tile, depth: blocks(blocks(depth, splits), work.TileDepth) * work.TileDepth}
		v.splits = max(1, blocks(depth, max(1, v.depth)))
		time := float64(blocks(grid*v.splits, cores)) * float64(tile.Rows*tile.Columns*max(1, v.depth)) / tile.Share
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

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
func (d *Device) Gemm(g kernels.Gemm) {
	g = g.Check()
	n := g.M * g.N
	if n == 0 {
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
	v := divide(g.M, g.N, g.K, d.cores, work.Squares, true)
	e := entry{"gemm", fmt.Sprintf("gemm_%s_%s", transposed[:], v.tile.Name())}
	rectify := 0
	if g.Act == kernels.ReLU {
		rectify = 1
	}
	sizes := [...]Arg{Int32(g.M), Int32(g.N), Int32(g.K), Int32(v.depth)}
	if v.splits == 1 {
		args := append(d.args[:0], d.span(g.C), d.span(g.A), d.span(g.B), d.span(g.Bias), Int32(g.LDA), Int32(g.LDB), Int32(g.LDC),
			Float32(g.Alpha), Float32(g.Beta), Int32(rectify))
		d.launch(e, v.grid(g.M, g.N), Dim{X: work.Threads}, append(append(args, sizes[:]...), Int32(0))...)
	} else {
		parts := d.Alloc(n * v.splits)
		args := append(d.args[:0], d.span(parts), d.span(g.A), d.span(g.B), Ptr(0), Int32(g.LDA), Int32(g.LDB), Int32(g.N),
			Float32(1), Float32(0), Int32(0))
		d.launch(e, v.grid(g.M, g.N), Dim{X: work.Threads}, append(append(args, sizes[:]...), Int32(n))...)
		d.combine(g.C, parts, g.Bias, n, g.N, g.LDC, v.splits, g.Alpha, g.Beta, rectify)
		d.Free(parts)
	}
	d.activate(g.C, n, g.N, g.LDC, g.Act)
}

// combine adds up the parts of a product.
func (d *Device) combine(c, parts, bias kernels.Buffer, n, columns, ldc, splits int, alpha, beta float32, rectify int) {
	d.launch(combine, Dim{X: blocks(n, work.Threads)}, Dim{X: work.Threads},
		d.span(c), d.span(parts), d.span(bias), Int32(n), Int32(columns), Int32(ldc), Int32(splits),
		Float32(alpha), Float32(beta), Int32(rectify))
}

// activate applies an activation that products do not apply themselves.
func (d *Device) activate(c kernels.Buffer, n, columns, ldc int, act kernels.Func) {
	if act == kernels.Identity || act == kernels.ReLU {
		return
	}
	d.launch(activate, Dim{X: blocks(n, work.Threads)}, Dim{X: work.Threads}, d.span(c), Int32(n), Int32(columns), Int32(ldc), Int32(int(act)))
}
