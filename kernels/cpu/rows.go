package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// GatherRows sets row k of dst to row index[k] of src, for each k. Rows have width elements.
func (d *Device) GatherRows(dst, src kernels.Buffer, width int, index []int32) {
	check.Rows("GatherRows", src, dst, width, index)
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

const (
	// scatterColumns is the number of columns in a part of ScatterRows, and of
	// PairsGrad. A part adds these columns of all rows, so that each element of the
	// result is a sum in the order of the index, or of the pairs.
	scatterColumns = 64

	// scatterParts is the number of ranges of rows into which ScatterRows also divides
	// dst if src is large. A part is then some columns of one range. It passes over the
	// whole index and adds the rows whose index lies in its range.
	scatterParts = 8
)

// ScatterRows adds row k of src to row index[k] of dst, for each k. Rows have width
// elements.
func (d *Device) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	check.Rows("ScatterRows", dst, src, width, index)
	if width == 0 {
		return
	}
	a := args{dst: d.span(dst), x: d.span(src), k: width, n: dst.Len() / width, index: index}
	if src.Len() > scatterParts*chunk {
		a.n = ceilDiv(a.n, scatterParts)
	}
	d.run(ceilDiv(width, scatterColumns)*ceilDiv(dst.Len(), max(1, a.n*width)), func(a *args, part int) {
		across := ceilDiv(a.k, scatterColumns)
		lo, hi := part%across*scatterColumns, min(a.k, (part%across+1)*scatterColumns)
		first := part / across * a.n
		for k, i := range a.index {
			if row := int(i); row >= first && row < first+a.n {
				a.loops.Affine(a.dst[row*a.k+lo:row*a.k+hi], a.x[k*a.k+lo:k*a.k+hi], 1, 0, true)
			}
		}
	}, a)
}
