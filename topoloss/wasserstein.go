package topoloss

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// Wasserstein is the cost of the cheapest partial matching between two diagrams,
//
//	Σ |move|^Order,
//
// where a bar moves to its partner or to the diagonal and |·| is the Norm-norm of
// the plane: (|b−b′|^Norm + |d−d′|^Norm)^(1/Norm). To the diagonal a bar moves by
// (d−b)/2 under the sup-norm and by (d−b)/√2 under the Euclidean one. With Root it is
// the Wasserstein distance, the Order-th root of the cost.
//
// Its derivative is that of the cost of the optimal matching, which is held fixed
// (envelope theorem; Carrière et al. 2021, arXiv:2010.08356). Every learnable bar
// moves.
type Wasserstein struct {
	Order float64 // at least 1
	Norm  float64 // 2 or +Inf
	Root  bool

	matcher  distance.Matcher
	matching []distance.Match
}

// Evaluate takes the time of [distance.Matcher.Wasserstein].
func (r *Wasserstein) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	if !(r.Order >= 1) || r.Norm != 2 && !math.IsInf(r.Norm, 1) {
		panic(fmt.Sprintf("topoloss: Wasserstein of order %v and norm %v", r.Order, r.Norm))
	}
	if len(learnable) == 0 {
		return 0, false
	}
	if _, err := r.matcher.Wasserstein(context.Background(), learnable, truth, r.Order, r.Norm); err != nil {
		panic(err) // not among the bars of a filtration and those of a target
	}
	r.matching = r.matcher.Matching(r.matching[:0])
	for _, m := range r.matching {
		var length float64
		var g BarGradient
		switch {
		case m.A == distance.Diagonal:
			length, _ = r.move(truth[m.B], nearestOnDiagonal(truth[m.B]))
		case m.B == distance.Diagonal:
			length, g = r.toDiagonal(learnable[m.A])
		default:
			length, g = r.move(learnable[m.A], truth[m.B])
		}
		value += math.Pow(length, r.Order)
		if m.A != distance.Diagonal && length > 0 {
			f := r.Order * math.Pow(length, r.Order-1)
			gradients[m.A] = BarGradient{Birth: f * g.Birth, Death: f * g.Death}
		}
	}
	if r.Root && value > 0 {
		root := math.Pow(value, 1/r.Order)
		f := 1 / (r.Order * math.Pow(root, r.Order-1))
		for i := range gradients {
			gradients[i].Birth *= f
			gradients[i].Death *= f
		}
		value = root
	}
	return value, true
}

// move returns the length of a move from p to q and its derivative by p.
func (r *Wasserstein) move(p, q ph.Bar) (float64, BarGradient) {
	if math.IsInf(r.Norm, 1) {
		return move(p, q), moveGradient(p, q)
	}
	x, y := p.Birth-q.Birth, p.Death-q.Death
	length := math.Hypot(x, y)
	if length == 0 {
		return 0, BarGradient{}
	}
	return length, BarGradient{Birth: x / length, Death: y / length}
}

// toDiagonal returns the length of the move of p to the diagonal and its derivative.
func (r *Wasserstein) toDiagonal(p ph.Bar) (float64, BarGradient) {
	length, _ := r.move(p, nearestOnDiagonal(p))
	c := 0.5
	if r.Norm == 2 {
		c = math.Sqrt2 / 2
	}
	return length, BarGradient{Birth: -c, Death: c}
}

func nearestOnDiagonal(p ph.Bar) ph.Bar {
	middle := p.Birth/2 + p.Death/2
	return ph.Bar{Birth: middle, Death: middle}
}

func wassersteinKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("wasserstein", degree), Degrees: fmt.Sprint(degree),
		Doc: fmt.Sprintf("Wasserstein cost of the diagrams of degree %d, the sum of the powers of the moves", degree),
		Options: []Option{
			atLeast(1, "order", 2, "power of the moves"),
			choice("norm", "norm of a move", "2", "inf"),
			choice("root", "whether the distance, the root of the cost, is the value", "no", "yes"),
		},
		term: func(s settings) Term {
			w := &Wasserstein{Order: s.number("order"), Norm: 2, Root: s.is("root", "yes")}
			if s.is("norm", "inf") {
				w.Norm = math.Inf(1)
			}
			return Term{Degree: degree, Regularizer: w}
		},
	}
}
