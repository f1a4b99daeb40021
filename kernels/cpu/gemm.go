package cpu

import "github.com/topogen/topogen/kernels"

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
func (d *Device) Gemm(g kernels.Gemm) {
	d.gemmPlain(g.Check())
}
