package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A correlation holds the operands of a matrix product of patches and filters. A row of the
// first matrix is the patch of one pixel. A column of the second matrix has the weights for
// one channel of the result: a filter for Forward, or a phase of the filters for one channel
// of x for Transpose. A row of the result, out, has all channels of one pixel. With joined
// phases of Transpose, it has all channels of the neighboring pixels that are joined.
type correlation struct {
	image              []float32 // the image from which patches are read, in the layout paddedNHWC
	aOffsets, cOffsets []int     // byte offsets of each pixel's patch in image, and of its row in out, with the entries of microkernel.Spare
	pixels             int       // rows of out
	runs, run, gap     int       // a patch is runs runs of run elements, and gap elements lie between two runs
	filters            []float32 // the second matrix, packed into panels that follow one another
	pitch              int       // elements from one row of a panel to the next, if more than its width; for Transpose with joined phases
	bias               []float32 // as wide as all panels together, or nil
	columns            int       // channels in a row of out that are computed
	out                []float32
	act                kernels.Func // if it is ReLU, correlate applies it; otherwise the caller must
}

// correlate computes a correlation. It sums over one block of at most microkernel.DepthBlock
// elements of the patches after another. So the rows of a panel of filters in the block stay
// in the first-level cache, or with AVX-512 in the second-level cache, while all pixels use
// them.
func (w *workspace) correlate(x *correlation) {
	weights := x.runs * x.run
	if x.run > microkernel.DepthBlock { // a block is a section of one run
		length := ceilDiv(x.run, ceilDiv(x.run, microkernel.DepthBlock))
		for done := 0; done < weights; {
			run, k := done/x.run, done%x.run
			n := min(length, x.run-k)
			w.correlateBlock(x, patchBlock{start: run*(x.run+x.gap) + k, runs: 1, run: n, done: done})
			done += n
		}
		return
	}
	runs := microkernel.DepthBlock / x.run // whole runs in a block
	for first := 0; first < x.runs; first += runs {
		w.correlateBlock(x, patchBlock{start: first * (x.run + x.gap), runs: min(runs, x.runs-first), run: x.run, done: first * x.run})
	}
}

// A patchBlock is a block of the sum over the elements of a patch. It is a range of each
// patch: some whole runs, or a section of one run.
type patchBlock struct {
	start     int // elements of image from the beginning of the patch to that of the block, gaps included
	runs, run int // runs in the block, and elements in each of them
	done      int // elements of the patch before the block, without gaps
}

// correlateBlock computes the products of one block. It adds them to out, or overwrites out
// with them if the block is the first one.
func (w *workspace) correlateBlock(x *correlation, b patchBlock) {
	weights := x.runs * x.run
	call := &w.call
	*call = microkernel.Call{
		A: &x.image[b.start], AOffsets: x.aOffsets, COffsets: x.cOffsets,
		Runs: b.runs, Run: b.run, Gap: x.gap, Prefetch: &w.prefetch, Space: &w.space,
	}
	if b.runs == 1 {
		call.Gap = 0
	}
	if b.done > 0 {
		call.Mode = microkernel.Accumulate
	}
	if x.act == kernels.ReLU && b.done+b.runs*b.run == weights {
		call.Mode |= microkernel.Rectify
	}
	for j := 0; j < x.columns; {
		kind, width := w.kernels.Panel(x.columns - j)
		pitch := max(width, x.pitch)
		call.B, call.LDB, call.C = &x.filters[j*weights+b.done*pitch], 4*pitch, &x.out[j]
		if b.done == 0 && x.bias != nil {
			call.Bias = &x.bias[j]
		}
		w.kernels.Run(x.pixels, kind, call)
		j += width
	}
}
