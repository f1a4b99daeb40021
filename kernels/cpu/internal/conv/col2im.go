package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A col2imJob is the job of Transpose for few channels, by col2im (see im2col.go). A part
// computes some images of x. It divides each image of y into bands of rows, multiplies
// one band by wᵀ at a time, and adds the products to the pixels of x. The products of a
// band stay in the second-level cache.
type col2imJob struct {
	convolver *Convolver
	Transpose
	filters []float32 // wᵀ, see transposeFilters
	images  int       // images in a part
	bands   int       // bands of an image of y
}

// runTransposeCol2im computes a transposed convolution by col2im.
func (c *Convolver) runTransposeCol2im(t Transpose) {
	s := &t.Shape
	job := &c.col2im
	*job = col2imJob{convolver: c, Transpose: t, filters: c.transposeFilters(s, t.W)}
	job.images, job.bands = im2colParts(s, c.pool.Workers())
	c.pool.Run(ceilDiv(s.N, job.images), job)
}

// transposeFilters returns wᵀ, a matrix with a row for each weight of a filter and a column
// for each filter.
func (c *Convolver) transposeFilters(s *kernels.ConvShape, filters []float32) []float32 {
	weights := s.C * s.R * s.S
	transposed := aligned.Grow(&c.filters, weights*s.K)
	c.kernels.Transpose(transposed, c.spaces[0].filterColumns.List(weights, 4*s.K), filters, weights, s.K, weights)
	return transposed
}

// Part implements workers.Job.
func (job *col2imJob) Part(worker, part int) {
	s, w := &job.Shape, job.convolver.spaces[worker]
	weights, plane, size := s.C*s.R*s.S, s.OutH*s.OutW, s.C*s.H*s.W
	g := polyphaseOf(s, 0, s.OutH)
	g.includeBottom(s)
	to := w.weightOffsets(s, &g)
	w.call = microkernel.Call{
		A: &job.filters[0], AOffsets: microkernel.RowOffsets(&w.aOffsets, weights, 4*s.K),
		Runs: 1, Run: s.K, Prefetch: &w.prefetch, Space: &w.space,
	}
	for n := part * job.images; n < min(s.N, (part+1)*job.images); n++ {
		w.prefetch = microkernel.Prefetch{}
		if n+1 < s.N {
			w.prefetch.Ranges[0] = microkernel.Span(job.Y[(n+1)*s.K*plane:][:s.K*plane])
		}
		sums := aligned.Grow(&w.planar, g.size(s))
		clear(sums)
		for b := range job.bands {
			h, rows := band(s, job.bands, b)
			pixels := rows * s.OutW
			columns := patchPitch(pixels)
			p, from := aligned.Grow(&w.panel, weights*columns), w.planes.List(weights, 4*columns)
			w.multiplyPlanes(nchw{data: p, plane: columns, channels: weights}, pixels, job.Y[n*s.K*plane+h*s.OutW:], plane)
			w.kernels.CopyBlocks(&microkernel.BlockCopy{
				Dst: &sums[h*s.StrideH*g.row], DstOffsets: to, DstStride: 4 * s.StrideH * g.row,
				Src: &p[0], SrcOffsets: from, SrcStride: 4 * s.OutW,
				Rows: rows, Columns: s.OutW, Add: true,
			})
		}
		x := job.X[n*size:][:size]
		if job.Add {
			image := aligned.Grow(&w.out, size)
			w.interleave(s, &g, image, sums)
			w.loops.Affine(x, image, 1, 0, true)
		} else {
			w.interleave(s, &g, x, sums)
		}
		for c, b := range job.Bias {
			x := x[c*s.H*s.W:][:s.H*s.W]
			w.loops.Affine(x, x, 1, b, false)
		}
		if job.Activation != kernels.Identity {
			w.loops.Map[job.Activation](x, x)
		}
	}
}
