package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Convolutions, their input gradients and their weight gradients.
//
// Problem: im2col writes each pixel R·S times to memory.
// Idea: implicit GEMM. A convolution is a product A·B whose matrix B, the patches of the
// images, is never stored: the kernel computes the address of each element of B from a
// table of taps. work.Correlation describes such a product, and work.Tap a tap.
// Invariant: the kernel adds the terms of each element in a fixed order.
// Cost: 2·N·K·OutH·OutW·C·R·S floating-point operations, for a convolution and for each of
// its gradients.
// Reference: Chetlur et al., cuDNN: efficient primitives for deep learning, 2014.

// A convolutionKind is a convolution, its input gradient (transposed) or its weight
// gradient. One kernel computes all three; the comment on the function convolutions in
// internal/generate lists their matrices A and B.
type convolutionKind int

const (
	forward convolutionKind = iota
	transposed
	weightGrad
)

// fold is the kernel that ends a transposed convolution with few channels.
var fold = entry{"convolutions", "fold"}

// correlate computes c = act(A·B + beta·c + bias) for every correlation of a
// convolution, in one launch.
func (d *Device) correlate(key tableKey, c, a, b kernels.Buffer, f epilogue) {
	if d.err != nil {
		return
	}
	file, tiles := "convolutions", work.Tiles
	if d.precision == kernels.BFloat16 {
		file, tiles = "convolutions_bf16", work.HalfTiles
	}
	key.depth = tiles[0].Depth
	table := d.tables.of(d, key)
	rows, columns, steps := 0, 0, 0
	for _, one := range table.correlations {
		rows, columns, steps = max(rows, int(one.Rows)), max(columns, int(one.Columns)), max(steps, int(one.Steps))
	}
	if rows == 0 || columns == 0 {
		return
	}
	aSectors := 1
	if key.kind == transposed { // a phase uses one of every StrideH·StrideW weights
		aSectors = key.shape.StrideH * key.shape.StrideW
	}
	// The sum is split only in a weight gradient: the kernel combine needs a result whose
	// rows are contiguous, and other results have images between their rows.
	v := newSchedule(rows, columns*len(table.correlations), steps*key.depth, d.cores, tiles, key.kind == weightGrad, aSectors)
	d.inSplits(&v, c, rows, columns, columns, f, func(c kernels.Buffer, _ int, f epilogue, splitResults int) {
		args := f.args(d, append(d.args[:0], d.span(c), d.span(a), d.span(b)))
		args = append(args, Int32(splitResults), Ptr(table.pointer), Int32(len(table.correlations)), Int32(v.depth/key.depth))
		grid := v.grid(rows, columns)
		grid.Z *= len(table.correlations)
		d.launch(entry{file, "convolve_" + v.tile.Name()}, grid, v.block(), args...)
	})
}

// Conv computes y = act(x ⋆ w + bias), where ⋆ is cross-correlation. bias has one value
// for each filter, or is empty.
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	check.Conv("Conv", s, x, y, w)
	check.Bias("Conv", bias, s.K, act)
	d.correlate(tableKey{kind: forward, shape: s}, y, w, x, epilogue{bias: bias, alpha: 1, act: act})
}

// forwardCorrelation returns y = x ⋆ w as a correlation: a row is a filter, a column is a
// pixel of y in one image.
func forwardCorrelation(s *kernels.ConvShape) work.Correlation {
	plane := int32(s.OutH * s.OutW)
	return work.Correlation{
		Rows: int32(s.K), Columns: int32(s.N) * plane, ARow: int32(s.C * s.R * s.S),
		Grid: pair(s.OutH, s.OutW), Image: int32(s.C * s.H * s.W), Size: pair(s.H, s.W),
		Step: pair(s.StrideH, s.StrideW), Origin: pair(-s.PadH, -s.PadW),
		OutRow: plane, OutImage: int32(s.K) * plane, OutWidth: int32(s.OutW), OutStep: pair(1, 1),
	}
}

