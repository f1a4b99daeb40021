package cpu

import "github.com/topogen/topogen/kernels"

// CopyStrided copies, or adds, an array between two strided spans.
func (d *Device) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides []int, shape []int, store kernels.Store) {
	kernels.CheckStrided("CopyStrided", "destination", dst.Len(), shape, dstStrides)
	kernels.CheckStrided("CopyStrided", "source", src.Len(), shape, srcStrides)
	d.walk.init(shape, dstStrides, srcStrides, srcStrides)
	d.run(d.walk.parts(), copyStrided, args{dst: d.span(dst), x: d.span(src), add: store == kernels.Add, walk: &d.walk})
}

func copyStrided(a *args, part int) {
	w := a.walk
	ds, xs := w.steps()
	for c := w.start(part); c.rows > 0; c.next() {
		dst, x := a.dst[c.at[0]:], a.x[c.at[1]:]
		switch {
		case a.add && ds == 1 && xs == 1:
			a.loops.affine(dst[:c.n], x, 1, 0, true)
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
			a.loops.zips[a.op](dst, x, y, a.add)
		case as == 0 && bs == 1:
			a.loops.zipLeft[a.op](dst, x[0], y, a.add)
		case as == 1 && bs == 0:
			a.loops.zipRight[a.op](dst, x, y[0], a.add)
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
}

// init merges neighbouring axes that all three arrays pass through evenly, so
// that rows are as long as can be.
func (w *walk) init(shape []int, strides ...[]int) {
	w.rank, w.rows = 0, 1
	for k, n := range shape {
		if n == 0 {
			w.rows = 0
			return
		}
		if n == 1 {
			continue
		}
		last := w.rank - 1
		merge := last >= 0
		for o := range strides {
			merge = merge && w.strides[o][last] == n*strides[o][k]
		}
		if !merge {
			last++
			w.rank++
			w.shape[last] = 1
		}
		w.shape[last] *= n
		for o := range strides {
			w.strides[o][last] = strides[o][k]
		}
	}
	if w.rank == 0 { // a single element
		w.rank, w.shape[0] = 1, 1
		w.strides[0][0], w.strides[1][0], w.strides[2][0] = 1, 1, 1
	}
	for _, n := range w.shape[:w.rank-1] {
		w.rows *= n
	}
	n := w.shape[w.rank-1]
	w.rowsPerPart, w.rowParts = max(1, chunk/n), chunks(n)
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
