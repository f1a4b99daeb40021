package cpu

import "github.com/topogen/topogen/kernels"

// A walk visits the rows (runs along the last axis) of an array in row-major
// order and knows where each begins in up to three strided spans.
type walk struct {
	shape   []int // without the last axis
	strides [3][]int
	index   [kernels.MaxRank]int
	at      [3]int
}

// rows returns the number of rows and their length.
func rows(shape []int) (count, length int) {
	if len(shape) == 0 {
		return 1, 1
	}
	count = 1
	for _, d := range shape[:len(shape)-1] {
		count *= d
	}
	return count, shape[len(shape)-1]
}

func startWalk(row int, shape []int, strides ...[]int) walk {
	w := walk{}
	if len(shape) == 0 {
		return w
	}
	w.shape = shape[:len(shape)-1]
	copy(w.strides[:], strides)
	for k := len(w.shape) - 1; k >= 0; k-- {
		i := row % w.shape[k]
		row /= w.shape[k]
		w.index[k] = i
		for s := range strides {
			w.at[s] += i * strides[s][k]
		}
	}
	return w
}

func (w *walk) next() {
	for k := len(w.shape) - 1; k >= 0; k-- {
		w.index[k]++
		for s, strides := range w.strides {
			if strides != nil {
				w.at[s] += strides[k]
			}
		}
		if w.index[k] < w.shape[k] {
			return
		}
		for s, strides := range w.strides {
			if strides != nil {
				w.at[s] -= strides[k] * w.shape[k]
			}
		}
		w.index[k] = 0
	}
}

func lastStride(strides []int) int {
	if len(strides) == 0 {
		return 0
	}
	return strides[len(strides)-1]
}

// rowsPerPart is how many rows of a strided array one part works on.
func rowsPerPart(length int) int { return max(1, chunk/max(length, 1)) }

// rowParts divides the rows of a shape into parts.
func rowParts(shape []int) int {
	count, length := rows(shape)
	if length == 0 {
		return 0
	}
	per := rowsPerPart(length)
	return (count + per - 1) / per
}

// CopyStrided copies or adds an array between two strided spans.
func (d *Device) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides []int, shape []int, store kernels.Store) {
	kernels.CheckStrided("CopyStrided", "destination", dst.Len(), shape, dstStrides)
	kernels.CheckStrided("CopyStrided", "source", src.Len(), shape, srcStrides)
	d.args = args{dst: d.span(dst), x: d.span(src), ds: dstStrides, xs: srcStrides, shape: shape, add: store == kernels.Add}
	d.pool.run(rowParts(shape), func(a *args, part int) {
		count, length := rows(a.shape)
		per := rowsPerPart(length)
		ds, xs := lastStride(a.ds), lastStride(a.xs)
		w := startWalk(part*per, a.shape, a.ds, a.xs)
		for range min(per, count-part*per) {
			dst, x := a.dst[w.at[0]:], a.x[w.at[1]:]
			if ds == 1 && xs == 1 && !a.add {
				copy(dst[:length], x[:length])
			} else {
				for i := range length {
					put(dst, i*ds, x[i*xs], a.add)
				}
			}
			w.next()
		}
	}, &d.args)
}

// ZipStrided stores op(a, b) into dst, operands read at their strides.
func (d *Device) ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides []int, shape []int, store kernels.Store) {
	kernels.CheckStrided("ZipStrided", "first operand", a.Len(), shape, aStrides)
	kernels.CheckStrided("ZipStrided", "second operand", b.Len(), shape, bStrides)
	count, length := rows(shape)
	kernels.CheckLen("ZipStrided", "destination", dst.Len(), count*length)
	d.args = args{
		dst: d.span(dst), x: d.span(a), y: d.span(b), xs: aStrides, ys: bStrides,
		shape: shape, op: op, add: store == kernels.Add,
	}
	d.pool.run(rowParts(shape), func(a *args, part int) {
		count, length := rows(a.shape)
		per := rowsPerPart(length)
		w := startWalk(part*per, a.shape, a.xs, a.ys)
		for row := part * per; row < min(count, (part+1)*per); row++ {
			zipSpan(a.op, a.dst[row*length:(row+1)*length], a.x[w.at[0]:], lastStride(a.xs), a.y[w.at[1]:], lastStride(a.ys), a.add)
			w.next()
		}
	}, &d.args)
}
