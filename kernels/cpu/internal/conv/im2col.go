package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// Convolutions with few channels, such as those of a grey or RGB image.
//
// Problem: in NHWC, a row of a patch is S·C consecutive elements. With few channels, they are
// too few for the lanes of a vector.
//
// Idea: im2col. P is the matrix of patches of one image. It has a row for each weight (c, r, q)
// of a filter and a column for each pixel of y. The element in that row and column is the
// element of x that the weight multiplies to give the pixel. Then
//
//	y = w·P       is the convolution, and
//	P = wᵀ·y      is the first step of the transposed convolution. The second step adds
//	              each element of P to the element of x at that place (col2im).
//
// The lanes of a vector are pixels of y, of which there are many. Both y and w keep their
// order in memory: a row of y is a plane, the pixels of one channel, and a row of w is a
// filter. P is made from an image in the layout polyphase. There a row of P consists of
// OutW consecutive elements for each row of y.
//
// Invariant: P is made for one band of y at a time, a range of rows that depends on the
// shape alone. Each element of y is one sum over a row of w.
//
// Cost: C·R·S elements of P are written and read for each pixel of y.
const (
	im2colChannels = 8   // Forward uses im2col, and Transpose col2im, only if x has fewer channels
	im2colWeights  = 128 // Forward uses im2col only if a filter has fewer weights; otherwise writing P costs more than converting y from NHWC
	im2colPixels   = 64  // Forward uses im2col only if an image of y has this number of pixels or more
	col2imPixels   = 16  // Transpose uses col2im only if an image of y has this number of pixels or more, the lanes of a vector
)

// im2colPays reports whether Forward uses im2col for a shape.
func im2colPays(s *kernels.ConvShape) bool {
	return s.C < im2colChannels && s.C*s.R*s.S < im2colWeights && s.OutH*s.OutW >= im2colPixels
}

// col2imPays reports whether Transpose uses col2im for a shape.
func col2imPays(s *kernels.ConvShape) bool {
	return s.C < im2colChannels && s.OutH*s.OutW >= col2imPixels
}

// im2colParts returns the number of images in a part, and the number of bands into which an
// image of y is divided so that the columns of P for one band fit the second-level cache.
func im2colParts(s *kernels.ConvShape, threads int) (images, bands int) {
	return ceilDiv(s.N, 8*threads), min(s.OutH, ceilDiv(s.C*s.R*s.S*s.OutH*s.OutW, blockFloats))
}

// band returns the first row and the number of rows of band i, if an image of y is divided
// into the given number of bands. The numbers of rows differ by at most one.
func band(s *kernels.ConvShape, bands, i int) (h, rows int) {
	h = i * s.OutH / bands
	return h, (i+1)*s.OutH/bands - h
}

// patchPitch returns the number of elements from one row of P to the next, for a band with
// the given number of pixels. Rows of P begin on cache lines.
func patchPitch(pixels int) int {
	return ceilDiv(pixels, aligned.LineFloats) * aligned.LineFloats
}

// An im2colJob is the job of Forward for few channels. A part computes one band of
// rows of some images of y.
type im2colJob struct {
	convolver *Convolver
	Forward
	filters []float32 // one row of weights for each filter, followed by the filter's bias if there is one
	images  int       // images in a part
	bands   int       // bands of an image
}

// runForwardIm2col computes a convolution by im2col.
func (c *Convolver) runForwardIm2col(f Forward) {
	s := &f.Shape
	job := &c.im2col
	*job = im2colJob{convolver: c, Forward: f, filters: c.appendBias(s, f.W, f.Bias)}
	job.images, job.bands = im2colParts(s, c.pool.Workers())
	c.pool.Run(ceilDiv(s.N, job.images)*job.bands, job)
}

// appendBias returns the filters, each followed by its bias, or filters itself if there is no
// bias. With a bias, P needs a last row of ones, which the bias multiplies.
func (c *Convolver) appendBias(s *kernels.ConvShape, filters, bias []float32) []float32 {
	if len(bias) == 0 {
		return filters
	}
	weights := s.C * s.R * s.S
	packed := aligned.Grow(&c.filters, s.K*(weights+1))
	for k, b := range bias {
		row := packed[k*(weights+1):]
		row[copy(row, filters[k*weights:][:weights])] = b
	}
	return packed
}

// Part implements workers.Job.
func (job *im2colJob) Part(worker, part int) {
	s, w := &job.Shape, job.convolver.spaces[worker]
	h, rows := band(s, job.bands, part%job.bands)
	g := polyphaseOf(s, h, rows)
	weights, pixels, plane := s.C*s.R*s.S, rows*s.OutW, s.OutH*s.OutW
	columns, depth := patchPitch(pixels), weights
	p := aligned.Grow(&w.panel, (weights+1)*columns)
	if len(job.Bias) != 0 {
		w.loops.Fill(p[weights*columns:], 1)
		depth++
	}
	from, to := w.weightOffsets(s, &g), w.planes.List(weights, 4*columns)
	w.call = microkernel.Call{
		A: &job.filters[0], AOffsets: microkernel.RowOffsets(&w.aOffsets, s.K, 4*depth),
		Runs: 1, Run: depth, Prefetch: &w.prefetch, Space: &w.space,
	}
	if job.Activation == kernels.ReLU {
		w.call.Mode = microkernel.Rectify
	}
	first := part / job.bands * job.images
	for n := first; n < min(s.N, first+job.images); n++ {
		w.prefetch = microkernel.Prefetch{}
		if n+1 < s.N {
			w.prefetch.Ranges[0] = microkernel.Matrix(job.Y[(n+1)*s.K*plane+h*s.OutW:], s.K, pixels, plane)
		}
		image := w.deinterleave(s, &g, job.X[n*s.C*s.H*s.W:])
		w.kernels.CopyBlocks(&microkernel.BlockCopy{
			Dst: &p[0], DstOffsets: to, DstStride: 4 * s.OutW,
			Src: &image[0], SrcOffsets: from, SrcStride: 4 * s.StrideH * g.row,
			Rows: rows, Columns: s.OutW,
		})
		y := nchw{data: job.Y[n*s.K*plane+h*s.OutW:], plane: plane, channels: s.K}
		w.multiplyPlanes(y, pixels, p, columns)
		if !fused(job.Activation) {
			for k := range s.K {
				y := y.data[k*plane:][:pixels]
				w.loops.Map[job.Activation](y, y)
			}
		}
	}
}

// multiplyPlanes computes the product C = A·B of w.call for A in w.call. C is the first
// pixels elements of each plane of c. B is the matrix b with a column for each pixel, whose
// rows begin ldb elements apart. There must be at least as many pixels as a vector has
// lanes. The last panel ends with the last pixel, so it may compute some pixels again.
func (w *workspace) multiplyPlanes(c nchw, pixels int, b []float32, ldb int) {
	call := &w.call
	call.LDB, call.COffsets = 4*ldb, microkernel.RowOffsets(&w.cOffsets, c.channels, 4*c.plane)
	for j := 0; j < pixels; {
		kind, width := w.kernels.Panel(pixels - j)
		for width > pixels {
			kind++
			width = w.kernels.Vectors[kind] * w.kernels.Lanes
		}
		j = min(j, pixels-width)
		call.B, call.C = &b[j], &c.data[j]
		w.kernels.Run(c.channels, kind, call)
		j += width
	}
}
