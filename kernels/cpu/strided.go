package cpu

import "github.com/topogen/topogen/kernels"

// CopyStrided copies, or adds, an array between two strided spans.
func (d *Device) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides []int, shape []int, store kernels.Store) {
	kernels.CheckStrided("CopyStrided", "destination", dst.Len(), shape, dstStrides)
	kernels.CheckStrided("CopyStrided", "source", src.Len(), shape, srcStrides)
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
		rows := min(transposeRows, w.blocked-c.index[w.rank-2]*transposeRows)
		transpose(a.loops, &a.dst[c.at[0]], w.strides[0][w.rank-1], &a.x[c.at[1]], w.srcStride, rows, c.n)
	}
}

// ZipStrided stores op(a, b) into dst, a dense array.
func (d *Device) ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides []int, shape []int, store kernels.Store) {
	kernels.CheckZipStrided(op, dst, a, aStrides, b, bStrides, shape)
	var dense [kernels.MaxRank]int
	n := 1
	for k := len(shape) - 1; k >= 0; k-- {
		dense[k] = n
		n *= shape[k]
	}
	d.walk.init(shape, dense[:len(shape)], aStrides, bStrides)
	d.run(d.walk.parts(), zipStrided, args{dst: d.span(dst), x: d.span(a), y: d.span(b), op: op, add: store == kernels.Add, walk: &d.walk})
}

func zipStrided(a *args, part int) {
	w := a.walk
	as, bs := w.strides[1][w.rank-1], w.strides[2][w.rank-1]
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
	rank    int
	shape   [kernels.MaxRank]int
	strides [3][kernels.MaxRank]int

	rows, rowsPerPart int // all rows, and how many a part visits
	rowParts          int // into how many parts a long row is cut

	// After transpose, the last axis but one counts blocks of transposeRows
	// rows, of which the array has blocked, srcStride apart in the source and
	// side by side in the destination.
	blocked, srcStride int
}

const transposeRows = 16

// init orders axes by the first array's strides and merges neighbouring ones
// that all three arrays pass through evenly, so that rows are as long as can be.
func (w *walk) init(shape []int, strides ...[]int) {
	var order [kernels.MaxRank]int
	w.rank, w.rows = 0, 1
	n := 0 // axes of more than one element
	for k, length := range shape {
		if length == 0 {
			w.rows = 0
			return
		}
		if length == 1 {
			continue
		}
		i := n
		for ; i > 0 && strides[0][order[i-1]] < strides[0][k]; i-- {
			order[i] = order[i-1]
		}
		order[i] = k
		n++
	}
	for _, k := range order[:n] {
		last := w.rank - 1
		merge := last >= 0
		for o := range strides {
			merge = merge && w.strides[o][last] == shape[k]*strides[o][k]
		}
		if !merge {
			last++
			w.rank++
			w.shape[last] = 1
		}
		w.shape[last] *= shape[k]
		for o := range strides {
			w.strides[o][last] = strides[o][k]
		}
	}
	if w.rank == 0 { // a single element
		w.rank, w.shape[0] = 1, 1
		w.strides[0][0], w.strides[1][0], w.strides[2][0] = 1, 1, 1
	}
	w.divide(chunk)
}

// divide sets how many rows make a part of about so many elements.
func (w *walk) divide(size int) {
	w.rows = 1
	for _, n := range w.shape[:w.rank-1] {
		w.rows *= n
	}
	n := w.shape[w.rank-1]
	w.rowsPerPart, w.rowParts = max(1, size/n), chunks(n)
}

// transpose makes blocks of rows of a walk whose destination is dense along the
// last axis and whose source is dense along another. It reports whether it is
// such a walk.
func (w *walk) transpose() bool {
	last := w.rank - 1
	if w.rows == 0 || last < 1 || w.strides[0][last] != 1 || w.strides[1][last] == 0 {
		return false
	}
	for k := range last {
		if w.strides[1][k] != 1 || min(w.shape[k], w.shape[last]) < 8 {
			continue
		}
		// Move axis k to the end, behind the one that was last.
		n, dst := w.shape[k], w.strides[0][k]
		copy(w.shape[k:], w.shape[k+1:w.rank])
		copy(w.strides[0][k:], w.strides[0][k+1:w.rank])
		copy(w.strides[1][k:], w.strides[1][k+1:w.rank])
		w.blocked, w.srcStride = w.shape[last-1], w.strides[1][last-1]
		w.shape[last-1] = ceilDiv(w.blocked, transposeRows)
		w.strides[0][last-1] = transposeRows
		w.strides[1][last-1] *= transposeRows
		w.shape[last], w.strides[0][last], w.strides[1][last] = n, dst, 1
		w.divide(chunk / transposeRows)
		return true
	}
	return false
}

// steps returns the first two arrays' steps along a row.
func (w *walk) steps() (dst, src int) { return w.strides[0][w.rank-1], w.strides[1][w.rank-1] }

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
	lo, hi := bounds(part%w.rowParts, w.shape[w.rank-1])
	c := cursor{w: w, n: hi - lo, rows: min(w.rowsPerPart, w.rows-row)}
	for o := range c.at {
		c.at[o] = lo * w.strides[o][w.rank-1]
	}
	for k := w.rank - 2; k >= 0; k-- {
		c.index[k] = row % w.shape[k]
		row /= w.shape[k]
		for o := range c.at {
			c.at[o] += c.index[k] * w.strides[o][k]
		}
	}
	return c
}

// next moves to the next row.
func (c *cursor) next() {
	c.rows--
	w := c.w
	for k := w.rank - 2; k >= 0; k-- {
		c.index[k]++
		for o := range c.at {
			c.at[o] += w.strides[o][k]
		}
		if c.index[k] < w.shape[k] {
			return
		}
		c.index[k] = 0
		for o := range c.at {
			c.at[o] -= w.shape[k] * w.strides[o][k]
		}
	}
}