// ConvTranspose stores act(x̄ + bias) into x. x̄ is the value at y of the adjoint of the
// linear map x ↦ x ⋆ w that Conv computes.
//
// The pixels of x fall into StrideH·StrideW phases, by their coordinates modulo the
// strides. Each phase is a convolution with stride 1, and one launch computes all
// phases. The rows of a phase's product are channels, so with few channels most rows of a
// tile would be empty. If C·R·S is at most 32, the rows of the smallest tile, and R·S is not
// 1, one product computes what every weight of every channel contributes. The kernel fold
// then adds the contributions to each pixel (col2im).
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, mode kernels.WriteMode) {
	check.Conv("ConvTranspose", s, x, y, w)
	check.Bias("ConvTranspose", bias, s.C, act)
	check.WrittenActivation(act, mode)
	f := epilogue{bias: bias, alpha: 1, beta: float32(mode), act: act}
	if s.C*s.R*s.S > work.Squares[0].Rows || s.R*s.S == 1 {
		d.correlate(tableKey{kind: transposed, shape: s}, x, w, y, f)
		return
	}
	points := kernels.ConvShape{
		N: s.N, C: s.C * s.R * s.S, H: s.OutH, W: s.OutW, K: s.K, R: 1, S: 1,
		StrideH: 1, StrideW: 1, OutH: s.OutH, OutW: s.OutW,
	}
	parts := d.Alloc(points.N * points.C * points.H * points.W)
	d.correlate(tableKey{kind: transposed, shape: points}, parts, w, y, plain)
	args := f.args(d, append(d.args[:0], d.span(x), d.span(parts)))
	for _, n := range [...]int{x.Len(), s.C, s.H, s.W, s.R, s.S, s.StrideH, s.StrideW, s.PadH, s.PadW, s.OutH, s.OutW} {
		args = append(args, Int32(n))
	}
	d.launch(fold, Dim{X: blocks(x.Len(), work.Threads)}, Dim{X: work.Threads}, args...)
	d.Free(parts)
}

// phaseCorrelation returns phase (a, b) of a transposed convolution as a correlation: a row
// is a channel, a column is a pixel of the phase in one image.
func phaseCorrelation(s *kernels.ConvShape, a, b int) work.Correlation {
	fromH, beginH, gridH := phase(a, s.H, s.StrideH, s.PadH)
	fromW, beginW, gridW := phase(b, s.W, s.StrideW, s.PadW)
	return work.Correlation{
		Rows: int32(s.C), Columns: int32(s.N * gridH * gridW), ARow: int32(s.R * s.S),
		Grid: pair(gridH, gridW), Image: int32(s.K * s.OutH * s.OutW), Size: pair(s.OutH, s.OutW),
		Step: pair(1, 1), Origin: pair(fromH, fromW),
		OutRow: int32(s.H * s.W), OutImage: int32(s.C * s.H * s.W), OutWidth: int32(s.W),
		OutStep: pair(s.StrideH, s.StrideW), OutOrigin: pair(beginH, beginW),
	}
}

// phase describes phase p along one axis of x: the pixels whose coordinate plus pad is p
// modulo stride. begin is the coordinate of the first such pixel, n is their number, and
// from is the coordinate in y of the value that weight p multiplies for the first pixel.
func phase(p, length, stride, pad int) (from, begin, n int) {
	from = blocks(max(0, pad-p), stride)
	begin = from*stride + p - pad
	return from, begin, max(0, blocks(length-begin, stride))
}

// ConvWeightGrad stores into dw the gradient by w of ⟨y, x ⋆ w⟩, the sum over elements of
// the products of y and x ⋆ w.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, mode kernels.WriteMode) {
	check.Conv("ConvWeightGrad", s, x, y, dw)
	d.correlate(tableKey{kind: weightGrad, shape: s}, dw, y, x, epilogue{alpha: 1, beta: float32(mode)})
}

// weightCorrelation returns the weight gradient as a correlation: a row is a filter, a
// column is a weight of the filter.
func weightCorrelation(s *kernels.ConvShape) work.Correlation {
	weights := int32(s.C * s.R * s.S)
	return work.Correlation{
		Rows: int32(s.K), Columns: weights, ARow: int32(s.OutH * s.OutW),
		Grid: pair(s.R, s.S), Image: int32(s.H * s.W), Size: pair(s.H, s.W),
		Step: pair(1, 1), Origin: pair(-s.PadH, -s.PadW),
		OutRow: weights, OutImage: int32(s.R * s.S), OutWidth: int32(s.S), OutStep: pair(1, 1),
	}
}
