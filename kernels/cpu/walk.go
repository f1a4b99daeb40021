package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/axes"
)

// A walk divides up to three strided arrays of one shape into rows, and the rows into parts
// for the workers. A row is all elements along the last axis.
//
// Idea: axes.Axes reorders and merges the axes, so that rows are long and consecutive in
// memory where possible. A part is several short rows, or one chunk of a long row. If the
// source of a copy is dense along another axis than the destination, the walk visits blocks
// of rows, and the copy transposes each block.
type walk struct {
	axes.Axes

	rows        int // rows in each array; 0 if the arrays are empty
	rowsPerPart int
	rowParts    int // chunks of a row; 1 for short rows

	// If transpose has changed the walk, indices of the last axis but one count blocks
	// of rows, and a row of the walk is a block. Block i begins at row i·transposeRows.
	// blockedRows is the number of rows along that axis. The rows of a block begin
	// srcStride elements apart in the source and 1 element apart in the destination.
	blockedRows, srcStride int
}

// transposeRows is the number of rows in a block, if transpose has changed the walk. The last
// block may have fewer.
const transposeRows = 16

// init makes w the walk over arrays of the given shape. strides has the strides of each
// array, in elements.
func (w *walk) init(shape []int, strides ...[]int) {
	w.Merge(shape, strides...)
	w.rows = 0
	if w.Rank > 0 {
		w.divide(chunk)
	}
}

// divide divides the walk into parts. A part has as many rows as fit in size elements, but
// at least one. A row of more than one chunk is divided into chunks.
func (w *walk) divide(size int) {
	w.rows = 1
	for _, n := range w.Shape[:w.Rank-1] {
		w.rows *= n
	}
	n := w.Shape[w.Rank-1]
	w.rowsPerPart, w.rowParts = max(1, size/n), chunks(n)
}

// transpose changes the walk into one over blocks of rows if the first array, the
// destination of a copy, is dense along the last axis, and the second array, the source, is
// dense along another axis. It reports whether it changed the walk.
func (w *walk) transpose() bool {
	last := w.Rank - 1
	if w.rows == 0 || last < 1 || w.Strides[0][last] != 1 || w.Strides[1][last] == 0 {
		return false
	}
	for k := range last {
		if w.Strides[1][k] != 1 || min(w.Shape[k], w.Shape[last]) < 8 {
			continue
		}
		// Move axis k to the end, after the axis that was last.
		n, dst := w.Shape[k], w.Strides[0][k]
		copy(w.Shape[k:], w.Shape[k+1:w.Rank])
		copy(w.Strides[0][k:], w.Strides[0][k+1:w.Rank])
		copy(w.Strides[1][k:], w.Strides[1][k+1:w.Rank])
		w.blockedRows, w.srcStride = w.Shape[last-1], w.Strides[1][last-1]
		w.Shape[last-1] = ceilDiv(w.blockedRows, transposeRows)
		w.Strides[0][last-1] = transposeRows
		w.Strides[1][last-1] *= transposeRows
		w.Shape[last], w.Strides[0][last], w.Strides[1][last] = n, dst, 1
		w.divide(chunk / transposeRows)
		return true
	}
	return false
}

// steps returns the strides of the first two arrays along a row, in elements.
func (w *walk) steps() (dst, src int) { return w.Strides[0][w.Rank-1], w.Strides[1][w.Rank-1] }

// parts returns the number of parts of the walk.
func (w *walk) parts() int {
	if w.rows == 0 {
		return 0
	}
	return ceilDiv(w.rows, w.rowsPerPart) * w.rowParts
}

// A cursor is a position in a part of a walk. The position is one row of the part, or the
// chunk of a long row that is the part. A chunk counts as a row here.
type cursor struct {
	w     *walk
	at    [3]int               // index of the row's first element in each array
	n     int                  // elements in the row
	rows  int                  // rows that are left in the part, the current one included
	index [kernels.MaxRank]int // of the row along each axis but the last
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

// next moves the cursor to the next row of the part.
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
