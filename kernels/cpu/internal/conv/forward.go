package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A Forward holds the operands of a convolution, y = act(x ⋆ w + bias). Bias is empty or has
// one value for each filter.
type Forward struct {
	Shape      kernels.ConvShape
	Y, X, W    []float32
	Bias       []float32
	Activation kernels.Func
}

// Forward computes a convolution.
func (c *Convolver) Forward(f Forward) {
	s := &f.Shape
	if s.N == 0 {
		return
	}
	if im2colPays(s) {
		c.runForwardIm2col(f)
		return
	}
	job := &c.forward
	*job = forwardJob{convolver: c, Forward: f, packedFilters: c.packFilters(s, f.W), packedBias: c.packBias(f.Bias, s.K, 1)}
	rowFloats := s.StrideH*paddedColumns(s)*s.C + s.OutW*c.kernels.PaddedWidth(s.K)
	job.images, job.rows = blockSize(s.N, s.OutH, rowFloats, c.pool.Workers())
	c.pool.Run(ceilDiv(s.N, job.images)*ceilDiv(s.OutH, job.rows), job)
}

// packFilters packs the filters into panels whose columns are filters. A row of a panel has
// the same weight of each filter of the panel. The rows are in the order of the elements of a
// patch in NHWC: row r, column q, channel c.
func (c *Convolver) packFilters(s *kernels.ConvShape, filters []float32) []float32 {
	taps := s.R * s.S
	weights := taps * s.C
	packed := aligned.Grow(&c.filters, weights*c.kernels.PaddedWidth(s.K))
	offsets := microkernel.GrowInts(&c.spaces[0].order, weights)
	for j := 0; j < s.K; {
		_, width := c.kernels.Panel(s.K - j)
		for channel := range s.C {
			for tap := range taps {
				offsets[channel*taps+tap] = 4 * (tap*s.C + channel) * width
			}
		}
		panel, columns := packed[j*weights:], min(width, s.K-j)
		if columns < width {
			clear(panel)
		}
		c.kernels.Transpose(panel, offsets, filters[j*weights:], weights, columns, weights)
		j += width
	}
	return packed
}

// A forwardJob is the job of Forward for many channels. A part computes several whole images
// of y, or a band, a range of rows of one image.
type forwardJob struct {
	convolver *Convolver
	Forward
	packedFilters, packedBias []float32
	images, rows              int // images of y in a part, and rows of each of them
}

// Part implements workers.Job.
func (job *forwardJob) Part(worker, part int) {
	s, w := &job.Shape, job.convolver.spaces[worker]
	bands := ceilDiv(s.OutH, job.rows)
	n, h := part/bands*job.images, part%bands*job.rows
	images, rows := min(job.images, s.N-n), min(job.rows, s.OutH-h)

	f := paddedX(s, images, h, rows)
	image := w.load(&f, job.X[n*s.C*s.H*s.W:])
	pixels, columns := images*rows*s.OutW, w.kernels.PaddedWidth(s.K)
	out := aligned.Grow(&w.out, pixels*columns)
	plane := s.OutH * s.OutW
	w.prefetch = prefetchImages(s.N, job.images, imageRange{
		first: n, images: images,
		dst: job.Y, dstSize: s.K * plane, src: job.X, srcSize: s.C * s.H * s.W,
	})
	w.correlate(&correlation{
		image: image, aOffsets: w.patchOffsets(s, &f, rows), cOffsets: microkernel.RowOffsets(&w.cOffsets, pixels, 4*columns), pixels: pixels,
		runs: s.R, run: s.S * s.C, gap: (f.columns - s.S) * s.C,
		filters: job.packedFilters, bias: job.packedBias, columns: s.K, out: out, act: job.Activation,
	})
	if !fused(job.Activation) {
		w.loops.Map[job.Activation](out, out)
	}
	for g := range images {
		w.unload(nchw{data: job.Y[(n+g)*s.K*plane+h*s.OutW:], plane: plane, channels: s.K},
			out[g*rows*s.OutW*columns:], columns, rows*s.OutW, false)
	}
}
