package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A polyphase is a layout in memory of some rows of an image. It stores one plane (the pixels
// of one channel) after another. Each plane has a border of zeros, the padding of the
// convolution. A row of the layout consists of StrideW polyphase components: first the
// pixels whose column in the padded image is 0 modulo StrideW, then those whose column is 1
// modulo StrideW, and so on. A weight of a filter multiplies pixels of a row that are StrideW
// columns apart. These pixels are consecutive in a component.
type polyphase struct {
	top       int // the row of the image that is the first row of the layout; negative in the border
	rows      int // rows of a plane in the layout
	component int // elements in one component of a row
	row       int // elements in a row
}

// polyphaseOf returns the layout of those rows of an image of x on which rows [h, h+rows) of
// y depend.
func polyphaseOf(s *kernels.ConvShape, h, rows int) polyphase {
	component := ceilDiv(paddedColumns(s), s.StrideW)
	return polyphase{top: h*s.StrideH - s.PadH, rows: (rows-1)*s.StrideH + s.R, component: component, row: component * s.StrideW}
}

// includeBottom extends the layout to the last row of the image, even if no pixel of y depends
// on the last rows.
func (g *polyphase) includeBottom(s *kernels.ConvShape) { g.rows = max(g.rows, s.H-g.top) }

// size returns the number of elements in the layout.
func (g *polyphase) size(s *kernels.ConvShape) int { return s.C * g.rows * g.row }

// weightOffsets returns for each weight (c, r, q) of a filter the byte offset in the layout of
// the element that the weight multiplies for the first pixel of y.
func (w *workspace) weightOffsets(s *kernels.ConvShape, g *polyphase) []int {
	list := microkernel.GrowInts(&w.order, s.C*s.R*s.S)[:0]
	for c := range s.C {
		for r := range s.R {
			for q := range s.S {
				list = append(list, 4*((c*g.rows+r)*g.row+q%s.StrideW*g.component+q/s.StrideW))
			}
		}
	}
	return list
}

// A rowRange locates one component of one plane, without the border, in the image and in the
// layout. It has the rows that are in both, with n elements each. In the image, the first row
// begins at index x, and its elements are StrideW apart. In the layout, the first row begins
// at index at, and its elements are consecutive.
type rowRange struct{ x, at, rows, n int }

// eachRange calls visit for each component of each plane that has pixels of the image.
func (g *polyphase) eachRange(s *kernels.ConvShape, visit func(r rowRange)) {
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
			visit(rowRange{
				x:    (c*s.H+lo)*s.W + column,
				at:   (c*g.rows+lo-g.top)*g.row + phase*g.component + border,
				rows: hi - lo, n: ceilDiv(s.W-column, s.StrideW),
			})
		}
	}
}

// deinterleave copies an image from NCHW to w.planar in the layout g, and returns it.
func (w *workspace) deinterleave(s *kernels.ConvShape, g *polyphase, image []float32) []float32 {
	dst := aligned.Grow(&w.planar, g.size(s))
	clear(dst)
	g.eachRange(s, func(r rowRange) {
		w.kernels.Deinterleave(&microkernel.RowCopy{
			Dst: &dst[r.at], DstStride: 4 * g.row, Src: &image[r.x], SrcStride: 4 * s.W,
			Rows: r.rows, N: r.n, Step: s.StrideW,
		})
	})
	return dst
}

// interleave is the inverse of deinterleave: it copies src, in the layout g, to an image in
// NCHW. The image is overwritten only where the layout has its rows.
func (w *workspace) interleave(s *kernels.ConvShape, g *polyphase, image, src []float32) {
	g.eachRange(s, func(r rowRange) {
		w.kernels.Interleave(&microkernel.RowCopy{
			Dst: &image[r.x], DstStride: 4 * s.W, Src: &src[r.at], SrcStride: 4 * g.row,
			Rows: r.rows, N: r.n, Step: s.StrideW,
		})
	})
}
