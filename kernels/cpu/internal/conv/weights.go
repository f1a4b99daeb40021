package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A WeightGrad holds the operands of the gradient of ⟨y, x ⋆ w⟩ with respect to w. The
// gradient overwrites DW, or is added to DW if Add is set.
type WeightGrad struct {
	Shape    kernels.ConvShape
	DW, X, Y []float32
	Add      bool
}

const (
	// shortRun is the number of lanes of a vector of AVX-512. Patches are packed if their
	// runs, the S·C consecutive elements of a row of a patch, are shorter.
	shortRun = 16

	// The number of shares into which the batch is divided is
	//
	//	min(blocks, ⌈N·OutH·OutW / sharePixels⌉, maxShares, max(1, sumFloats/(K·R·S·C)))
	//
	// So there is at most one share for every sharePixels pixels of y, rounded up:
	// fewer pixels are not worth sums of their own. The sums of all shares together take
	// about 16 MB or less, unless there is only one share.
	sharePixels = 784
	maxShares   = 32
	sumFloats   = 4 << 20

	// partFilters is the largest number of filters in a part. It is large because each
	// part packs the patches of its images again, even if a part with other filters has
	// packed them already.
	partFilters = 96
)

// A weightPlan is the division of the gradient into parts. The batch is divided into blocks
// of several whole images or of some rows of one image. A share is a sequence of blocks. A
// part computes the sums of some filters over one share.
type weightPlan struct {
	images, rows int  // images in a block, and rows of y of each of them
	blocks       int  // blocks in the batch
	shares       int  // shares in the batch
	filters      int  // filters in a part
	columns      int  // sums of one filter, the padding to whole panels included
	packed       bool // patches are packed, and panels cover all weights of a filter; otherwise panels cover the weights of one row of a filter
	paired       bool // y consists of pairs of pixels
	width        int  // elements in a row of y: OutW, or half as many pairs, rounded up
}

// planWeights returns the division for a shape. A block has at most microkernel.DepthBlock
// pixels of y, unless a single row has more.
func planWeights(k *microkernel.Kernels, s *kernels.ConvShape) weightPlan {
	g := weightPlan{images: 1, rows: s.OutH, packed: s.S*s.C < shortRun, width: s.OutW}
	if pixels := s.OutH * s.OutW; pixels <= microkernel.DepthBlock {
		g.images = max(1, min(s.N, microkernel.DepthBlock/pixels))
	} else {
		g.rows = max(1, microkernel.DepthBlock/s.OutW)
		g.rows = ceilDiv(s.OutH, ceilDiv(s.OutH, g.rows))
	}
	g.blocks = ceilDiv(s.N, g.images) * ceilDiv(s.OutH, g.rows)
	most := max(1, sumFloats/(s.K*s.R*s.S*s.C))
	g.shares = min(g.blocks, ceilDiv(s.N*s.OutH*s.OutW, sharePixels), maxShares, most)
	g.filters = ceilDiv(s.K, ceilDiv(s.K, partFilters))
	if g.packed {
		g.columns = k.PaddedWidth(s.R * s.S * s.C)
	} else {
		g.columns = s.R * k.PaddedWidth(s.S*s.C)
	}
	return g
}

// parts returns the number of parts for a shape.
func (g *weightPlan) parts(s *kernels.ConvShape) int { return g.shares * ceilDiv(s.K, g.filters) }

// weightSumFloats is about the number of elements that a part of a weightSumJob adds up.
const weightSumFloats = 8192

// WeightGrad computes the gradient of a convolution with respect to its weights.
func (c *Convolver) WeightGrad(g WeightGrad) { c.weightGrad(g, planWeights(c.kernels, &g.Shape)) }

// weightGrad computes the gradient by a plan.
func (c *Convolver) weightGrad(g WeightGrad, plan weightPlan) {
	s := &g.Shape
	c.weights = weightsJob{
		convolver: c, WeightGrad: g, plan: plan,
		sums: aligned.Grow(&c.partial, plan.shares*s.K*plan.columns),
	}
	c.pool.Run(plan.parts(s), &c.weights)
	c.weightSum = weightSumJob{weightsJob: &c.weights, filters: ceilDiv(weightSumFloats, plan.columns*max(1, plan.shares))}
	c.pool.Run(ceilDiv(s.K, c.weightSum.filters), &c.weightSum)
}

// A weightsJob is the first job of WeightGrad. It computes the sums of each share. sums has a
// row of plan.columns elements for each filter of each share.
type weightsJob struct {
	convolver *Convolver
	WeightGrad
	plan weightPlan
	sums []float32
}

// Part implements workers.Job: it computes the sums of some filters over one share.
func (job *weightsJob) Part(worker, part int) {
	s, w, g := &job.Shape, job.convolver.spaces[worker], &job.plan
	groups := ceilDiv(s.K, g.filters)
	share, k := part/groups, part%groups*g.filters
	filters := min(g.filters, s.K-k)
	microkernel.RowOffsets(&w.aOffsets, filters, 4*s.OutH*g.width)
	microkernel.RowOffsets(&w.cOffsets, filters, 4*g.columns)
	sums := job.sums[(share*s.K+k)*g.columns:][:filters*g.columns]
	first := share * g.blocks / g.shares
	for b := first; b < (share+1)*g.blocks/g.shares; b++ {
		job.addBlock(w, weightBlock{number: b, firstFilter: k, filters: filters, add: b > first}, sums)
	}
}

