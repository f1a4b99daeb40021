package autograd

import (
	"slices"

	"github.com/topogen/topogen/kernels"
)

// Add returns a + b, element by element. Like all arithmetic of two variables
// it broadcasts: shapes are aligned at their last axes, and an axis of length
// 1, or one that is missing, is repeated to fit the other's. It panics if the
// shapes do not fit.
func Add(a, b *Var) *Var {
	o := newOverlay(kernels.Add, a, b)
	y := o.y
	y.OnBackward(func() {
		for _, x := range [2]*Var{a, b} {
			if slices.Equal(x.shape, y.shape) {
				x.pass(y.grad)
			} else {
				y.sumTo(x, y.grad, 1)
			}
		}
	})
	return y
}

// Sub returns a − b, element by element, with broadcasting.
func Sub(a, b *Var) *Var {
	o := newOverlay(kernels.Sub, a, b)
	y := o.y
	y.OnBackward(func() {
		if slices.Equal(a.shape, y.shape) {
			a.pass(y.grad)
		} else {
			y.sumTo(a, y.grad, 1)
		}
		y.sumTo(b, y.grad, -1)
	})
	return y
}

// Mul returns a · b, element by element, with broadcasting.
func Mul(a, b *Var) *Var {
	o := newOverlay(kernels.Mul, a, b)
	y := o.y
	y.OnBackward(func() {
		dy := o.dense(y.grad)
		o.zipTo(a, kernels.Mul, dy, o.b)
		o.zipTo(b, kernels.Mul, dy, o.a)
	})
	return y
}

// Div returns a / b, element by element, with broadcasting.
func Div(a, b *Var) *Var {
	o := newOverlay(kernels.Div, a, b)
	y := o.y
	y.OnBackward(func() {
		o.zipTo(a, kernels.Div, o.dense(y.grad), o.b)
		if b.needsGrad { // −dy·y/b
			q := o.zipTemp(kernels.Div, o.dense(y.value), o.b)
			p := o.zipTemp(kernels.Mul, o.dense(y.grad), q)
			y.sumTo(b, p.buffer, -1)
		}
	})
	return y
}

// Maximum returns the larger of a and b, element by element, with
// broadcasting. Where they are equal each gets half of the gradient.
func Maximum(a, b *Var) *Var {
	o := newOverlay(kernels.Max, a, b)
	o.y.OnBackward(func() { o.backwardChoice(a, b, o.a, o.b) })
	return o.y
}

// Minimum returns the smaller of a and b, element by element, with
// broadcasting. Where they are equal each gets half of the gradient.
func Minimum(a, b *Var) *Var {
	o := newOverlay(kernels.Min, a, b)
	o.y.OnBackward(func() { o.backwardChoice(a, b, o.b, o.a) })
	return o.y
}

// backwardChoice adds the gradient of o.y to that of a where p > q, and to that of b where
// q > p. Where p = q it adds half to each. For the maximum p is a, for the minimum b.
func (o *overlay) backwardChoice(a, b *Var, p, q operand) {
	dy := o.dense(o.y.grad)
	if a.needsGrad {
		o.zipTo(a, kernels.Mul, dy, o.zipTemp(kernels.Greater, p, q))
	}
	if b.needsGrad {
		o.zipTo(b, kernels.Mul, dy, o.zipTemp(kernels.Greater, q, p))
	}
}

// Scale returns a·x.
func Scale(x *Var, a float32) *Var {
	t := x.Tape()
	y := t.Result(x.shape, x)
	t.device.Affine(y.value, x.value, a, 0, kernels.Overwrite)
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		t.device.Affine(dx, y.grad, a, 0, mode)
	})
	return y
}

// AddScalar returns x + b.
func AddScalar(x *Var, b float32) *Var {
	t := x.Tape()
	y := t.Result(x.shape, x)
	t.device.Affine(y.value, x.value, 1, b, kernels.Overwrite)
	y.OnBackward(func() { x.pass(y.grad) })
	return y
}
