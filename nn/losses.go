package nn

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
)

// MSE returns the mean of (a − b)² over all elements of a and b, which must have the same
// shape, as a scalar of shape []. The mean of nothing is taken as 0.
func MSE(a, b *autograd.Var) *autograd.Var {
	checkShapes("MSE", a, b)
	return autograd.Mean(autograd.Square(autograd.Sub(a, b)))
}

// L1 returns the mean of |a − b| over all elements of a and b, which must have the same
// shape, as a scalar of shape [].
func L1(a, b *autograd.Var) *autograd.Var {
	checkShapes("L1", a, b)
	return autograd.Mean(autograd.Abs(autograd.Sub(a, b)))
}

// Huber returns the mean of [autograd.Huber](a − b, delta) over all elements of a and b,
// which must have the same shape, as a scalar of shape []. The loss is quadratic in errors
// up to delta and linear in larger ones.
func Huber(a, b *autograd.Var, delta float32) *autograd.Var {
	checkShapes("Huber", a, b)
	return autograd.Mean(autograd.Huber(autograd.Sub(a, b), delta))
}

// SmoothL1 returns Huber(a, b, beta)/beta (Girshick 2015).
func SmoothL1(a, b *autograd.Var, beta float32) *autograd.Var {
	checkShapes("SmoothL1", a, b)
	return autograd.Scale(Huber(a, b, beta), 1/beta)
}

// checkShapes panics unless a and b have the same shape.
func checkShapes(operation string, a, b *autograd.Var) {
	if a == nil || b == nil {
		panic("nn: " + operation + " of a nil variable")
	}
	if !slices.Equal(a.Shape(), b.Shape()) {
		panic(fmt.Sprintf("nn: %s of shapes %v and %v, which must be equal", operation, a.Shape(), b.Shape()))
	}
}
