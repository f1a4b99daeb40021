package topoloss

import (
	"context"

	"github.com/topogen/topogen/ph"
)

// A Regularizer is a function of two diagrams, a learnable and a true one. It sees only
// their bars: neither the degree, nor the points, nor the device that holds the points.
type Regularizer interface {
	// Evaluate returns the value for learnable and true bars. All bars have positive,
	// finite length. Evaluate reports in ok whether the value depends on the learnable
	// bars. If ok is true, Evaluate has stored the derivative by learnable[i] in
	// gradients[i], which the caller sets to 0 before. If ok is false, the value is 0 and
	// does not count.
	//
	// Evaluate must not keep its arguments. It may use a workspace of the
	// regularizer: one regularizer serves one goroutine at a time.
	Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool)
}

// An Interruptible is a [Regularizer] that takes long for large diagrams, or that can fail.
// A [Loss] calls its EvaluateContext in the place of Evaluate.
type Interruptible interface {
	Regularizer
	// EvaluateContext does what Evaluate does. If ctx is cancelled, it returns the error of
	// ctx.
	EvaluateContext(ctx context.Context, learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool, err error)
}

// evaluate evaluates r under ctx, as far as r can.
func evaluate(ctx context.Context, r Regularizer, learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool, err error) {
	if r, interruptible := r.(Interruptible); interruptible {
		return r.EvaluateContext(ctx, learnable, truth, gradients)
	}
	value, ok = r.Evaluate(learnable, truth, gradients)
	return value, ok, nil
}

// uninterrupted evaluates r without a context, and panics if r fails.
func uninterrupted(r Interruptible, learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	value, ok, err := r.EvaluateContext(context.Background(), learnable, truth, gradients)
	if err != nil {
		panic(err)
	}
	return value, ok
}

// A BarGradient is the derivative of a value with respect to a bar's birth and death.
type BarGradient = ph.Gradient

// Func lets an ordinary function serve as a [Regularizer].
type Func func(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool)

// Evaluate calls f.
func (f Func) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (float64, bool) {
	return f(learnable, truth, gradients)
}
