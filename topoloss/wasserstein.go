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

	matcher distance.Matcher
}

// Evaluate returns the cost. It panics if [Wasserstein.EvaluateContext] fails.
func (r *Wasserstein) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	return uninterrupted(r, learnable, truth, gradients)
}

// EvaluateContext returns the cost. It takes the time of [distance.Matcher.Wasserstein],
// and fails where that does.
func (r *Wasserstein) EvaluateContext(ctx context.Context, learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool, err error) {
	if !(r.Order >= 1) || r.Norm != 2 && !math.IsInf(r.Norm, 1) {
		panic(fmt.Sprintf("topoloss: Wasserstein of order %v and norm %v", r.Order, r.Norm))
	}
	if len(learnable) == 0 {
		return 0, false, nil
	}
	value, err = r.matcher.WassersteinGradient(ctx, learnable, truth, r.Order, r.Norm, gradients)
	if err != nil {
		return 0, false, err
	}
	if r.Root {
		return value, true, nil
	}
	// The cost is a power of the distance.
	factor := r.Order * math.Pow(value, r.Order-1)
	for i := range gradients {
		gradients[i].Birth *= factor
		gradients[i].Death *= factor
	}
	return math.Pow(value, r.Order), true, nil
}

func (families) Wasserstein() []Kind { return []Kind{wassersteinKind(0), wassersteinKind(1)} }

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
