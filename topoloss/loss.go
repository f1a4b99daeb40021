package topoloss

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// A Term is a weighted regularizer.
type Term struct {
	Weight      float64
	Regularizer Regularizer
}

// A Loss is a weighted sum of regularizers. It is a workspace: one loss serves
// one goroutine at a time.
type Loss struct {
	terms    []Term
	degree   int
	engine   ph.Engine
	distance []float32
	slopes   [2][]Slope
	results  []TermResult
	spare    [][]kernels.Pair
}

// New returns the sum of the given terms, over diagrams up to degree 0 or 1.
// A term of weight 0 is left out; one of a higher degree is an error.
func New(degree int, terms ...Term) (*Loss, error) {
	if degree < 0 || degree > 1 {
		return nil, fmt.Errorf("topoloss: degree %d, must be 0 or 1", degree)
	}
	l := &Loss{degree: degree}
	for _, t := range terms {
		if t.Weight == 0 {
			continue
		}
		name := t.Regularizer.Name()
		if math.IsNaN(t.Weight) || math.IsInf(t.Weight, 0) {
			return nil, fmt.Errorf("topoloss: the weight of %s is %v, must be finite", name, t.Weight)
		}
		if t.Regularizer.Degree() > degree {
			return nil, fmt.Errorf("topoloss: %s has weight %v but the degree is %d: raise the degree or set the weight to 0", name, t.Weight, degree)
		}
		l.terms = append(l.terms, t)
	}
	l.results = make([]TermResult, len(l.terms))
	return l, nil
}

// Terms returns the terms with a weight, in order. The caller must not change it.
func (l *Loss) Terms() []Term { return l.terms }

// A Target is what a loss compares with: the finite bars of a true cloud, by degree.
type Target [2][]ph.Bar

// NewTarget returns a target of true diagrams, which it copies.
func NewTarget(diagrams []ph.Diagram) *Target {
	target := new(Target)
	for _, d := range diagrams {
		if d.Degree < len(target) {
			target[d.Degree] = slices.Clone(d.Finite())
		}
	}
	return target
}

// A TermResult is what one term contributed.
type TermResult struct {
	Value float64 // the regularizer's, without its weight
	OK    bool    // it depends on something learnable; if not, it does not count
}

// A Result is a loss's value.
type Result struct {
	// Var holds the weighted sum as a scalar on the tape, through which gradients
	// flow to the points; it is nil if OK is false.
	Var *autograd.Var
	// Value is the weighted sum.
	Value float64
	// Terms are the contributions in the order of [Loss.Terms], valid until the
	// loss is used again.
	Terms []TermResult
	// OK says whether the loss depends on something learnable.
	OK bool
}

// Diagrams returns the diagrams of a cloud: x of shape n×…, each row flattened
// to a point. They are valid until the loss is used again. A cloud with a NaN
// or an infinity is an error that names the row.
func (l *Loss) Diagrams(x *autograd.Var) ([]ph.Diagram, error) {
	n, dim, err := cloud(x)
	if err != nil {
		return nil, err
	}
	tape := x.Tape()
	if cap(l.distance) < n*n {
		l.distance = make([]float32, n*n)
	}
	host := l.distance[:n*n]
	device := tape.Scratch(n * n)
	tape.Device().Distances(device, x.Value(), n, dim)
	if err := tape.Device().Read(host, device); err != nil {
		return nil, fmt.Errorf("topoloss: distances: %w", err)
	}
	diagrams, err := l.engine.Rips(ph.Matrix32{N: n, Data: host}, l.degree)
	if err != nil || n == 1 {
		if bad := finite(x, dim); bad != nil {
			return nil, bad
		}
	}
	return diagrams, err
}

// Target returns the target that a cloud is, of shape n×…; no gradient flows
// into it.
func (l *Loss) Target(x *autograd.Var) (*Target, error) {
	diagrams, err := l.Diagrams(x)
	if err != nil {
		return nil, err
	}
	return NewTarget(diagrams), nil
}

