package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// The products are plain so far: a thread for each element of the result.
var (
	gemm           = entry{"products", "gemm"}
	conv           = entry{"products", "conv"}
	convTranspose  = entry{"products", "conv_transpose"}
	convWeightGrad = entry{"products", "conv_weight_grad"}
)

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
func (d *Device) Gemm(g kernels.Gemm) {
	g = g.Check()
	aRow, aDepth := g.LDA, 1
	if g.TransA {
		aRow, aDepth = 1, g.LDA
	}
	bDepth, bColumn := g.LDB, 1
	if g.TransB {
		bDepth, bColumn = 1, g.LDB
	}
	n := g.M * g.N
	d.launch(gemm, Dim{X: blocks(n, work.Threads)}, Dim{X: work.Threads},
		d.span(g.C), d.span(g.A), d.span(g.B), d.span(g.Bias), Int32(n), Int32(g.N), Int32(g.K), Int32(g.LDC),
		Int32(aRow), Int32(aDepth), Int32(bDepth), Int32(bColumn), Float32(g.Alpha), Float32(g.Beta), Int32(int(g.Act)))
}

// Conv computes y = act(x ⋆ w + bias).
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	s.Check("Conv", x, y, w)
	kernels.CheckBias("Conv", bias, s.K, act)
	d.convolve(conv, s, y, x, w, bias, act, kernels.Set)
}

// ConvTranspose computes x = act(wᵀ applied to y + bias).
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, store kernels.Store) {
	s.Check("ConvTranspose", x, y, w)
	kernels.CheckBias("ConvTranspose", bias, s.C, act)
	if store == kernels.Add && act != kernels.Identity {
		panic("kernels: ConvTranspose: an activation cannot be added")
	}
	d.convolve(convTranspose, s, x, y, w, bias, act, store)
}

// convolve launches a kernel over the elements of dst.
func (d *Device) convolve(e entry, s kernels.ConvShape, dst, src, w, bias kernels.Buffer, act kernels.Func, store kernels.Store) {
	args := append(d.args[:0], d.span(dst), d.span(src), d.span(w), d.span(bias), Int32(dst.Len()))
	args = append(shapeArgs(args, s), Int32(int(act)), Int32(int(store)))
	d.launch(e, Dim{X: blocks(dst.Len(), work.Threads)}, Dim{X: work.Threads}, args...)
}

// ConvWeightGrad stores the gradient of ⟨y, Conv(x, w)⟩ into dw.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, store kernels.Store) {
	s.Check("ConvWeightGrad", x, y, dw)
	args := append(d.args[:0], d.span(dw), d.span(x), d.span(y), Int32(s.N))
	args = append(shapeArgs(args, s), Int32(int(store)))
	d.launch(convWeightGrad, Dim{X: dw.Len()}, Dim{X: work.Threads}, args...)
}

// shapeArgs appends the sizes of a convolution, as kernels take them.
func shapeArgs(args []Arg, s kernels.ConvShape) []Arg {
	for _, n := range [...]int{s.C, s.H, s.W, s.K, s.R, s.S, s.StrideH, s.StrideW, s.PadH, s.PadW, s.OutH, s.OutW} {
		args = append(args, Int32(n))
	}
	return args
}
