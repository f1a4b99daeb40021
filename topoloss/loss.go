package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// A Term is a weighted function of a learnable and a true cloud: a [Regularizer] of
// their diagrams of one degree, a [Comparison] of the clouds themselves, or a function of
// [Images]. Set one of these three fields.
type Term struct {
	Name   string  // for people and tables, as in "entropy1"
	Weight float64 // finite; 0 switches the term off

	// Schedule says in which steps of an [Objective] the term counts. [Loss.Apply] and
	// [Loss.Evaluate] use it as in step 0.
	Schedule Schedule
	// Balance divides Weight, in each step, by the Euclidean norm of the gradient that
	// the term sends to the points: terms of equal weight pull equally.
	Balance bool

	// Degree is the degree of the two diagrams that Regularizer compares.
	Degree      int
	Regularizer Regularizer

	// Comparison compares the clouds themselves.
	Comparison Comparison
	// Images compares the clouds if their points are images.
	Images *Images
	// Sample is the number of points that a joint comparison draws of each cloud,
	// afresh in each step. 0 stands for all points.
	Sample int
	// Scale, if it is not nil, holds one positive number, by which a comparison that is
	// not joint divides the distances among learnable points. The number is learnable.
	Scale *autograd.Parameter

	// initialScale divides these distances if Scale is nil; 0 stands for 1. If learnScale
	// is true, [Objective.Parameters] makes Scale, with this initial value.
	initialScale float64
	learnScale   bool
	share        float64 // share of the points that the term uses; 0 stands for 1
}

// A Loss is a weighted sum of terms of one learnable cloud. Its fields may be set freely
// between uses. An [Objective] has one or more losses for each place.
//
// A loss is also the workspace of its own computation: one loss serves one goroutine at a
// time. It keeps its memory from one use to the next.
type Loss struct {
	// Terms are the terms of the sum. A term that depends on nothing learnable does not
	// count.
	Terms []Term
	// Fallback terms take the place of Terms if no term of Terms depends on anything
	// learnable. An example is a [Push].
	Fallback []Term
	// Gradient says how the gradient of Terms reaches points. The zero value leaves it
	// plain. The gradient of Fallback stays plain, except with Smooth, which averages it,
	// too: a push that moved neighbors along would not drive them apart.
	Gradient Gradient

	rips      deviceRips
	spreader  spreader
	bigStep   bigStep
	bars      [][]ph.Bar      // by degree: the learnable bars, of positive length
	gradients [][]BarGradient // by degree: the derivatives of the weighted sum by bars
	slope     []BarGradient   // the derivatives of one term by bars, without its weight
	values    []Value
	pullback  []*pullback // pullbacks that no application uses
	clouds    Clouds
	means     []Value   // by term: the mean over the draws of Smooth
	counted   []int     // by term: the number of draws of Smooth in which it counted
	scaled    []float32 // distances of the learnable cloud, divided by a scale
	inputs    []*autograd.Var
}

// A Result is what a loss computed. Its slices are valid until the loss is used
// again.
type Result struct {
	// OK says that the loss depends on something learnable. If not, there is no
	// value and no gradient.
	OK bool
	// Value is the weighted sum of the terms that count, 0 if none does.
	Value float64
	// Var holds Value as a scalar on the tape. Gradients flow through it to the points,
	// unless OK is false. It is nil in a result of [Loss.Evaluate].
	Var *autograd.Var
	// Terms are the values of [Loss.Terms], in their order.
	Terms []Value
	// Fallback says that Value and gradient are those of [Loss.Fallback].
	Fallback bool
	// Bars are the learnable bars of positive and finite length, by degree. BarGradients
	// are the derivatives of Value by these bars. They omit comparisons and terms of
	// images.
	Bars         [][]ph.Bar
	BarGradients [][]BarGradient
}

// A Value is the value of one term.
type Value struct {
	Value float64 // without the weight
	OK    bool    // the value depends on something learnable; if not, Value is 0
}

// Evaluate returns the loss between learnable diagrams and a target. Without points, no
// gradient flows: the result has BarGradients and no Var.
//
// Terms that need points are an error: comparisons, terms of images and balanced terms.
func (l *Loss) Evaluate(diagrams []ph.Diagram, target *Target) (Result, error) {
	return l.evaluate(context.Background(), input{target: target}, diagrams, nil)
}

// evaluate does the work of Evaluate, and of Apply if in.x holds points. It leaves in p the
// derivatives of comparisons and of terms of images.
func (l *Loss) evaluate(ctx context.Context, in input, diagrams []ph.Diagram, p *pullback) (Result, error) {
	if err := l.take(diagrams); err != nil {
		return Result{}, err
	}
	l.values = reuse.Slice(l.values, len(l.Terms))
	clear(l.values)
	r := Result{Terms: l.values, Bars: l.bars, BarGradients: l.gradients}
	for i := range l.Terms {
		v, err := l.add(ctx, &l.Terms[i], in, &r, p)
		if err != nil {
			return Result{}, err
		}
		r.Terms[i] = v
	}
	if r.OK || in.met {
		return r, nil
	}
	for i := range l.Fallback {
		if _, err := l.add(ctx, &l.Fallback[i], in, &r, p); err != nil {
			return Result{}, err
		}
	}
	r.Fallback = r.OK
	return r, nil
}

