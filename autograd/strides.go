package autograd

import (
	"slices"

	"github.com/topogen/topogen/kernels"
)

// An operand is an array that a strided kernel reads or writes: element i of
// it is at Σ iₖ·strides[k].
type operand struct {
	buffer  kernels.Buffer
	strides []int // owned by the tape
}

// at returns the part of o with index i on the first axis.
func (o operand) at(i int) operand {
	return operand{o.buffer.Slice(i*o.strides[0], o.buffer.Len()), o.strides[1:]}
}

// dense returns a dense array of the given shape as an operand.
func (t *Tape) dense(b kernels.Buffer, shape []int) operand {
	strides := t.ints.alloc(len(shape))
	fillStrides(strides, shape)
	return operand{b, strides}
}

// repeated returns a dense array of shape from, broadcast to shape to, as an
// operand.
func (t *Tape) repeated(b kernels.Buffer, from, to []int) operand {
	strides := t.ints.alloc(len(to))
	lead := len(to) - len(from)
	fillStrides(strides[lead:], from)
	for i, n := range from {
		if n == 1 {
			strides[lead+i] = 0
		}
	}
	return operand{b, strides}
}

// fillStrides sets the strides of a dense array.
func fillStrides(strides, shape []int) {
	n := 1
	for i, length := range slices.Backward(shape) {
		strides[i] = n
		n *= length
	}
}

// collapse merges neighboring axes that are contiguous in both operands and
// drops axes of length 1. It returns the resulting shape, of rank 1 at least, and
// the operands with strides for it. All empty arrays collapse to the shape [0].
func (t *Tape) collapse(shape []int, a, b operand) ([]int, operand, operand) {
	n := max(1, len(shape))
	out, as, bs := t.ints.alloc(n), t.ints.alloc(n), t.ints.alloc(n)
	out[0], as[0], bs[0] = 1, 1, 1
	last := -1 // index of the last axis in out
	if slices.Contains(shape, 0) {
		out[0], shape = 0, nil
	}
	for i, length := range shape {
		switch sa, sb := a.strides[i], b.strides[i]; {
		case length == 1:
		case last >= 0 && as[last] == length*sa && bs[last] == length*sb:
			out[last], as[last], bs[last] = length*out[last], sa, sb
		default:
			last++
			out[last], as[last], bs[last] = length, sa, sb
		}
	}
	n = max(1, last+1)
	return out[:n], operand{a.buffer, as[:n]}, operand{b.buffer, bs[:n]}
}

// copyStrided copies src to dst, or adds it.
func (t *Tape) copyStrided(dst, src operand, shape []int, mode kernels.WriteMode) {
	shape, dst, src = t.collapse(shape, dst, src)
	t.copyCollapsed(dst, src, shape, mode)
}

// copyCollapsed is copyStrided for operands that are already collapsed. It loops
// over the first axes of arrays whose rank is above the device's limit.
func (t *Tape) copyCollapsed(dst, src operand, shape []int, mode kernels.WriteMode) {
	if len(shape) > kernels.MaxRank {
		for i := range shape[0] {
			t.copyCollapsed(dst.at(i), src.at(i), shape[1:], mode)
		}
		return
	}
	t.device.CopyStrided(dst.buffer, dst.strides, src.buffer, src.strides, shape, mode)
}

// zipCollapsed stores op(a, b) of collapsed operands into dst, which is dense. It
// loops over the first axes of arrays whose rank is above the device's limit.
func (t *Tape) zipCollapsed(op kernels.Op, dst kernels.Buffer, a, b operand, shape []int, mode kernels.WriteMode) {
	if len(shape) > kernels.MaxRank {
		for i := range shape[0] {
			n := dst.Len() / shape[0]
			t.zipCollapsed(op, block(dst, i, n), a.at(i), b.at(i), shape[1:], mode)
		}
		return
	}
	t.device.ZipStrided(op, dst, a.buffer, a.strides, b.buffer, b.strides, shape, mode)
}
