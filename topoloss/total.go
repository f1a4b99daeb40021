package topoloss

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// A Part says which bars of a diagram a [Total] sums.
type Part uint8

const (
	All     Part = iota // all bars
	Rest                // all but the K longest
	Longest             // the K longest, with a minus sign
)

// Total is the total persistence Σ (d−b)^Power of the learnable bars, or of a part of
// them. For Longest the sum has a minus sign. Minimising the value shortens the bars of
// Rest, so that only K features remain. It lengthens the bars of Longest. Total ignores the
// true bars.
type Total struct {
	Power float64 // positive; 1 is usual
	Part  Part
	K     int // number of longest bars, at least 0; All ignores it

	order []int // indices of the learnable bars, longest first unless Part is All
}

// Evaluate takes O(n log n) for n bars, or O(n) for All.
func (r *Total) Evaluate(learnable, _ []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	if !(r.Power > 0) || r.K < 0 {
		panic(fmt.Sprintf("topoloss: Total with power %v and K %d", r.Power, r.K))
	}
	r.order = r.order[:0]
	for i := range learnable {
		r.order = append(r.order, i)
	}
	bars, sign := r.order, 1.0
	if r.Part != All {
		slices.SortStableFunc(r.order, func(i, j int) int {
			return cmp.Compare(learnable[j].Persistence(), learnable[i].Persistence())
		})
		k := min(r.K, len(bars))
		if r.Part == Longest {
			bars, sign = bars[:k], -1
		} else {
			bars = bars[k:]
		}
	}
	for _, i := range bars {
		length := learnable[i].Persistence()
		value += sign * math.Pow(length, r.Power)
		g := sign * r.Power * math.Pow(length, r.Power-1)
		gradients[i] = BarGradient{Birth: -g, Death: g}
	}
	return value, len(bars) > 0
}

func (families) Total() (kinds []Kind) {
	for _, part := range []Part{All, Rest, Longest} {
		kinds = append(kinds, totalKind(part, 0), totalKind(part, 1))
	}
	return kinds
}

func totalKind(part Part, degree int) Kind {
	name := [...]string{All: "total", Rest: "rest", Longest: "longest"}[part]
	k := Kind{
		Name: fmt.Sprint(name, degree), Degrees: fmt.Sprint(degree),
		Doc: [...]string{
			All:     fmt.Sprintf("total persistence in degree %d: sum of the lengths of all bars", degree),
			Rest:    fmt.Sprintf("sum of the lengths of all bars of degree %d but the k longest", degree),
			Longest: fmt.Sprintf("minus the sum of the lengths of the k longest bars of degree %d", degree),
		}[part],
		Options: []Option{positive("power", 1, "power of the lengths")},
		term: func(s settings) Term {
			t := &Total{Power: s.number("power"), Part: part}
			if part != All {
				t.K = s.count("k")
			}
			return Term{Degree: degree, Regularizer: t}
		},
	}
	if part != All {
		k.Options = append(k.Options, count(0, "k", 1, "number of longest bars"))
	}
	return k
}
