package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// Sliced is the sliced Wasserstein distance of two diagrams over a number of
// directions, as [distance.Matcher.SlicedWasserstein] defines it (Carrière, Cuturi and
// Oudot 2017, arXiv:1706.03358).
//
// Unlike [Wasserstein] it needs no matching of bars, and moves all bars at once.
type Sliced struct {
	Directions int // at least 1; 50 is usual

	matcher distance.Matcher
}

// Evaluate returns the distance. It panics if [Sliced.EvaluateContext] fails.
func (r *Sliced) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	return uninterrupted(r, learnable, truth, gradients)
}

// EvaluateContext returns the distance. It takes O(n log n) for each direction, and fails
// where [distance.Matcher.SlicedWasserstein] does.
func (r *Sliced) EvaluateContext(ctx context.Context, learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool, err error) {
	if r.Directions < 1 {
		panic(fmt.Sprintf("topoloss: Sliced with %d directions", r.Directions))
	}
	if len(learnable) == 0 {
		return 0, false, nil
	}
	value, err = r.matcher.SlicedWassersteinGradient(ctx, learnable, truth, r.Directions, gradients)
	return value, err == nil, err
}

func (families) Sliced() []Kind { return []Kind{slicedKind(0), slicedKind(1)} }

func slicedKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("sliced", degree), Degrees: fmt.Sprint(degree),
		Doc:     fmt.Sprintf("sliced Wasserstein distance of the diagrams of degree %d", degree),
		Options: []Option{count(1, "directions", 50, "number of directions")},
		term: func(s settings) Term {
			return Term{Degree: degree, Regularizer: &Sliced{Directions: s.count("directions")}}
		},
	}
}
