package topoloss

import "github.com/topogen/topogen/ph"

// Push is −½ Σ d over the deaths d of the learnable bars. It ignores the true bars. In
// degree 0, minimising Push drives points and clusters apart.
type Push struct{}

// Evaluate takes time proportional to the number of bars.
func (Push) Evaluate(learnable, _ []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	for i, b := range learnable {
		value -= b.Death / 2
		gradients[i].Death = -0.5
	}
	return value, len(learnable) > 0
}

func (families) Push() []Kind { return []Kind{pushKind()} }

func pushKind() Kind {
	return Kind{
		Name: "push0", Degrees: "0",
		Doc:  "minus half the sum of the deaths in degree 0: drives points apart",
		term: func(settings) Term { return Term{Degree: 0, Regularizer: Push{}} },
	}
}
