package cpu

import "github.com/topogen/topogen/kernels"

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
func (d *Device) Gemm(g kernels.Gemm) {
	g = g.Check()
	d.args = args{dst: d.span(g.C), x: d.span(g.A), y: d.span(g.B), z: d.span(g.Bias), gemm: g}
	if g.M == 0 || g.N == 0 {
		return
	}
	d.pool.run((g.M+gemmRows-1)/gemmRows, gemmPlain, &d.args)
}
