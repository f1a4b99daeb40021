package topoloss

import "github.com/topogen/topogen/ph"

// Push is −½ Σ deaths in degree 0. It has no target: minimising it drives
// points and clusters apart.
type Push struct{}

// Name returns "push0".
func (Push) Name() string { return "push0" }

// Degree returns 0.
func (Push) Degree() int { return 0 }

// Evaluate implements [Regularizer].
func (Push) Evaluate(learnable, _ []ph.Bar, weight float64, slopes []Slope) (float64, bool) {
	var value float64
	for i, b := range learnable {
		value -= b.Death / 2
		slopes[i].add(0, -weight/2)
	}
	return value, len(learnable) > 0
}
