package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A Window says how the kernel of a convolution moves over an image. The zero
// Window moves by one and pads nothing.
type Window struct {
	Stride        HW // 0 means 1
	Padding       HW // zeros around the image
	OutputPadding HW // rows and columns that a transposed convolution adds at the end, less than Stride
}

// HW is a number for each of an image's two axes, its height and its width.
type HW struct{ H, W int }

// Both returns n for both axes.
func Both(n int) HW { return HW{n, n} }

// Conv2d returns act(x ⋆ w + b), the cross-correlation that deep learning calls
// a convolution, for images x (N×C×H×W), kernels w (K×C×R×S, as PyTorch keeps
// them) and b of shape K, or nil for none. The result has shape N×K×H′×W′ with
// H′ = ⌊(H + 2·Padding − R)/Stride⌋ + 1, and likewise W′. Activations are fused
// as in [Linear].
func Conv2d(x, w, b *Var, window Window, act kernels.Func) *Var {
	if !act.IsActivation() {
		return Map(act, Conv2d(x, w, b, window, kernels.Identity))
	}
	t := x.Tape()
	s, ok := window.convShape(x, w, b)
	if !ok {
		panic(window.mismatch("Conv2d", x, w, b, "N×C×H×W, K×C×R×S and K"))
	}
	y := t.resultWithBias([]int{s.N, s.K, s.OutH, s.OutW}, x, w, b)
	t.device.Conv(s, y.value, x.value, w.value, b.biasValue(), act)
	y.OnBackward(func() {
		dz := y.beforeActivation(act, b, kernels.SumShape{K0: 1, R0: s.N, K1: s.K, R1: s.OutH * s.OutW})
		if x.needsGrad {
			dx, store := x.GradTarget()
			t.device.ConvTranspose(s, dx, dz, w.value, kernels.Buffer{}, kernels.Identity, store)
		}
		if w.needsGrad {
			dw, store := w.GradTarget()
			t.device.ConvWeightGrad(s, dw, x.value, dz, store)
		}
	})
	return y
}

// ConvTranspose2d returns act(xᵀ⋆w + b), the transposed convolution: the adjoint
// of [Conv2d] with the same kernels. x holds images (N×K×H×W), w the kernels
// (K×C×R×S, in×out as PyTorch keeps them), b has shape C, or is nil for none.
// The result has shape N×C×H′×W′ with
// H′ = (H − 1)·Stride − 2·Padding + R + OutputPadding, and likewise W′.
// Activations are fused as in [Linear].
func ConvTranspose2d(x, w, b *Var, window Window, act kernels.Func) *Var {
	if !act.IsActivation() {
		return Map(act, ConvTranspose2d(x, w, b, window, kernels.Identity))
	}
	t := x.Tape()
	s, ok := window.convTransposeShape(x, w, b)
	if !ok {
		panic(window.mismatch("ConvTranspose2d", x, w, b, "N×K×H×W, K×C×R×S and C"))
	}
	// The device's contract names x and y by their roles in Conv, where y, the
	// result here, is the input.
	y := t.resultWithBias([]int{s.N, s.C, s.H, s.W}, x, w, b)
	t.device.ConvTranspose(s, y.value, x.value, w.value, b.biasValue(), act, kernels.Set)
	y.OnBackward(func() {
		dz := y.beforeActivation(act, b, kernels.SumShape{K0: 1, R0: s.N, K1: s.C, R1: s.H * s.W})
		if x.needsGrad {
			dx, store := x.GradTarget()
			target := dx
			if store == kernels.Add {
				target = t.Scratch(dx.Len())
			}
			t.device.Conv(s, target, dz, w.value, kernels.Buffer{}, kernels.Identity)
			if store == kernels.Add {
				t.device.AddScaled(dx, 1, target)
			}
		}
		if w.needsGrad {
			dw, store := w.GradTarget()
			t.device.ConvWeightGrad(s, dw, dz, x.value, store)
		}
	})
	return y
}

// strides returns the stride with its default.
func (window Window) strides() HW {
	return HW{max(1, window.Stride.H), max(1, window.Stride.W)}
}

// convShape returns the sizes of a convolution, false if they do not fit.
func (window Window) convShape(x, w, b *Var) (kernels.ConvShape, bool) {
	if len(x.shape) != 4 || len(w.shape) != 4 || x.shape[1] != w.shape[1] || window.OutputPadding != (HW{}) {
		return kernels.ConvShape{}, false
	}
	stride, pad := window.strides(), window.Padding
	s := kernels.ConvShape{
		N: x.shape[0], C: x.shape[1], H: x.shape[2], W: x.shape[3],
		K: w.shape[0], R: w.shape[2], S: w.shape[3],
		StrideH: stride.H, StrideW: stride.W, PadH: pad.H, PadW: pad.W,
	}
	spanH, spanW := s.H+2*s.PadH-s.R, s.W+2*s.PadW-s.S
	s.OutH, s.OutW = spanH/stride.H+1, spanW/stride.W+1
	return s, spanH >= 0 && spanW >= 0 && window.fits(s, b, s.K)
}

// convTransposeShape returns the sizes of the convolution that a transposed one
// is the adjoint of, false if they do not fit.
func (window Window) convTransposeShape(x, w, b *Var) (kernels.ConvShape, bool) {
	if len(x.shape) != 4 || len(w.shape) != 4 || x.shape[1] != w.shape[0] {
		return kernels.ConvShape{}, false
	}
	stride, pad, extra := window.strides(), window.Padding, window.OutputPadding
	s := kernels.ConvShape{
		N: x.shape[0], K: x.shape[1], OutH: x.shape[2], OutW: x.shape[3],
		C: w.shape[1], R: w.shape[2], S: w.shape[3],
		StrideH: stride.H, StrideW: stride.W, PadH: pad.H, PadW: pad.W,
	}
	s.H = (s.OutH-1)*stride.H - 2*pad.H + s.R + extra.H
	s.W = (s.OutW-1)*stride.W - 2*pad.W + s.S + extra.W
	return s, s.OutH >= 1 && s.OutW >= 1 && s.H >= 1 && s.W >= 1 &&
		extra.H >= 0 && extra.W >= 0 && extra.H < stride.H && extra.W < stride.W &&
		window.fits(s, b, s.C)
}

// fits reports whether what both directions ask for holds.
func (window Window) fits(s kernels.ConvShape, b *Var, channels int) bool {
	return s.R >= 1 && s.S >= 1 &&
		window.Stride.H >= 0 && window.Stride.W >= 0 && s.PadH >= 0 && s.PadW >= 0 &&
		(b == nil || len(b.shape) == 1 && b.shape[0] == channels)
}

func (window Window) mismatch(operation string, x, w, b *Var, want string) string {
	return fmt.Sprintf("autograd: %s of input %s, weight %s%s, window %+v; want %s, and a kernel that fits",
		operation, text(x.shape), text(w.shape), b.biasText(), window, want)
}
