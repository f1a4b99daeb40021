package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/ph"
)

// A Term is a weighted regularizer of the diagrams of one degree.
type Term struct {
	Name        string // for people and tables, as in "entropy1"
	Degree      int
	Weight      float64 // a term of weight 0 is not computed
	Regularizer Regularizer
}

// A Loss is a weighted sum of regularizers. Its fields may be set freely between
// uses; [Weighted] makes the loss of the seven that come with this package.
//
// It is also the workspace of its own computation, which allocates nothing once
// it has seen clouds as large: one loss serves one goroutine at a time.
type Loss struct {
	// Terms are summed, those that depend on something learnable.
	Terms []Term
	// Fallback, if no term depends on anything learnable, these take their
	// place; for example a [Push].
	Fallback []Term
	// Gradient hands the gradient of Terms, which few points receive, on to their
	// neighbours; the zero value does not. That of Fallback stays as it is: a
	// push that moved neighbours along would not part them.
	Gradient Gradient

	rips      deviceRips
	spreader  spreader
	bars      [][]ph.Bar      // by degree: the learnable bars, of positive length
	gradients [][]BarGradient // of the weighted sum with respect to them
	slope     []BarGradient   // of one term
	values    []Value
	pullback  []*pullback // spare ones
}

// A Result is what a loss computed. Its slices are valid until the loss is used
// again.
type Result struct {
	// OK says that the loss depends on something learnable. If not, there is no
	// value and no gradient.
	OK bool
	// Value is the weighted sum of the terms that count, 0 if none does.
	Value float64
	// Var holds Value as a scalar on the tape, through which gradients flow to
	// the points: none, if OK is false. It is nil in a result of [Loss.Evaluate].
	Var *autograd.Var
	// Terms are the contributions of [Loss.Terms], in their order.
	Terms []Value
	// Fallback says that Value and gradient are those of [Loss.Fallback].
	Fallback bool
	// Bars are the learnable bars by degree, of positive and finite length, and
	// BarGradients the derivatives of Value with respect to them.
	Bars         [][]ph.Bar
	BarGradients [][]BarGradient
}

// A Value is what one term contributed.
type Value struct {
	Value float64 // the regularizer's, without its weight
	OK    bool    // it depends on something learnable; if not, Value is 0
}

// Apply returns the loss between a learnable cloud and a target. The cloud x of
// shape n×… has n points, each flattened to a vector. A nil target stands for
// empty diagrams, as for regularizers that have no target.
//
// It is an error, and names the row, if a coordinate is NaN or infinite.
// Diagrams are computed once, up to the highest degree of a term with a weight.
// The loss may be applied again, to other variables, before Backward.
func (l *Loss) Apply(ctx context.Context, x *autograd.Var, target *Target) (Result, error) {
	degree := l.Degree()
	if degree < 0 { // nothing to compute
		return l.ApplyDiagrams(x, nil, target)
	}
	diagrams, err := l.rips.diagrams(ctx, x, degree)
	if err != nil {
		return Result{}, err
	}
	return l.apply(x, diagrams, target)
}

// ApplyDiagrams is [Loss.Apply] for those who have the diagrams of the cloud x
// already: their pairing must name its points.
func (l *Loss) ApplyDiagrams(x *autograd.Var, diagrams []ph.Diagram, target *Target) (Result, error) {
	if _, _, err := cloudSize(x.Shape()); err != nil {
		return Result{}, err
	}
	l.rips.forget()
	return l.apply(x, diagrams, target)
}

func (l *Loss) apply(x *autograd.Var, diagrams []ph.Diagram, target *Target) (Result, error) {
	r, err := l.Evaluate(diagrams, target)
	if err != nil {
		return Result{}, err
	}
	tape := x.Tape()
	if !r.OK {
		r.Var = tape.Result(nil)
		tape.Device().Fill(r.Var.Value(), 0)
		return r, nil
	}
	r.Var = tape.Result(nil, x)
	tape.Device().Fill(r.Var.Value(), float32(r.Value))
	if r.Var.NeedsGrad() {
		if err := l.record(x, r); err != nil {
			return Result{}, err
		}
	}
	return r, nil
}

