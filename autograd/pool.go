package autograd

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// PoolOptions describe the windows of [MaxPool2d] and [AvgPool2d].
//
// Size, Stride and Padding hold for both axes. Where height and width differ,
// set SizeHW, StrideHW and PaddingHW instead; setting both of a pair to other
// values than zero panics.
type PoolOptions struct {
	Size    int // rows and columns of a window
	Stride  int // pixels from one window to the next; 0 means Size: windows side by side
	Padding int // rows and columns on each side of the image, at most half of Size

	SizeHW, StrideHW, PaddingHW [2]int // height, width

	// ExcludePadding makes AvgPool2d divide by the number of a window's pixels
	// that lie in the image, instead of by the size of the window.
	ExcludePadding bool
}

// MaxPool2d returns the largest pixel of each window of images x (N×C×H×W).
// The result has shape N×C×H′×W′ with H′ = ⌊(H + 2·Padding − Size)/Stride⌋ + 1,
// and likewise W′. A pixel of the padding is never the largest. The gradient goes to the
// largest pixel. If several are equally large it goes to the first in row-major order.
func MaxPool2d(x *Var, o PoolOptions) *Var {
	t, dev := x.Tape(), x.Tape().device
	p := t.newPool("MaxPool2d", x, o)
	y := t.Result([]int{x.shape[0], x.shape[1], p.outH, p.outW}, x)
	padded := p.pad(x.value, float32(math.Inf(-1)))
	p.fold(kernels.Max, y.value, padded)
	y.OnBackward(func() {
		target := p.newTarget(x)
		left, here := t.Scratch(y.Len()), t.Scratch(y.Len())
		dev.Copy(left, y.grad) // each window's gradient; 0 once a pixel has received it
		for i := range p.area() {
			p.zip(kernels.Greater, here, p.dense(y.value), p.tap(padded, i))
			dev.Affine(here, here, -2, 2, kernels.Overwrite) // 1 where the pixel is the window's largest, else 0
			dev.Zip(kernels.Mul, here, here, left, kernels.Overwrite)
			dev.AddScaled(left, -1, here)
			target.add(i, here)
		}
		target.store()
	})
	return y
}

// AvgPool2d returns the mean of each window of images x (N×C×H×W), with shapes
// as in [MaxPool2d]. Padding counts as zeros, unless ExcludePadding is set.
func AvgPool2d(x *Var, o PoolOptions) *Var {
	t := x.Tape()
	p := t.newPool("AvgPool2d", x, o)
	y := t.Result([]int{x.shape[0], x.shape[1], p.outH, p.outW}, x)
	padded := p.pad(x.value, 0)
	share := p.shares(o.ExcludePadding)
	p.fold(kernels.Add, y.value, padded)
	p.zip(kernels.Mul, y.value, p.dense(y.value), share)
	y.OnBackward(func() {
		each := t.Scratch(y.Len())
		p.zip(kernels.Mul, each, p.dense(y.grad), share)
		target := p.newTarget(x)
		for i := range p.area() {
			target.add(i, each)
		}
		target.store()
	})
	return y
}
