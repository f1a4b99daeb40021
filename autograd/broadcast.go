package autograd

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/kernels"
)

// BroadcastTo repeats x along axes until it has the given shape. Shapes are
// aligned at their last axes; an axis of length 1, or one that x lacks, may be
// repeated any number of times.
func BroadcastTo(x *Var, shape ...int) *Var {
	t := x.Tape()
	if !repeats(x.shape, shape) {
		panic(fmt.Sprintf("autograd: BroadcastTo of shape %s to %s", text(x.shape), text(shape)))
	}
	y := t.Result(shape, x)
	t.repeat(y.value, y.shape, x.value, x.shape, kernels.Overwrite)
	y.OnBackward(func() { y.sumTo(x, y.grad, 1) })
	return y
}

// repeats reports whether an array of shape x can be broadcast to shape y.
func repeats(x, y []int) bool {
	if len(x) > len(y) {
		return false
	}
	y = y[len(y)-len(x):]
	for i, n := range x {
		if n != y[i] && n != 1 {
			return false
		}
	}
	return true
}

// broadcastShape returns the shape to which arrays of shapes a and b broadcast.
// The tape owns it.
func (t *Tape) broadcastShape(operation fmt.Stringer, a, b []int) []int {
	shape := t.ints.alloc(max(len(a), len(b)))
	copy(shape[len(shape)-len(a):], a)
	for i := range len(shape) - len(a) {
		shape[i] = 1
	}
	for i, n := range b {
		at := &shape[len(shape)-len(b)+i]
		switch {
		case *at == n || n == 1:
		case *at == 1:
			*at = n
		default:
			panic(fmt.Sprintf("autograd: %v of shapes %s and %s, which do not broadcast", operation, text(a), text(b)))
		}
	}
	return shape
}

// repeat broadcasts src, a dense array of shape from, to dst, a dense array of shape to.
func (t *Tape) repeat(dst kernels.Buffer, to []int, src kernels.Buffer, from []int, mode kernels.WriteMode) {
	t.copyStrided(t.dense(dst, to), t.repeated(src, from, to), to, mode)
}

// sumTo adds scale·dy, where dy is a dense array of y's shape, to the gradient
// of x, summed over the axes along which x was repeated.
func (y *Var) sumTo(x *Var, dy kernels.Buffer, scale float32) {
	if !x.needsGrad {
		return
	}
	t := x.tape
	dx, mode := x.GradTarget()
	g := t.newGroups(len(y.shape))
	lead := len(y.shape) - len(x.shape)
	for i, n := range y.shape {
		g.add(n, i < lead || x.shape[i-lead] != n)
	}
	t.sum(dx, dy, g, scale, mode)
}

// An overlay is an element-wise operation of two variables, with broadcasting.
type overlay struct {
	y     *Var    // the result
	a, b  operand // the values of the variables; strides are 0 along repeated axes
	shape []int   // the shape of y, collapsed; nil if both variables have the same shape
}

// newOverlay computes op(a, b), with broadcasting.
func newOverlay(op kernels.Op, a, b *Var) *overlay {
	t := a.Tape()
	if b == nil {
		panic(nilVariable)
	}
	if slices.Equal(a.shape, b.shape) {
		o := &overlay{y: t.Result(a.shape, a, b), a: operand{buffer: a.value}, b: operand{buffer: b.value}}
		o.zip(op, o.y.value, o.a, o.b, kernels.Overwrite)
		return o
	}
	shape := t.broadcastShape(op, a.shape, b.shape)
	o := &overlay{y: t.Result(shape, a, b)}
	o.shape, o.a, o.b = t.collapse(shape, t.repeated(a.value, a.shape, shape), t.repeated(b.value, b.shape, shape))
	o.zip(op, o.y.value, o.a, o.b, kernels.Overwrite)
	return o
}

// dense returns a dense array of y's shape as an operand.
func (o *overlay) dense(b kernels.Buffer) operand {
	if o.shape == nil {
		return operand{buffer: b}
	}
	return o.y.tape.dense(b, o.shape)
}

// zip stores op(a, b) into dst, a dense array of y's shape.
func (o *overlay) zip(op kernels.Op, dst kernels.Buffer, a, b operand, mode kernels.WriteMode) {
	if o.shape == nil {
		o.y.tape.device.Zip(op, dst, a.buffer, b.buffer, mode)
		return
	}
	o.y.tape.zipCollapsed(op, dst, a, b, o.shape, mode)
}

// zipTemp returns op(a, b) in a temporary array.
func (o *overlay) zipTemp(op kernels.Op, a, b operand) operand {
	temp := o.y.tape.Scratch(o.y.Len())
	o.zip(op, temp, a, b, kernels.Overwrite)
	return o.dense(temp)
}

// zipTo adds op(a, b) to the gradient of x, summed over the axes along which x
// was repeated.
func (o *overlay) zipTo(x *Var, op kernels.Op, a, b operand) {
	switch {
	case !x.needsGrad:
	case slices.Equal(x.shape, o.y.shape):
		dx, mode := x.GradTarget()
		o.zip(op, dx, a, b, mode)
	default:
		o.y.sumTo(x, o.zipTemp(op, a, b).buffer, 1)
	}
}
