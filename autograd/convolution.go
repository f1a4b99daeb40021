package autograd

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// Conv2d returns act(x ⋆ w + b), the cross-correlation that deep learning calls
// a convolution, for images x (N×C×H×W), kernels w (K×C×R×S, as PyTorch keeps
// them) and b of shape K, or nil for none. The result has shape N×K×H′×W′ with
// H′ = ⌊(H + 2·Padding − R)/Stride⌋ + 1, and likewise W′.
func Conv2d(x, w, b *Var, o ConvOptions, act Activation) *Var {
	if !act.IsActivation() {
		return Map(act, Conv2d(x, w, b, o, ActNone))
	}
	t := x.Tape()
	s, ok := o.conv(x, w, b)
	if !ok {
		panic(o.mismatch("Conv2d", x, w, b, "N×C×H×W, K×C×R×S and K"))
	}
	y := t.resultWithBias([]int{s.N, s.K, s.OutH, s.OutW}, x, w, b)
	fused.Conv(t.device, s, y.value, x.value, w.value, b.biasValue(), act)
	y.OnBackward(func() {
		dz := y.beforeActivation(act, b, kernels.SumShape{K0: 1, R0: s.N, K1: s.K, R1: s.OutH * s.OutW})
		if x.needsGrad {
			dx, mode := x.GradTarget()
			fused.ConvTranspose(t.device, s, dx, dz, w.value, kernels.Buffer{}, ActNone, mode)
		}
		if w.needsGrad {
			dw, mode := w.GradTarget()
			fused.ConvWeightGrad(t.device, s, dw, x.value, dz, mode)
		}
	})
	return y
}

// ConvTranspose2d returns act(xᵀ⋆w + b), the transposed convolution: the adjoint
// of [Conv2d] with the same kernels. x holds images (N×K×H×W), w the kernels
// (K×C×R×S, in×out as PyTorch keeps them), b has shape C, or is nil for none.
// The result has shape N×C×H′×W′ with
// H′ = (H − 1)·Stride − 2·Padding + R + OutputPadding, and likewise W′.
func ConvTranspose2d(x, w, b *Var, o ConvOptions, act Activation) *Var {
	if !act.IsActivation() {
		return Map(act, ConvTranspose2d(x, w, b, o, ActNone))
	}
	t := x.Tape()
	s, ok := o.convTranspose(x, w, b)
	if !ok {
		panic(o.mismatch("ConvTranspose2d", x, w, b, "N×K×H×W, K×C×R×S and C"))
	}
	// The ConvShape s describes the convolution of which this is the adjoint. The result y
	// here is the input there: N×C×H×W.
	y := t.resultWithBias([]int{s.N, s.C, s.H, s.W}, x, w, b)
	fused.ConvTranspose(t.device, s, y.value, x.value, w.value, b.biasValue(), act, kernels.Overwrite)
	y.OnBackward(func() {
		dz := y.beforeActivation(act, b, kernels.SumShape{K0: 1, R0: s.N, K1: s.C, R1: s.H * s.W})
		if x.needsGrad {
			dx, mode := x.GradTarget()
			target := dx
			if mode == kernels.Accumulate {
				target = t.Scratch(dx.Len())
			}
			fused.Conv(t.device, s, target, dz, w.value, kernels.Buffer{}, ActNone)
			if mode == kernels.Accumulate {
				t.device.AddScaled(dx, 1, target)
			}
		}
		if w.needsGrad {
			dw, mode := w.GradTarget()
			fused.ConvWeightGrad(t.device, s, dw, dz, x.value, mode)
		}
	})
	return y
}
