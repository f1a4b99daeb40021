package topoloss

import "github.com/topogen/topogen/ph"

// A Regularizer is a function of two diagrams, a learnable and a true one. It
// knows bars and nothing else: not the degree that they come from, nor the
// points, nor the device that holds them.
type Regularizer interface {
	// Evaluate returns the value for learnable and true bars, all of them of
	// positive, finite length, and reports whether it depends on the learnable
	// ones. If it does, Evaluate stores the derivative with respect to
	// learnable[i] in gradients[i], which holds zeros before. If it does not, the
	// value is 0 and does not count.
	//
	// Evaluate must not keep its arguments. It may use a workspace of the
	// regularizer: one regularizer serves one goroutine at a time.
	Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool)
}

// A BarGradient is the derivative of a value with respect to a bar's birth and death.
type BarGradient = ph.Gradient

// A Func is a function as a [Regularizer].
type Func func(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool)

// Evaluate calls f.
func (f Func) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (float64, bool) {
	return f(learnable, truth, gradients)
}
