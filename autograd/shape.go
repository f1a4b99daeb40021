package autograd

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// Reshape returns x's elements, in their row-major order, under another shape
// of equal size. One length may be −1: it is computed from the others. Nothing is
// copied.
func Reshape(x *Var, shape ...int) *Var {
	t := x.Tape()
	to := t.ints.alloc(len(shape))
	copy(to, shape)
	if i := slices.Index(to, -1); i >= 0 {
		to[i] = 1
		if !slices.Contains(to, -1) {
			to[i] = x.Len() / max(1, Size(to))
		}
	}
	if slices.Contains(to, -1) || Size(to) != x.Len() {
		panic(fmt.Sprintf("autograd: Reshape of shape %s to %s", text(x.shape), text(shape)))
	}
	return t.alias(to, x)
}

// Flatten merges the axes of x from the given one on into one: Flatten(x, 1)
// makes each image of a batch a row, Flatten(x, 0) all of x a vector.
func Flatten(x *Var, from int) *Var {
	if from < 0 || from > len(x.Shape()) {
		panic(fmt.Sprintf("autograd: Flatten from axis %d of shape %s", from, text(x.shape)))
	}
	t := x.Tape()
	to := append(t.ints.alloc(from + 1)[:0], x.shape[:from]...)
	return t.alias(append(to, Size(x.shape[from:])), x)
}

// alias returns x's elements under another shape of equal size.
func (t *Tape) alias(shape []int, x *Var) *Var {
	y := t.result(shape, x)
	y.value = x.value
	y.OnBackward(func() { x.pass(y.grad) })
	return y
}

// Detach returns x's value as a constant: no gradient flows back through it.
func Detach(x *Var) *Var {
	y := x.Tape().next(x.shape)
	y.value = x.value
	return y
}

// Transpose permutes the axes of x: axis k of the result is axis
// permutation[k] of x. With no permutation the order is reversed, which
// transposes a matrix.
func Transpose(x *Var, permutation ...int) *Var {
	t := x.Tape()
	r := len(x.shape)
	from, shape, strides := t.ints.alloc(r), t.ints.alloc(r), t.ints.alloc(r)
	for k := range from {
		from[k] = r - 1 - k
	}
	if len(permutation) > 0 {
		if !isPermutation(permutation, r) {
			panic(fmt.Sprintf("autograd: Transpose of shape %s by %s", text(x.shape), text(permutation)))
		}
		copy(from, permutation)
	}
	own := t.dense(x.value, x.shape).strides
	for k, axis := range from {
		shape[k], strides[k] = x.shape[axis], own[axis]
	}
	y := t.Result(shape, x)
	t.copyStrided(t.dense(y.value, shape), operand{x.value, strides}, shape, kernels.Overwrite)
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		t.copyStrided(operand{dx, strides}, t.dense(y.grad, shape), shape, mode)
	})
	return y
}

func isPermutation(p []int, n int) bool {
	for i := range n {
		if !slices.Contains(p, i) {
			return false
		}
	}
	return len(p) == n
}

// Concat joins arrays along an axis, on which alone their shapes may differ. A
// negative axis counts from the end.
func Concat(axis int, xs ...*Var) *Var {
	if len(xs) == 0 {
		panic("autograd: Concat of nothing")
	}
	t, first := xs[0].Tape(), xs[0]
	axis = first.axis("Concat", axis)
	shape := append(t.ints.alloc(len(first.shape))[:0], first.shape...)
	for _, x := range xs[1:] {
		if len(x.Shape()) != len(shape) || !slices.Equal(x.shape[:axis], shape[:axis]) || !slices.Equal(x.shape[axis+1:], shape[axis+1:]) {
			panic(fmt.Sprintf("autograd: Concat along axis %d of shapes %s and %s", axis, text(first.shape), text(x.shape)))
		}
		shape[axis] += x.shape[axis]
	}
	y := t.Result(shape, xs...)
	from := 0
	for _, x := range xs {
		t.copyStrided(t.part(y.value, shape, axis, from), t.dense(x.value, x.shape), x.shape, kernels.Overwrite)
		from += x.shape[axis]
	}
	xs = slices.Clone(xs) // the caller's slice may change before Backward
	y.OnBackward(func() {
		from := 0
		for _, x := range xs {
			if x.needsGrad {
				dx, mode := x.GradTarget()
				t.copyStrided(t.dense(dx, x.shape), t.part(y.grad, shape, axis, from), x.shape, mode)
			}
			from += x.shape[axis]
		}
	})
	return y
}

// Slice returns the part of x with indices from ≤ i < to along an axis. A
// negative axis counts from the end.
func Slice(x *Var, axis, from, to int) *Var {
	t := x.Tape()
	axis = x.axis("Slice", axis)
	if from < 0 || to < from || to > x.shape[axis] {
		panic(fmt.Sprintf("autograd: Slice [%d:%d] along axis %d of shape %s", from, to, axis, text(x.shape)))
	}
	shape := append(t.ints.alloc(len(x.shape))[:0], x.shape...)
	shape[axis] = to - from
	y := t.Result(shape, x)
	t.copyStrided(t.dense(y.value, shape), t.part(x.value, x.shape, axis, from), shape, kernels.Overwrite)
	y.OnBackward(func() {
		dx := x.addTarget()
		t.copyStrided(t.part(dx, x.shape, axis, from), t.dense(y.grad, shape), shape, kernels.Accumulate)
	})
	return y
}

// part returns the part of a dense array whose indices along an axis are at least from.
func (t *Tape) part(b kernels.Buffer, shape []int, axis, from int) operand {
	o := t.dense(b, shape)
	if b.Len() > 0 {
		o.buffer = b.Slice(from*o.strides[axis], b.Len())
	}
	return o
}

// GatherRows returns rows of x, its slices along the first axis: row k of the
// result is row index[k] of x. index must stay unchanged until the tape is
// reset.
func GatherRows(x *Var, index []int32) *Var {
	t := x.Tape()
	if len(x.shape) == 0 {
		panic("autograd: GatherRows of a variable of shape []")
	}
	for k, row := range index {
		if row < 0 || int(row) >= x.shape[0] {
			panic(fmt.Sprintf("autograd: GatherRows: index[%d] is %d, in a variable of shape %s", k, row, text(x.shape)))
		}
	}
	shape := append(t.ints.alloc(len(x.shape))[:0], x.shape...)
	shape[0] = len(index)
	width := Size(x.shape[1:])
	y := t.Result(shape, x)
	fused.GatherRows(t.device, y.value, x.value, width, index)
	y.OnBackward(func() {
		dx := x.addTarget()
		fused.ScatterRows(t.device, dx, y.grad, width, index)
	})
	return y
}

// UpsampleNearest2d repeats each pixel of images x (N×C×H×W) in a block of h×w.
// The result has shape N×C×h·H×w·W.
func UpsampleNearest2d(x *Var, h, w int) *Var {
	if len(x.Shape()) != 4 || h < 1 || w < 1 {
		panic(fmt.Sprintf("autograd: UpsampleNearest2d of shape %s by %d×%d; want N×C×H×W and at least 1×1", text(x.shape), h, w))
	}
	n, c, height, width := x.shape[0], x.shape[1], x.shape[2], x.shape[3]
	y := BroadcastTo(Reshape(x, n, c, height, 1, width, 1), n, c, height, h, width, w)
	return Reshape(y, n, c, height*h, width*w)
}