// Evaluate returns the loss between learnable diagrams and a target, with no
// points to carry a gradient to.
func (l *Loss) Evaluate(diagrams []ph.Diagram, target *Target) (Result, error) {
	if err := l.take(diagrams); err != nil {
		return Result{}, err
	}
	l.values = resize(l.values, len(l.Terms))
	clear(l.values)
	r := Result{Terms: l.values, Bars: l.bars, BarGradients: l.gradients}
	for i, t := range l.Terms {
		v, err := l.add(t, target, &r)
		if err != nil {
			return Result{}, err
		}
		r.Terms[i] = v
	}
	if r.OK {
		return r, nil
	}
	for _, t := range l.Fallback {
		if _, err := l.add(t, target, &r); err != nil {
			return Result{}, err
		}
	}
	r.Fallback = r.OK
	return r, nil
}

// Degree returns the highest degree of a term with a weight, −1 if there is none.
func (l *Loss) Degree() int {
	degree := -1
	for _, terms := range [...][]Term{l.Terms, l.Fallback} {
		for _, t := range terms {
			if t.Weight != 0 {
				degree = max(degree, t.Degree)
			}
		}
	}
	return degree
}

// take copies the bars that a gradient can reach: those of length 0 move no
// point, and essential ones never die.
func (l *Loss) take(diagrams []ph.Diagram) error {
	for i := range l.bars {
		l.bars[i], l.gradients[i] = l.bars[i][:0], l.gradients[i][:0]
	}
	for _, d := range diagrams {
		if d.Degree < 0 {
			return fmt.Errorf("topoloss: a learnable diagram of degree %d", d.Degree)
		}
		for len(l.bars) <= d.Degree {
			l.bars, l.gradients = append(l.bars, nil), append(l.gradients, nil)
		}
		bars, err := appendPositive(l.bars[d.Degree], d.Bars)
		if err != nil {
			return fmt.Errorf("topoloss: the learnable diagram of degree %d: %w", d.Degree, err)
		}
		l.bars[d.Degree] = bars
		l.gradients[d.Degree] = resize(l.gradients[d.Degree], len(bars))
		clear(l.gradients[d.Degree])
	}
	return nil
}

// add adds a term and its gradients to r.
func (l *Loss) add(t Term, target *Target, r *Result) (Value, error) {
	switch {
	case t.Weight == 0:
		return Value{}, nil
	case !isFinite(t.Weight):
		return Value{}, fmt.Errorf("topoloss: the weight of %s is %v, must be finite", t.Name, t.Weight)
	case t.Regularizer == nil:
		return Value{}, fmt.Errorf("topoloss: %s has a weight but no regularizer", t.Name)
	case t.Degree < 0 || t.Degree >= len(l.bars):
		return Value{}, fmt.Errorf("topoloss: %s compares diagrams of degree %d, but there is no learnable one", t.Name, t.Degree)
	case target != nil && t.Degree >= len(target.bars):
		return Value{}, fmt.Errorf("topoloss: %s compares diagrams of degree %d, but the target has none", t.Name, t.Degree)
	}
	bars, gradients := l.bars[t.Degree], l.gradients[t.Degree]
	l.slope = resize(l.slope, len(bars))
	clear(l.slope)
	value, ok := t.Regularizer.Evaluate(bars, target.Bars(t.Degree), l.slope)
	if !ok {
		return Value{}, nil
	}
	if !isFinite(value) {
		return Value{}, fmt.Errorf("topoloss: %s is %v", t.Name, value)
	}
	for i, s := range l.slope {
		gradients[i].Birth += t.Weight * s.Birth
		gradients[i].Death += t.Weight * s.Death
		if !isFinite(gradients[i].Birth) || !isFinite(gradients[i].Death) {
			return Value{}, fmt.Errorf("topoloss: the derivative of %s with respect to bar %d, from %v to %v, is %v",
				t.Name, i, bars[i].Birth, bars[i].Death, s)
		}
	}
	r.OK = true
	r.Value += t.Weight * value
	return Value{value, true}, nil
}

func isFinite[T float32 | float64](v T) bool { return v-v == 0 }

// resize returns s with length n; its contents are unspecified.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
