package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// GatherRows is [kernels.Rows].GatherRows. Its composition enqueues a copy for each
// row and uses no memory.
func GatherRows(dev kernels.Device, dst, src kernels.Buffer, width int, index []int32) {
	if d, ok := dev.(kernels.Rows); ok {
		d.GatherRows(dst, src, width, index)
		return
	}
	check.Rows("GatherRows", src, dst, width, index)
	if width == 0 {
		return
	}
	for k, i := range index {
		dev.Copy(row(dst, k, width), row(src, int(i), width))
	}
}

// ScatterRows is [kernels.Rows].ScatterRows. Its composition enqueues an addition for
// each row and uses no memory.
func ScatterRows(dev kernels.Device, dst, src kernels.Buffer, width int, index []int32) {
	if d, ok := dev.(kernels.Rows); ok {
		d.ScatterRows(dst, src, width, index)
		return
	}
	check.Rows("ScatterRows", dst, src, width, index)
	if width == 0 {
		return
	}
	for k, i := range index {
		dev.AddScaled(row(dst, int(i), width), 1, row(src, k, width))
	}
}

// row returns row i of a dense matrix with the given number of columns.
func row(b kernels.Buffer, i, width int) kernels.Buffer { return b.Slice(i*width, (i+1)*width) }
