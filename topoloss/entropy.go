package topoloss

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
)

// Entropy is (E(P) − E(Q))² for the negative persistent entropy
//
//	E = Σ pᵢ log pᵢ,  pᵢ = ℓᵢ / Σℓ,
//
// of a diagram. Both sums run over the bars of length ℓᵢ = dᵢ − bᵢ > Delta. E measures how
// evenly the total length is spread over the bars, and does not depend on the unit of
// length. A diagram without bars longer than Delta has E = 0. If this is the learnable
// diagram P, the value depends on nothing learnable.
type Entropy struct {
	Delta float64 // bars of at most this length are noise and do not count; 0.001 is usual
}

// Evaluate takes time proportional to the number of bars. The derivative of E
// with respect to ℓᵢ is (log pᵢ − E)/Σℓ.
func (r Entropy) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (float64, bool) {
	e, total := r.entropy(learnable)
	if total == 0 {
		return 0, false
	}
	target, _ := r.entropy(truth)
	gap := e - target
	for i, b := range learnable {
		if length := b.Persistence(); length > r.Delta {
			s := 2 * gap * (math.Log(length/total) - e) / total
			gradients[i] = BarGradient{Birth: -s, Death: s}
		}
	}
	return gap * gap, true
}

// entropy returns E and Σℓ, both 0 if no bar is longer than Delta.
func (r Entropy) entropy(bars []ph.Bar) (e, total float64) {
	for _, b := range bars {
		if length := b.Persistence(); length > r.Delta {
			total += length
		}
	}
	for _, b := range bars {
		if length := b.Persistence(); length > r.Delta {
			p := length / total
			e += p * math.Log(p)
		}
	}
	return e, total
}

func (families) Entropy() []Kind { return []Kind{entropyKind(0), entropyKind(1)} }

func entropyKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("entropy", degree), Degrees: fmt.Sprint(degree),
		Doc:     fmt.Sprintf("squared difference of the persistent entropies in degree %d", degree),
		Options: []Option{atLeast(0, "delta", 0.001, "length up to which bars are noise")},
		term: func(s settings) Term {
			return Term{Degree: degree, Regularizer: Entropy{Delta: s.number("delta")}}
		},
	}
}
