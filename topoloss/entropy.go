package topoloss

import (
	"math"
	"strconv"

	"github.com/topogen/topogen/ph"
)

// Entropy is (E(P) − E(Q))², where E = Σ pᵢ log pᵢ is the negative persistent
// entropy of a diagram: pᵢ = ℓᵢ/Σℓ is the share of the i-th bar in the length of
// all bars longer than Delta. An empty true diagram has E(Q) = 0; without a
// learnable bar longer than Delta it depends on nothing learnable.
type Entropy struct {
	In    int     // the degree
	Delta float64 // bars at most this long are noise
}

// Name returns "entropy0" or "entropy1".
func (r *Entropy) Name() string { return "entropy" + strconv.Itoa(r.In) }

// Degree returns the degree.
func (r *Entropy) Degree() int { return r.In }

// Evaluate implements [Regularizer]. The derivative of E by ℓᵢ is
// (log pᵢ − E)/Σℓ.
func (r *Entropy) Evaluate(learnable, truth []ph.Bar, weight float64, slopes []Slope) (float64, bool) {
	e, total := r.entropy(learnable)
	if total == 0 {
		return 0, false
	}
	target, _ := r.entropy(truth)
	gap := e - target
	for i, b := range learnable {
		if l := b.Persistence(); l > r.Delta {
			g := weight * 2 * gap * (math.Log(l/total) - e) / total
			slopes[i].add(-g, g)
		}
	}
	return gap * gap, true
}

// entropy returns E and Σℓ of the bars longer than Delta, zeros if there are none.
func (r *Entropy) entropy(bars []ph.Bar) (e, total float64) {
	for _, b := range bars {
		if l := b.Persistence(); l > r.Delta {
			total += l
		}
	}
	for _, b := range bars {
		if l := b.Persistence(); l > r.Delta {
			p := l / total
			e += p * math.Log(p)
		}
	}
	return e, total
}
