package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/axes"
	"github.com/topogen/topogen/kernels/internal/check"
)

// CopyStrided copies, or adds, an array between two strided spans.
func (d *Device) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides []int, shape []int, store kernels.Store) {
	check.Strided("CopyStrided", "destination", dst.Len(), shape, dstStrides)
	check.Strided("CopyStrided", "source", src.Len(), shape, srcStrides)
	d.walk.init(shape, dstStrides, srcStrides, srcStrides)
	body := copyStrided
	if store == kernels.Set && d.walk.transpose() {
		body = copyTransposed
	}
	d.run(d.walk.parts(), body, args{dst: d.span(dst), x: d.span(src), add: store == kernels.Add, walk: &d.walk})
}

func copyStrided(a *args, part int) {
	w := a.walk
	ds, xs := w.steps()
	for c := w.start(part); c.rows > 0; c.next() {
		dst, x := a.dst[c.at[0]:], a.x[c.at[1]:]
		switch {
		case a.add && ds == 1 && xs == 1:
			a.loops.affine(dst[:c.n], x[:c.n], 1, 0, true)
		case a.add:
			for i := range c.n {
				dst[i*ds] += x[i*xs]
			}
		case ds == 1 && xs == 1:
			copy(dst[:c.n], x)
		case ds == 1 && xs == 0:
			a.loops.fill(dst[:c.n], x[0])
		default:
			for i := range c.n {
				dst[i*ds] = x[i*xs]
			}
		}
	}
}

// copyTransposed is copyStrided of a walk whose rows are blocks of rows.
func copyTransposed(a *args, part int) {
	w := a.walk
	for c := w.start(part); c.rows > 0; c.next() {
		rows := min(transposeRows, w.blocked-c.index[w.Rank-2]*transposeRows)
		transpose(a.loops, &a.dst[c.at[0]], w.Strides[0][w.Rank-1], &a.x[c.at[1]], w.srcStride, rows, c.n)
	}
}

// ZipStrided stores op(a, b) into dst, a dense array.
func (d *Device) ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides []int, shape []int, store kernels.Store) {
	check.ZipStrided(op, dst, a, aStrides, b, bStrides, shape)
	dense := axes.Dense(shape)
	d.walk.init(shape, dense[:len(shape)], aStrides, bStrides)
	d.run(d.walk.parts(), zipStrided, args{dst: d.span(dst), x: d.span(a), y: d.span(b), op: op, add: store == kernels.Add, walk: &d.walk})
}

func zipStrided(a *args, part int) {
	w := a.walk
	as, bs := w.Strides[1][w.Rank-1], w.Strides[2][w.Rank-1]
	for c := w.start(part); c.rows > 0; c.next() {
		dst, x, y := a.dst[c.at[0]:c.at[0]+c.n], a.x[c.at[1]:], a.y[c.at[2]:]
		switch {
		case as == 1 && bs == 1:
			a.loops.zips[a.op](dst, x[:c.n], y[:c.n], a.add)
		case as == 0 && bs == 1:
			a.loops.zipLeft[a.op](dst, x[0], y[:c.n], a.add)
		case as == 1 && bs == 0:
			a.loops.zipRight[a.op](dst, x[:c.n], y[0], a.add)
		default:
			zipPlain(a.op, dst, x, y, as, bs, a.add)
		}
	}
}

// A walk visits the elements of up to three strided arrays of one shape, in
// rows along the last axis that can be worked on independently.
type walk struct {
	axes.Axes

	rows, rowsPerPart int // all rows, and how many a part visits
	rowParts          int // into how many parts a long row is cut

	// After transpose, the last axis but one counts blocks of transposeRows
	// rows, of which the array has blocked, srcStride apart in the source and
	// side by side in the destination.
	blocked, srcStride int
}

const transposeRows = 16

// init merges the arrays' axes, so that rows are as long as can be.
func (w *walk) init(shape []int, strides ...[]int) {
	w.Merge(shape, strides...)
	w.rows = 0
	if w.Rank > 0 {
		w.divide(chunk)
	}
}

// divide sets how many rows make a part of about so many elements.
func (w *walk) divide(size int) {
	w.rows = 1
	for _, n := range w.Shape[:w.Rank-1] {
		w.rows *= n
	}
	n := w.Shape[w.Rank-1]
	w.rowsPerPart, w.rowParts = max(1, size/n), chunks(n)
}

// transpose makes blocks of rows of a walk whose destination is dense along the
// last axis and whose source is dense along another. It reports whether it is
// such a walk.
func (w *walk) transpose() bool {
	last := w.Rank - 1
	if w.rows == 0 || last < 1 || w.Strides[0][last] != 1 || w.Strides[1][last] == 0 {
		return false
	}
	for k := range last {
		if w.Strides[1][k] != 1 || min(w.Shape[k], w.Shape[last]) < 8 {
			continue
		}
		// Move axis k to the end, behind the one that was last.
		n, dst := w.Shape[k], w.Strides[0][k]
		copy(w.Shape[k:], w.Shape[k+1:w.Rank])
		copy(w.Strides[0][k:], w.Strides[0][k+1:w.Rank])
		copy(w.Strides[1][k:], w.Strides[1][k+1:w.Rank])
		w.blocked, w.srcStride = w.Shape[last-1], w.Strides[1][last-1]
		w.Shape[last-1] = ceilDiv(w.blocked, transposeRows)
		w.Strides[0][last-1] = transposeRows
		w.Strides[1][last-1] *= transposeRows
		w.Shape[last], w.Strides[0][last], w.Strides[1][last] = n, dst, 1
		w.divide(chunk / transposeRows)
		return true
	}
	return false
}

// steps returns the first two arrays' steps along a row.
func (w *walk) steps() (dst, src int) { return w.Strides[0][w.Rank-1], w.Strides[1][w.Rank-1] }

func (w *walk) parts() int {
	if w.rows == 0 {
		return 0
	}
	return (w.rows + w.rowsPerPart - 1) / w.rowsPerPart * w.rowParts
}

// A cursor stands at a row, or a piece of a row, of a walk.
type cursor struct {
	w     *walk
	at    [3]int // where the row begins in each array
	n     int    // the row's length
	rows  int    // rows left, this one included
	index [kernels.MaxRank]int
}

// start returns a cursor at the first row of a part.
func (w *walk) start(part int) cursor {
	row := part / w.rowParts * w.rowsPerPart
	lo, hi := bounds(part%w.rowParts, w.Shape[w.Rank-1])
	c := cursor{w: w, n: hi - lo, rows: min(w.rowsPerPart, w.rows-row)}
	for o := range c.at {
		c.at[o] = lo * w.Strides[o][w.Rank-1]
	}
	for k := w.Rank - 2; k >= 0; k-- {
		c.index[k] = row % w.Shape[k]
		row /= w.Shape[k]
		for o := range c.at {
			c.at[o] += c.index[k] * w.Strides[o][k]
		}
	}
	return c
}

// next moves to the next row.
func (c *cursor) next() {
	c.rows--
	w := c.w
	for k := w.Rank - 2; k >= 0; k-- {
		c.index[k]++
		for o := range c.at {
			c.at[o] += w.Strides[o][k]
		}
		if c.index[k] < w.Shape[k] {
			return
		}
		c.index[k] = 0
		for o := range c.at {
			c.at[o] -= w.Shape[k] * w.Strides[o][k]
		}
	}
}
