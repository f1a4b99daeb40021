package topoloss

import "github.com/topogen/topogen/ph"

// A Regularizer is a function of two diagrams of one degree. It may keep a
// workspace: one regularizer serves one goroutine at a time.
type Regularizer interface {
	// Name names the regularizer for people and tables, as in "entropy1".
	Name() string
	// Degree is the degree of the diagrams that it compares.
	Degree() int
	// Evaluate returns the regularizer's value for the finite bars of a learnable
	// and a true diagram, and whether it depends on the learnable one. If it
	// does, it adds weight times its derivative with respect to learnable[i] to
	// slopes[i]; if not, its value does not count.
	Evaluate(learnable, truth []ph.Bar, weight float64, slopes []Slope) (value float64, ok bool)
}

// A Slope is the derivative of a value with respect to a bar.
type Slope struct{ Birth, Death float64 }

func (s *Slope) add(birth, death float64) {
	s.Birth += birth
	s.Death += death
}
