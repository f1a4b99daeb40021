package cpu

import "github.com/topogen/topogen/kernels"

// GatherRows sets row k of dst to row index[k] of src.
func (d *Device) GatherRows(dst, src kernels.Buffer, width int, index []int32) {
	kernels.CheckRows("GatherRows", src, dst, width, index)
	if width == 0 {
		return
	}
	d.args = args{dst: d.span(dst), x: d.span(src), k: width, n: max(1, chunk/width), index: index}
	d.pool.run((len(index)+d.args.n-1)/d.args.n, func(a *args, part int) {
		for k := part * a.n; k < min(len(a.index), (part+1)*a.n); k++ {
			i := int(a.index[k])
			copy(a.dst[k*a.k:(k+1)*a.k], a.x[i*a.k:(i+1)*a.k])
		}
	}, &d.args)
}

// ScatterRows adds row k of src to row index[k] of dst.
func (d *Device) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	kernels.CheckRows("ScatterRows", dst, src, width, index)
	d.args = args{dst: d.span(dst), x: d.span(src), k: width, index: index}
	d.pool.run((width+columns-1)/columns, func(a *args, part int) {
		lo, hi := part*columns, min(a.k, (part+1)*columns)
		for k, i := range a.index {
			affine(a.dst[int(i)*a.k+lo:int(i)*a.k+hi], a.x[k*a.k+lo:k*a.k+hi], 1, 0, true)
		}
	}, &d.args)
}
