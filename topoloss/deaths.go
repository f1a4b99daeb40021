package topoloss

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/ph"
)

// SortedDeaths is Σ (d₍ᵢ₎ − q₍ᵢ₎)² over the deaths d of learnable and q of true bars,
// each in descending order. The shorter list is filled up with zeros, as if points
// coincided. In degree 0, for clouds of equal size, the value is the square of the
// 2-Wasserstein distance between the edge lengths of the two minimum spanning trees. Every
// edge has a partner: none is matched with the diagonal.
type SortedDeaths struct {
	order []int     // indices of the learnable bars, by descending death
	truth []float64 // deaths of the true bars, descending
}

// Evaluate takes O(n log n) for n bars.
func (r *SortedDeaths) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	if len(learnable) == 0 {
		return 0, false
	}
	r.order, r.truth = r.order[:0], r.truth[:0]
	for i := range learnable {
		r.order = append(r.order, i)
	}
	slices.SortStableFunc(r.order, func(i, j int) int { return cmp.Compare(learnable[j].Death, learnable[i].Death) })
	for _, b := range truth {
		r.truth = append(r.truth, b.Death)
	}
	slices.SortFunc(r.truth, func(a, b float64) int { return cmp.Compare(b, a) })
	for k := range max(len(learnable), len(truth)) {
		var gap float64
		if k < len(truth) {
			gap = -r.truth[k]
		}
		if k < len(learnable) {
			gap += learnable[r.order[k]].Death
			gradients[r.order[k]].Death = 2 * gap
		}
		value += gap * gap
	}
	return value, true
}

func (families) Deaths() []Kind { return []Kind{deathsKind()} }

func deathsKind() Kind {
	return Kind{
		Name: "deaths0", Degrees: "0",
		Doc:  "sum of squared differences of the sorted deaths in degree 0",
		term: func(settings) Term { return Term{Degree: 0, Regularizer: &SortedDeaths{}} },
	}
}
