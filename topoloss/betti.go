package topoloss

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/topogen/topogen/ph"
)

// Betti is the squared L2 distance of the Betti curves of two diagrams,
//
//	∫ (β_P(t) − β_Q(t))² dt,
//
// where β(t) is the number of bars alive at t: of components in degree 0, of loops in degree
// 1 (Umeda, Time series classification via topological data analysis, 2017). It compares
// counts at each scale and matches no bars. The value is a length.
//
// Where a bar of P begins or ends at t, the derivative is ∓(f(t⁻) + f(t⁺)) with
// f = β_P − β_Q: the mean of both one-sided derivatives where several bars begin or end.
type Betti struct {
	ends []barEnd
}

// A barEnd is a birth or a death.
type barEnd struct {
	at   float64
	step float64  // what f rises by
	into *float64 // receives the derivative; nil for a true bar
}

// Evaluate takes O(n log n) for n bars.
func (r *Betti) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	if len(learnable) == 0 {
		return 0, false
	}
	r.ends = r.ends[:0]
	for i, b := range learnable {
		r.ends = append(r.ends, barEnd{b.Birth, 1, &gradients[i].Birth}, barEnd{b.Death, -1, &gradients[i].Death})
	}
	for _, b := range truth {
		r.ends = append(r.ends, barEnd{b.Birth, -1, nil}, barEnd{b.Death, 1, nil})
	}
	slices.SortStableFunc(r.ends, func(a, b barEnd) int { return cmp.Compare(a.at, b.at) })
	f := 0.0
	for from := 0; from < len(r.ends); {
		at, before := r.ends[from].at, f
		to := from
		for ; to < len(r.ends) && r.ends[to].at == at; to++ {
			f += r.ends[to].step
		}
		for _, e := range r.ends[from:to] {
			if e.into != nil {
				*e.into = -e.step * (before + f)
			}
		}
		if to < len(r.ends) {
			value += f * f * (r.ends[to].at - at)
		}
		from = to
	}
	return value, true
}

func (families) Betti() []Kind { return []Kind{bettiKind(0), bettiKind(1)} }

func bettiKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("betti", degree), Degrees: fmt.Sprint(degree),
		Doc:  fmt.Sprintf("squared L2 distance of the Betti curves of degree %d: of the numbers of bars at each scale", degree),
		term: func(settings) Term { return Term{Degree: degree, Regularizer: new(Betti)} },
	}
}