// A weightBlock is a block of the batch together with the filters of a part.
type weightBlock struct {
	number               int  // index of the block in the batch
	firstFilter, filters int  // the filters are [firstFilter, firstFilter+filters)
	add                  bool // the block's products are added to the sums of earlier blocks; otherwise they overwrite the sums
}

// addBlock computes the products of y and the patches of x for the pixels of y in one block,
// and adds them to the sums of the block's filters.
func (job *weightsJob) addBlock(w *workspace, b weightBlock, sums []float32) {
	s, g := &job.Shape, &job.plan
	bands := ceilDiv(s.OutH, g.rows)
	n, h := b.number/bands*g.images, b.number%bands*g.rows
	images, rows := min(g.images, s.N-n), min(g.rows, s.OutH-h)
	f := paddedX(s, images, h, rows)
	points := *s // the pixels of y, or the first pixel of each pair, as the shape of a convolution
	if g.paired {
		points.OutW, points.StrideW = g.width, 2*s.StrideW
		f.columns = max(f.columns, paddedColumns(&points)+s.StrideW)
	}
	image := w.load(&f, job.X[n*s.C*s.H*s.W:])
	if g.paired {
		image = w.pairPixels(image, s.StrideW*s.C)
	}
	pixels := images * rows * g.width
	patches := w.patchOffsets(&points, &f, rows)

	plane := s.OutH * g.width
	w.prefetch = microkernel.Prefetch{}
	if next := n + images; bands == 1 && next < s.N {
		images := min(images, s.N-next)
		w.prefetch.Ranges = [2]microkernel.Lines{
			microkernel.Span(job.Y[next*s.K*plane:][:images*s.K*plane]),
			microkernel.Span(job.X[next*s.C*s.H*s.W:][:images*s.C*s.H*s.W]),
		}
	}
	call := &w.call
	*call = microkernel.Call{
		A: &job.Y[(n*s.K+b.firstFilter)*plane+h*g.width], AOffsets: w.aOffsets, COffsets: w.cOffsets,
		Runs: images, Run: rows * g.width, Gap: s.K*plane - rows*g.width, Prefetch: &w.prefetch, Space: &w.space,
	}
	if b.add {
		call.Mode = microkernel.Accumulate
	}
	run := s.S * s.C
	if g.packed {
		p := aligned.Grow(&w.panel, pixels*g.columns+slack)
		w.kernels.CopyPatches(&microkernel.PatchCopy{
			Dst: p, Columns: g.columns, Src: image, Offsets: patches,
			Runs: s.R, Run: run, Stride: f.columns * s.C,
		}, pixels)
		call.LDB = 4 * g.columns
		for j := 0; j < g.columns; {
			kind, width := w.kernels.Panel(g.columns - j)
			call.B, call.C = &p[j], &sums[j]
			w.kernels.Run(b.filters, kind, call)
			j += width
		}
		return
	}
	for r := range s.R {
		from := image[r*f.columns*s.C:]
		column := r * (g.columns / s.R)
		for j := 0; j < run; {
			kind, width := w.kernels.Panel(run - j)
			call.B, call.BOffsets, call.C = &from[j], patches, &sums[column+j]
			w.kernels.Run(b.filters, kind, call)
			j += width
		}
	}
}

// A weightSumJob is the second job of WeightGrad. It adds the sums of all shares, in the order
// of the shares, and transposes them from the order of patches (r, q, c) to that of DW,
// (c, r, q). A part does this for some filters.
type weightSumJob struct {
	*weightsJob
	filters int // filters in a part
}

// Part implements workers.Job.
func (job *weightSumJob) Part(worker, part int) {
	s, w, g := &job.Shape, job.convolver.spaces[worker], &job.plan
	taps := s.R * s.S
	run := s.S * s.C
	for k := part * job.filters; k < min(s.K, (part+1)*job.filters); k++ {
		dw := job.DW[k*taps*s.C:][:taps*s.C]
		if g.shares == 0 { // the batch is empty
			if !job.Add {
				clear(dw)
			}
			continue
		}
		sum := aligned.Grow(&w.sum, g.columns)
		for p := range g.shares {
			w.loops.Affine(sum, job.sums[(p*s.K+k)*g.columns:][:g.columns], 1, 0, p > 0)
		}
		if !g.packed { // remove the padding after each row of the filter
			for r := 1; r < s.R; r++ {
				copy(sum[r*run:][:run], sum[r*(g.columns/s.R):])
			}
		}
		dst := dw
		if job.Add {
			dst = aligned.Grow(&w.out, taps*s.C)
		}
		w.kernels.Transpose(dst, w.planes.List(s.C, 4*taps), sum, s.C, taps, s.C)
		if job.Add {
			w.loops.Affine(dw, dst, 1, 0, true)
		}
	}
}
