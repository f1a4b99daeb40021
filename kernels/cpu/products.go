package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/conv"
	"github.com/topogen/topogen/kernels/cpu/internal/gemm"
	"github.com/topogen/topogen/kernels/internal/check"
)

// rounds reports whether products round their operands to bfloat16.
func (d *Device) rounds() bool { return d.precision == kernels.BFloat16 }

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias), where op(A) is M×K and op(B) is
// K×N. Before the activation, the error of an element of C is at most (K+4)·2⁻²⁴ times the
// sum of the magnitudes of its terms, for operands in the precision of the device. Rounding
// them to bfloat16 adds at most (2·2⁻⁸ + 2⁻¹⁶) times that sum.
func (d *Device) Gemm(g kernels.Gemm) {
	g = check.Gemm(g)
	p := gemm.Product{
		M: g.M, N: g.N, K: g.K, TransA: g.TransA, TransB: g.TransB, Alpha: g.Alpha, Beta: g.Beta,
		A: d.span(g.A), B: d.span(g.B), C: d.span(g.C), Bias: d.span(g.Bias),
		LDA: g.LDA, LDB: g.LDB, LDC: g.LDC, Act: g.Act,
	}
	if d.rounds() && !g.Unrounded {
		d.gemm.MultiplyRounded(p)
	} else {
		d.gemm.Multiply(p)
	}
}

// Conv computes y = act(x ⋆ w + bias), the convolution of the images x with the filters w.
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	check.Conv("Conv", s, x, y, w)
	check.Bias("Conv", bias, s.K, act)
	f := conv.Forward{Shape: s, Y: d.span(y), X: d.span(x), W: d.span(w), Bias: d.span(bias), Activation: act}
	if d.rounds() {
		d.conv.ForwardRounded(f)
	} else {
		d.conv.Forward(f)
	}
}

// ConvTranspose computes x = act(wᵀ·y + bias), where wᵀ is the adjoint of the convolution
// with w.
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, mode kernels.WriteMode) {
	check.Conv("ConvTranspose", s, x, y, w)
	check.Bias("ConvTranspose", bias, s.C, act)
	check.WrittenActivation(act, mode)
	t := conv.Transpose{
		Shape: s, X: d.span(x), Y: d.span(y), W: d.span(w), Bias: d.span(bias), Activation: act, Add: mode == kernels.Accumulate,
	}
	if d.rounds() {
		d.conv.TransposeRounded(t)
	} else {
		d.conv.Transpose(t)
	}
}

// ConvWeightGrad stores into dw the gradient of ⟨y, x ⋆ w⟩ with respect to w, or adds it to
// dw.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, mode kernels.WriteMode) {
	check.Conv("ConvWeightGrad", s, x, y, dw)
	g := conv.WeightGrad{Shape: s, DW: d.span(dw), X: d.span(x), Y: d.span(y), Add: mode == kernels.Accumulate}
	if d.rounds() {
		d.conv.WeightGradRounded(g)
	} else {
		d.conv.WeightGrad(g)
	}
}