// Apply returns the loss between the learnable cloud x, of shape n×…, and a
// target.
func (l *Loss) Apply(x *autograd.Var, target *Target) (Result, error) {
	if len(l.terms) == 0 {
		return Result{}, nil
	}
	diagrams, err := l.Diagrams(x)
	if err != nil {
		return Result{}, err
	}
	r := l.Evaluate(diagrams, target)
	if !r.OK {
		return r, nil
	}
	r.Var = l.pullback(x, diagrams, r.Value)
	return r, nil
}

// Evaluate returns the loss between diagrams and a target, without a Var.
func (l *Loss) Evaluate(diagrams []ph.Diagram, target *Target) Result {
	for _, d := range diagrams {
		s := &l.slopes[d.Degree]
		if n := len(d.Finite()); cap(*s) < n {
			*s = make([]Slope, n)
		} else {
			*s = (*s)[:n]
			clear(*s)
		}
	}
	r := Result{Terms: l.results}
	for i, t := range l.terms {
		degree := t.Regularizer.Degree()
		if !moves(diagrams[degree].Finite()) {
			r.Terms[i] = TermResult{}
			continue
		}
		value, ok := t.Regularizer.Evaluate(diagrams[degree].Finite(), target[degree], t.Weight, l.slopes[degree])
		r.Terms[i] = TermResult{value, ok}
		if ok {
			r.Value += t.Weight * value
			r.OK = true
		}
	}
	return r
}

// moves reports whether a gradient can reach a point: no bar of length zero
// moves any.
func moves(bars []ph.Bar) bool {
	return slices.ContainsFunc(bars, func(b ph.Bar) bool { return b.Death > b.Birth })
}

// pullback puts value on the tape and carries the slopes to the points.
func (l *Loss) pullback(x *autograd.Var, diagrams []ph.Diagram, value float64) *autograd.Var {
	tape := x.Tape()
	dev := tape.Device()
	y := tape.Result(nil, x)
	dev.Fill(y.Value(), float32(value))
	if !y.NeedsGrad() {
		return y
	}
	pairs := l.pairs(diagrams)
	y.OnBackward(func() {
		dx, store := x.GradTarget()
		n := x.Shape()[0]
		dev.PairsGrad(dx, x.Value(), n, x.Len()/n, pairs, y.Grad(), store)
		l.spare = append(l.spare, pairs)
	})
	return y
}

// pairs lists the edges that carry a slope. The list must live until Backward,
// which other uses of the loss may come before.
func (l *Loss) pairs(diagrams []ph.Diagram) []kernels.Pair {
	var pairs []kernels.Pair
	if n := len(l.spare); n > 0 {
		pairs, l.spare = l.spare[n-1][:0], l.spare[:n-1]
	}
	put := func(e ph.Edge, slope float64) {
		if e.U != e.V && slope != 0 {
			pairs = append(pairs, kernels.Pair{U: e.U, V: e.V, Coef: float32(slope)})
		}
	}
	for _, d := range diagrams {
		for i, b := range d.Finite() {
			put(b.BirthEdge, l.slopes[d.Degree][i].Birth)
			put(b.DeathEdge, l.slopes[d.Degree][i].Death)
		}
	}
	return pairs
}

func cloud(x *autograd.Var) (n, dim int, err error) {
	if len(x.Shape()) == 0 {
		return 0, 0, errors.New("topoloss: a scalar is no cloud: want a variable of shape n×…")
	}
	n = x.Shape()[0]
	if n == 0 {
		return 0, 0, nil
	}
	return n, x.Len() / n, nil
}

// finite returns an error that names the first coordinate that is NaN or infinite.
func finite(x *autograd.Var, dim int) error {
	values, err := x.Values()
	if err != nil {
		return err
	}
	for i, v := range values {
		if v-v != 0 {
			return fmt.Errorf("topoloss: row %d of the cloud is not finite: its coordinate %d is %v", i/dim, i%dim, v)
		}
	}
	return nil
}
