package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A correlation is the products of the patches of an image with filters: a row of
// out for each pixel, with one sum for each filter.
type correlation struct {
	image              []float32 // padded NHWC
	aOffsets, cOffsets []int     // of each pixel's patch in image and row in out, with spare entries
	pixels             int
	runs, run, gap     int       // of a patch; see microkernel.Call
	filters            []float32 // packed panels, one after the other
	pitch              int       // elements from one row of a panel to the next, if more than its width
	bias               []float32 // as wide as all panels, or nil
	columns            int       // number of filters
	out                []float32
	act                kernels.Func // applied here if it is ReLU
}

// correlate computes a correlation. It sums over blocks of at most
// microkernel.DepthBlock weights, so that a block of a panel of filters stays in the
// first-level cache while all pixels use it.
func (w *workspace) correlate(x *correlation) {
	weights := x.runs * x.run
	if x.run > microkernel.DepthBlock { // a block is a part of one run
		length := ceilDiv(x.run, ceilDiv(x.run, microkernel.DepthBlock))
		for done := 0; done < weights; {
			row, k := done/x.run, done%x.run
			n := min(length, x.run-k)
			w.correlateBlock(x, patchBlock{start: row*(x.run+x.gap) + k, runs: 1, run: n, done: done})
			done += n
		}
		return
	}
	rows := microkernel.DepthBlock / x.run // a block is some whole runs
	for row := 0; row < x.runs; row += rows {
		w.correlateBlock(x, patchBlock{start: row * (x.run + x.gap), runs: min(rows, x.runs-row), run: x.run, done: row * x.run})
	}
}

// A patchBlock is a range of the weights of a patch.
type patchBlock struct {
	start     int // elements from the beginning of the patch to that of the range
	runs, run int // number of runs, and elements in a run
	done      int // weights before the range
}

// correlateBlock adds the products of one range of weights to out.
func (w *workspace) correlateBlock(x *correlation, b patchBlock) {
	weights := x.runs * x.run
	call := &w.call
	*call = microkernel.Call{
		A: &x.image[b.start], AOffsets: x.aOffsets, COffsets: x.cOffsets,
		Runs: b.runs, Run: b.run, Gap: x.gap, Prefetch: &w.prefetch,
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
