package cpu

import "github.com/topogen/topogen/kernels"

// A split is an image, or some rows of it, in a border of zeros, plane after
// plane. Each row is split into as many runs as the stride: first the pixels whose
// columns are multiples of it, then those next to them, and so on. The pixels
// that a weight of a filter meets in a row are then one piece of a run.
type split struct {
	top  int // the row of the image that comes first, negative in the border
	rows int
	run  int // floats in a run
	row  int // floats in a row
}

// splitFor returns the split that rows [h, h+rows) of y look at.
func splitFor(s *kernels.ConvShape, h, rows int) split {
	run := ceilDiv(framedWidth(s), s.StrideW)
	return split{top: h*s.StrideH - s.PadH, rows: (rows-1)*s.StrideH + s.R, run: run, row: run * s.StrideW}
}

// include adds the last rows of the image, though no filter may look at them.
func (g *split) include(s *kernels.ConvShape) { g.rows = max(g.rows, s.H-g.top) }

// size returns the floats in the split.
func (g *split) size(s *kernels.ConvShape) int { return s.C * g.rows * g.row }

// splitOffsets returns where in a split the weights of a filter begin that looks
// at pixel 0, in bytes.
func (w *workspace) splitOffsets(s *kernels.ConvShape, g *split) []int {
	list := ints(&w.order, s.C*s.R*s.S)[:0]
	for c := range s.C {
		for r := range s.R {
			for q := range s.S {
				list = append(list, 4*((c*g.rows+r)*g.row+q%s.StrideW*g.run+q/s.StrideW))
			}
		}
	}
	return list
}

// eachRun visits one run of all rows that are in the image and in the split: n
// elements at x in the first row of the image, at at in that of the split.
func (g *split) eachRun(s *kernels.ConvShape, visit func(x, at, rows, n int)) {
	lo, hi := max(g.top, 0), min(g.top+g.rows, s.H)
	if lo >= hi {
		return
	}
	for phase := range s.StrideW {
		border := ceilDiv(max(0, s.PadW-phase), s.StrideW)
		column := border*s.StrideW + phase - s.PadW
		if column >= s.W {
			continue
		}
		for c := range s.C {
			visit((c*s.H+lo)*s.W+column, (c*g.rows+lo-g.top)*g.row+phase*g.run+border, hi-lo, ceilDiv(s.W-column, s.StrideW))
		}
	}
}

// split returns the split of an image.
func (w *workspace) split(s *kernels.ConvShape, g *split, image []float32) []float32 {
	dst := room(&w.planar, g.size(s))
	clear(dst)
	g.eachRun(s, func(x, at, rows, n int) {
		to, from := &dst[at], &image[x]
		switch s.StrideW {
		case 1:
			w.tiling.blocks(to, &w.nowhere, 4*g.row, from, &w.nowhere, 4*s.W, 1, rows, n, false)
		case 2:
			w.tiling.pick(to, 4*g.row, from, 4*s.W, rows, n)
		default:
			pickPlain(to, 4*g.row, from, 4*s.W, rows, n, s.StrideW)
		}
	})
	return dst
}

// join does the reverse.
func (w *workspace) join(s *kernels.ConvShape, g *split, image, src []float32) {
	g.eachRun(s, func(x, at, rows, n int) {
		to, from := &image[x], &src[at]
		switch s.StrideW {
		case 1:
			w.tiling.blocks(to, &w.nowhere, 4*s.W, from, &w.nowhere, 4*g.row, 1, rows, n, false)
		case 2:
			w.tiling.place(to, 4*s.W, from, 4*g.row, rows, n)
		default:
			placePlain(to, 4*s.W, from, 4*g.row, rows, n, s.StrideW)
		}
	})
}
