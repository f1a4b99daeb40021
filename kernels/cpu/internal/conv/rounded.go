package conv

import (
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/bfloat16"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// ForwardRounded computes a convolution with X and W rounded to bfloat16.
func (c *Convolver) ForwardRounded(f Forward) {
	s := &f.Shape
	paired := *s
	paired.C = microkernel.PairWords(s.C)
	// im2col multiplies the bias by 1 in the sum over weights. A pair would round it.
	if c.rounder.Pairs() == nil || im2colPays(&paired) {
		f.X, f.W = c.round(0, f.X), c.round(1, f.W)
		c.Forward(f)
		return
	}
	f.X = c.pairPlanes(0, f.X, s.N, s.C, s.H*s.W)
	f.W = c.pairPlanes(1, f.W, s.K, s.C, s.R*s.S)
	f.Shape = paired
	c.use(c.rounder.Pairs())
	c.Forward(f)
	c.use(c.float32s)
}

// TransposeRounded computes a transposed convolution with Y and W rounded to bfloat16.
func (c *Convolver) TransposeRounded(t Transpose) {
	s := &t.Shape
	if c.rounder.Pairs() == nil {
		t.Y, t.W = c.round(0, t.Y), c.round(1, t.W)
		c.Transpose(t)
		return
	}
	t.Y = c.pairPlanes(0, t.Y, s.N, s.K, s.OutH*s.OutW)
	t.W = c.pairPlanes(1, t.W, 1, s.K, s.C*s.R*s.S)
	s.K = microkernel.PairWords(s.K)
	c.use(c.rounder.Pairs())
	c.Transpose(t)
	c.use(c.float32s)
}

// WeightGradRounded computes the gradient of a convolution with respect to its weights, with X
// and Y rounded to bfloat16.
func (c *Convolver) WeightGradRounded(g WeightGrad) {
	s := &g.Shape
	if c.rounder.Pairs() == nil || s.OutW == 1 { // one pixel in a row makes no pair
		g.X, g.Y = c.round(0, g.X), c.round(1, g.Y)
		c.WeightGrad(g)
		return
	}
	g.Y = c.rounder.PairColumns(&c.operands[0], bfloat16.Matrix{Data: g.Y, Rows: s.N * s.K * s.OutH, Columns: s.OutW, Pitch: s.OutW})
	plan := planWeights(c.rounder.Pairs(), s)
	plan.paired, plan.width = true, microkernel.PairWords(s.OutW)
	c.use(c.rounder.Pairs())
	c.weightGrad(g, plan)
	c.use(c.float32s)
}

// round returns x, rounded, in c.operands[i].
func (c *Convolver) round(i int, x []float32) []float32 {
	const columns = 4096 // a row of the matrix as which x is divided among workers
	whole := len(x) / columns
	aligned.Grow(&c.operands[i], len(x))
	dst := c.rounder.Round(&c.operands[i], bfloat16.Matrix{Data: x, Rows: whole, Columns: columns, Pitch: columns})[:len(x)]
	c.spaces[0].loops.Round(dst[whole*columns:], x[whole*columns:])
	return dst
}

// pairPlanes pairs neighboring channels of images whose planes have the given number of
// elements, and returns the pairs in c.operands[i].
func (c *Convolver) pairPlanes(i int, x []float32, images, channels, plane int) []float32 {
	return c.rounder.PairRows(&c.operands[i], bfloat16.Matrix{Data: x, Rows: images * channels, Columns: plane, Pitch: plane}, channels)
}

// pairPixels pairs each element of image with the one that lies step elements after it, in
// w.pairs. The last step elements belong to no pixel that begins a pair, and are 0. If a row of
// y has an odd number of pixels, the last pair of y has a 0 in place of a pixel, so that the
// pixel of image that it multiplies may be any, but must be finite.
func (w *workspace) pairPixels(image []float32, step int) []float32 {
	pairs := aligned.Grow(&w.pairs, len(image))
	n := max(0, len(image)-slack-step)
	w.kernels.PairRows(pairs, n, image, image[min(step, len(image)):], n, 1, n)
	clear(pairs[n:])
	return pairs
}
