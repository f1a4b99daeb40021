package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// The compositions of this file compute a convolution as a matrix product, image by
// image.
//
// im2col builds the matrix of columns of an image, (C·R·S)×(OutH·OutW): row i holds the
// pixels that weight i of a filter multiplies, one for each output pixel. With the filters
// as a matrix w, K×(C·R·S), and an image's output as a matrix y, K×(OutH·OutW):
//
//	Conv             y  = w·columns
//	ConvTranspose    x  = col2im(wᵀ·y), the adjoint of im2col: overlapping pixels add up
//	ConvWeightGrad   dw = Σ over images of y·columnsᵀ
//
// im2col is one strided copy from an image with its padding, since the pixel that a weight
// multiplies moves by Stride pixels from one output pixel to the next. The compositions use
// memory for one padded image, C·(H+2·PadH)·(W+2·PadW) values, and one matrix of columns,
// C·R·S·OutH·OutW values.
//
// K. Chellapilla, S. Puri, P. Simard, "High performance convolutional neural networks
// for document processing", 2006.

// Conv is [kernels.Convolution].Conv, composed of im2col and Gemm.
func Conv(dev kernels.Device, s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	if d, ok := dev.(kernels.Convolution); ok {
		d.Conv(s, y, x, w, bias, act)
		return
	}
	check.Conv("Conv", s, x, y, w)
	check.Bias("Conv", bias, s.K, act)
	c := newColumns(dev, s)
	defer c.free()
	for i := range s.N {
		c.im2col(c.image(x, i))
		dev.Gemm(kernels.Gemm{M: s.K, N: c.pixels, K: c.weights, Alpha: 1, A: w, B: c.matrix, C: row(y, i, s.K*c.pixels)})
	}
	activate(dev, y, bias, []int{s.N, s.K, c.pixels}, act)
}

// ConvTranspose is [kernels.Convolution].ConvTranspose, composed of Gemm and col2im.
func ConvTranspose(dev kernels.Device, s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, mode kernels.WriteMode) {
	if d, ok := dev.(kernels.Convolution); ok {
		d.ConvTranspose(s, x, y, w, bias, act, mode)
		return
	}
	check.Conv("ConvTranspose", s, x, y, w)
	check.Bias("ConvTranspose", bias, s.C, act)
	check.WrittenActivation(act, mode)
	c := newColumns(dev, s)
	defer c.free()
	for i := range s.N {
		dev.Gemm(kernels.Gemm{M: c.weights, N: c.pixels, K: s.K, TransA: true, Alpha: 1, A: w, B: row(y, i, s.K*c.pixels), C: c.matrix})
		c.col2im(c.image(x, i), mode)
	}
	activate(dev, x, bias, []int{s.N, s.C, s.H * s.W}, act)
}

// ConvWeightGrad is [kernels.Convolution].ConvWeightGrad, composed of im2col and Gemm.
func ConvWeightGrad(dev kernels.Device, s kernels.ConvShape, dw, x, y kernels.Buffer, mode kernels.WriteMode) {
	if d, ok := dev.(kernels.Convolution); ok {
		d.ConvWeightGrad(s, dw, x, y, mode)
		return
	}
	check.Conv("ConvWeightGrad", s, x, y, dw)
	if mode == kernels.Overwrite {
		dev.Fill(dw, 0)
	}
	c := newColumns(dev, s)
	defer c.free()
	for i := range s.N {
		c.im2col(c.image(x, i))
		dev.Gemm(kernels.Gemm{M: s.K, N: c.weights, K: c.pixels, TransB: true, Alpha: 1, Beta: 1, A: row(y, i, s.K*c.pixels), B: c.matrix, C: dw})
	}
}

// activate sets y = act(y + bias). y has the given shape, N×channels×pixels. bias is empty
// or has one value for each channel.
func activate(dev kernels.Device, y, bias kernels.Buffer, shape []int, act kernels.Func) {
	if bias.Len() != 0 {
		dev.CopyStrided(y, []int{shape[1] * shape[2], shape[2], 1}, bias, []int{0, 1, 0}, shape, kernels.Accumulate)
	}
	if act != kernels.Identity {
		dev.Map(act, y, y)
	}
}

// columns holds the memory of im2col and col2im: the matrix of columns of one image, and one
// image with its padding.
type columns struct {
	scratch
	shape   kernels.ConvShape
	weights int            // rows of matrix: weights of a filter, C·R·S
	pixels  int            // columns of matrix: pixels of an output channel, OutH·OutW
	matrix  kernels.Buffer // weights×pixels
	padded  kernels.Buffer // C×height×width; in im2col the padding is 0
	height  int            // of the padded image, H + 2·PadH
	width   int            // of the padded image, W + 2·PadW
}

func newColumns(dev kernels.Device, s kernels.ConvShape) columns {
	c := columns{
		scratch: newScratch(dev), shape: s,
		weights: s.C * s.R * s.S, pixels: s.OutH * s.OutW,
		height: s.H + 2*s.PadH, width: s.W + 2*s.PadW,
	}
	c.matrix, c.padded = c.alloc(c.weights*c.pixels), c.alloc(s.C*c.height*c.width)
	dev.Fill(c.padded, 0)
	return c
}

// image returns image i of a batch x of the convolution's inputs.
func (c *columns) image(x kernels.Buffer, i int) kernels.Buffer {
	return row(x, i, c.shape.C*c.shape.H*c.shape.W)
}

// interior returns the strides of the padded image along channels, rows and columns, and the
// index in padded of the first pixel that is not padding.
func (c *columns) interior() (strides []int, start int) {
	return []int{c.height * c.width, c.width, 1}, c.shape.PadH*c.width + c.shape.PadW
}

// im2col sets matrix to the matrix of columns of an image.
func (c *columns) im2col(image kernels.Buffer) {
	s := c.shape
	strides, start := c.interior()
	c.dev.CopyStrided(c.padded.Slice(start, c.padded.Len()), strides, image, []int{s.H * s.W, s.W, 1}, []int{s.C, s.H, s.W}, kernels.Overwrite)
	shape := []int{s.C, s.R, s.S, s.OutH, s.OutW}
	dense := []int{s.R * s.S * c.pixels, s.S * c.pixels, c.pixels, s.OutW, 1}
	c.dev.CopyStrided(c.matrix, dense, c.padded, []int{c.height * c.width, c.width, 1, s.StrideH * c.width, s.StrideW}, shape, kernels.Overwrite)
}

// col2im is the adjoint of im2col: it stores into each pixel of image the sum of those
// elements of matrix to which im2col copies that pixel.
func (c *columns) col2im(image kernels.Buffer, mode kernels.WriteMode) {
	s := c.shape
	c.dev.Fill(c.padded, 0)
	for p := range s.R {
		for q := range s.S {
			c.dev.CopyStrided(
				c.padded.Slice(p*c.width+q, c.padded.Len()), []int{c.height * c.width, s.StrideH * c.width, s.StrideW},
				c.matrix.Slice((p*s.S+q)*c.pixels, c.matrix.Len()), []int{s.R * s.S * c.pixels, s.OutW, 1},
				[]int{s.C, s.OutH, s.OutW}, kernels.Accumulate)
		}
	}
	strides, start := c.interior()
	c.dev.CopyStrided(image, []int{s.H * s.W, s.W, 1}, c.padded.Slice(start, c.padded.Len()), strides, []int{s.C, s.H, s.W}, mode)
}
