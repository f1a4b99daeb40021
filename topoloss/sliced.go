package topoloss

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// Sliced is the sliced Wasserstein distance of two diagrams (Carrière, Cuturi and
// Oudot 2017, arXiv:1706.03358): the mean, over directions θ = π(k/Directions − ½),
// of the 1-Wasserstein distance of two lists of numbers. One list holds the
// projections on (cos θ, sin θ) of the learnable bars and of the points of the
// diagonal nearest to the true bars, the other those of the true bars and of the
// points of the diagonal nearest to the learnable ones.
//
// Unlike [Wasserstein] it needs no matching of bars, and moves all bars at once.
// package distance has the same value, without derivatives.
type Sliced struct {
	Directions int // at least 1; 50 is usual

	lists [2][]projection
}

// A projection is that of a bar on a line. Its derivatives by birth and death go to a
// learnable bar, or to none if bar is −1.
type projection struct {
	at           float64
	birth, death float64
	bar          int
}

// Evaluate takes O(n log n) for each direction.
func (r *Sliced) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	if r.Directions < 1 {
		panic(fmt.Sprintf("topoloss: Sliced with %d directions", r.Directions))
	}
	if len(learnable) == 0 {
		return 0, false
	}
	for k := range r.Directions {
		sin, cos := math.Sincos(math.Pi * (float64(k)/float64(r.Directions) - 0.5))
		half := (sin + cos) / 2
		u, v := r.lists[0][:0], r.lists[1][:0]
		for i, b := range learnable {
			u = append(u, projection{b.Birth*cos + b.Death*sin, cos, sin, i})
			v = append(v, projection{(b.Birth + b.Death) * half, half, half, i})
		}
		for _, b := range truth {
			u = append(u, projection{at: (b.Birth + b.Death) * half, bar: -1})
			v = append(v, projection{at: b.Birth*cos + b.Death*sin, bar: -1})
		}
		r.lists = [2][]projection{u, v}
		for _, list := range r.lists {
			slices.SortFunc(list, func(a, b projection) int {
				return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.bar, b.bar))
			})
		}
		for i := range u {
			gap := u[i].at - v[i].at
			value += math.Abs(gap)
			u[i].add(gradients, sign(gap))
			v[i].add(gradients, -sign(gap))
		}
	}
	n := float64(r.Directions)
	for i := range gradients {
		gradients[i].Birth /= n
		gradients[i].Death /= n
	}
	return value / n, true
}

func (p projection) add(gradients []BarGradient, factor float64) {
	if p.bar >= 0 {
		gradients[p.bar].Birth += factor * p.birth
		gradients[p.bar].Death += factor * p.death
	}
}

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