// Degree returns the highest degree of a Regularizer whose term has a weight other than 0,
// among Terms and Fallback. It returns −1 if there is none.
func (l *Loss) Degree() int {
	degree := -1
	for _, terms := range [...][]Term{l.Terms, l.Fallback} {
		for _, t := range terms {
			if t.Weight != 0 && t.Regularizer != nil {
				degree = max(degree, t.Degree)
			}
		}
	}
	return degree
}

// degreeAt returns what Degree would return for the terms that count in a step alone.
func (l *Loss) degreeAt(step uint64) int {
	degree := -1
	for _, terms := range [...][]Term{l.Terms, l.Fallback} {
		for _, t := range terms {
			if t.Weight*t.Schedule.factor(step) != 0 && t.Regularizer != nil {
				degree = max(degree, t.Degree)
			}
		}
	}
	return degree
}

// counts reports whether at least one of Terms counts in a step.
func (l *Loss) counts(step uint64) bool {
	for _, t := range l.Terms {
		if t.Weight*t.Schedule.factor(step) != 0 {
			return true
		}
	}
	return false
}

// take copies the learnable bars of positive, finite length to l.bars and sets their
// gradients to 0. It drops bars of length 0 and essential bars.
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
		l.gradients[d.Degree] = reuse.Slice(l.gradients[d.Degree], len(bars))
		clear(l.gradients[d.Degree])
	}
	return nil
}

// add evaluates a term and adds its weighted value to r.Value. It adds the weighted
// derivatives of a regularizer to r.BarGradients, and those of a comparison or of a term of
// images to p. It returns the value without the weight.
func (l *Loss) add(ctx context.Context, t *Term, in input, r *Result, p *pullback) (Value, error) {
	target, weight := in.target, t.Weight*t.Schedule.factor(in.step)
	switch {
	case weight == 0:
		return Value{}, nil
	case ctx.Err() != nil:
		return Value{}, ctx.Err()
	case !isFinite(weight):
		return Value{}, fmt.Errorf("topoloss: the weight of %s is %v, must be finite", t.Name, t.Weight)
	case t.Comparison != nil || t.Images != nil:
		compare := l.compare
		if t.Comparison == nil {
			compare = l.compareImages
		}
		v, weight, err := compare(ctx, t, weight, in, p)
		if err != nil {
			return Value{}, fmt.Errorf("topoloss: %s: %w", t.Name, err)
		}
		if v.OK {
			err = r.count(t.Name, weight*v.Value)
		}
		return v, err
	case t.Regularizer == nil:
		return Value{}, fmt.Errorf("topoloss: %s has a weight but no regularizer", t.Name)
	case t.Degree < 0 || t.Degree >= len(l.bars):
		return Value{}, fmt.Errorf("topoloss: %s compares diagrams of degree %d, but there is no learnable one", t.Name, t.Degree)
	case target != nil && t.Degree >= len(target.bars):
		return Value{}, fmt.Errorf("topoloss: %s compares diagrams of degree %d, but the target has none", t.Name, t.Degree)
	}
	bars, gradients := l.bars[t.Degree], l.gradients[t.Degree]
	l.slope = reuse.Slice(l.slope, len(bars))
	clear(l.slope)
	value, ok, err := evaluate(ctx, t.Regularizer, bars, target.Bars(t.Degree), l.slope)
	if err != nil {
		return Value{}, fmt.Errorf("topoloss: %s: %w", t.Name, err)
	}
	if !ok {
		return Value{}, nil
	}
	if !isFinite(value) {
		return Value{}, fmt.Errorf("topoloss: %s is %v", t.Name, value)
	}
	if t.Balance {
		norm, err := l.barsNorm(in.x, bars, l.slope)
		if err == nil {
			weight, err = balanced(weight, norm)
		}
		if err != nil {
			return Value{}, fmt.Errorf("topoloss: %s: %w", t.Name, err)
		}
	}
	if l.Gradient.Method == BigStep {
		switch t.Degree {
		case 0:
			l.bigStep.addDeaths(bars, l.slope, weight)
		case 1:
			l.bigStep.addLoops(bars, l.slope, weight)
		}
	}
	for i, s := range l.slope {
		gradients[i].Birth += weight * s.Birth
		gradients[i].Death += weight * s.Death
		if !isFinite(gradients[i].Birth) || !isFinite(gradients[i].Death) {
			return Value{}, fmt.Errorf("topoloss: the derivative of %s with respect to bar %d, from %v to %v, is %v",
				t.Name, i, bars[i].Birth, bars[i].Death, s)
		}
	}
	return Value{value, true}, r.count(t.Name, weight*value)
}

// count adds the weighted value of a term to r.
func (r *Result) count(name string, value float64) error {
	r.OK = true
	r.Value += value
	if !isFinite(float32(r.Value)) {
		return fmt.Errorf("topoloss: %s takes the loss to %v: too large for a float32", name, r.Value)
	}
	return nil
}

func isFinite[T float32 | float64](v T) bool { return v-v == 0 }
