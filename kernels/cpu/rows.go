package cpu

import "github.com/topogen/topogen/kernels"

// GatherRows sets row k of dst to row index[k] of src.
func (d *Device) GatherRows(dst, src kernels.Buffer, width int, index []int32) {
	kernels.CheckRows("GatherRows", src, dst, width, index)
	if width == 0 {
		return
	}
	rows := max(1, chunk/width)
	d.run(ceilDiv(len(index), rows), func(a *args, part int) {
		for k := part * a.n; k < min(len(a.index), (part+1)*a.n); k++ {
			i := int(a.index[k])
			copy(a.dst[k*a.k:(k+1)*a.k], a.x[i*a.k:])
		}
	}, args{dst: d.span(dst), x: d.span(src), k: width, n: rows, index: index})
}

// columns is how many columns of a matrix one part of a scattering kernel
// works on: all rows, so that what falls on one row is added in order.
const columns = 64

// ScatterRows adds row k of src to row index[k] of dst.
func (d *Device) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	kernels.CheckRows("ScatterRows", dst, src, width, index)
	d.run(ceilDiv(width, columns), func(a *args, part int) {
		lo, hi := part*columns, min(a.k, (part+1)*columns)
		for k, i := range a.index {
			at := int(i) * a.k
			a.loops.affine(a.dst[at+lo:at+hi], a.x[k*a.k+lo:k*a.k+hi], 1, 0, true)
		}
	}, args{dst: d.span(dst), x: d.span(src), k: width, index: index})
}
