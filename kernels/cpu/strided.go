package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/internal/axes"
	"github.com/topogen/topogen/kernels/internal/check"
)

// CopyStrided copies the array src to the array dst of the same shape, or adds src to dst.
// Each array has its own strides, in elements.
func (d *Device) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides []int, shape []int, mode kernels.WriteMode) {
	check.Strided("CopyStrided", "destination", dst.Len(), shape, dstStrides)
	check.Strided("CopyStrided", "source", src.Len(), shape, srcStrides)
	d.walk.init(shape, dstStrides, srcStrides, srcStrides)
	body := copyStrided
	if mode == kernels.Overwrite && d.walk.transpose() {
		body = copyTransposed
	}
	d.run(d.walk.parts(), body, args{dst: d.span(dst), x: d.span(src), add: mode == kernels.Accumulate, walk: &d.walk})
}

// copyStrided copies the rows of one part.
func copyStrided(a *args, part int) {
	w := a.walk
	ds, xs := w.steps()
	for c := w.start(part); c.rows > 0; c.next() {
		dst, x := a.dst[c.at[0]:], a.x[c.at[1]:]
		switch {
		case a.add && ds == 1 && xs == 1:
			a.loops.Affine(dst[:c.n], x[:c.n], 1, 0, true)
		case a.add:
			for i := range c.n {
				dst[i*ds] += x[i*xs]
			}
		case ds == 1 && xs == 1:
			copy(dst[:c.n], x)
		case ds == 1 && xs == 0:
			a.loops.Fill(dst[:c.n], x[0])
		default:
			for i := range c.n {
				dst[i*ds] = x[i*xs]
			}
		}
	}
}

// copyTransposed copies the blocks of rows of one part; see walk.transpose. The elements
// of a row are consecutive in the source. In the destination, elements at the same
// position in neighboring rows are consecutive, so the copy of a block is a transpose.
func copyTransposed(a *args, part int) {
	w := a.walk
	for c := w.start(part); c.rows > 0; c.next() {
		rows := min(transposeRows, w.blockedRows-c.index[w.Rank-2]*transposeRows)
		a.loops.Transpose(&a.dst[c.at[0]], w.Strides[0][w.Rank-1], &a.x[c.at[1]], w.srcStride, rows, c.n)
	}
}

// ZipStrided stores op(a, b) into dst, or adds it to dst, element by element. a and b have
// the given shape and strides, in elements. dst is dense.
func (d *Device) ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides []int, shape []int, mode kernels.WriteMode) {
	check.ZipStrided(op, dst, a, aStrides, b, bStrides, shape)
	dense := axes.Dense(shape)
	d.walk.init(shape, dense[:len(shape)], aStrides, bStrides)
	d.run(d.walk.parts(), zipStrided, args{dst: d.span(dst), x: d.span(a), y: d.span(b), op: op, add: mode == kernels.Accumulate, walk: &d.walk})
}

// zipStrided computes the rows of dst in one part.
func zipStrided(a *args, part int) {
	w := a.walk
	as, bs := w.Strides[1][w.Rank-1], w.Strides[2][w.Rank-1]
	for c := w.start(part); c.rows > 0; c.next() {
		dst, x, y := a.dst[c.at[0]:c.at[0]+c.n], a.x[c.at[1]:], a.y[c.at[2]:]
		switch {
		case as == 1 && bs == 1:
			a.loops.Zip[a.op](dst, x[:c.n], y[:c.n], a.add)
		case as == 0 && bs == 1:
			a.loops.ZipLeft[a.op](dst, x[0], y[:c.n], a.add)
		case as == 1 && bs == 0:
			a.loops.ZipRight[a.op](dst, x[:c.n], y[0], a.add)
		default:
			simd.ZipSteps(a.op, dst, x, y, as, bs, a.add)
		}
	}
}
