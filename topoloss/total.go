package topoloss

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// A TotalPart names the bars of a diagram that a [Total] sums.
type TotalPart uint8

const (
	AllBars       TotalPart = iota // all bars
	AllButLongest                  // all but the K longest
	OnlyLongest                    // the K longest, with a minus sign
)

// Total is the total persistence Σ (d−b)^Power of the learnable bars, or of a part of
// them. For OnlyLongest the sum has a minus sign. Minimising the value lengthens the bars of
// OnlyLongest and shortens those of AllButLongest, so that only K features remain. Total
// ignores the true bars.
type Total struct {
	Power float64 // positive; 1 is usual
	Part  TotalPart
	K     int // number of longest bars, at least 0; AllBars ignores it

	order []int // indices of the learnable bars, longest first unless Part is AllBars
}

// Evaluate takes O(n log n) for n bars, or O(n) for AllBars.
func (r *Total) Evaluate(learnable, _ []ph.Bar, gradients []BarGradient) (value float64, ok bool) {
	if !(r.Power > 0) || r.K < 0 {
		panic(fmt.Sprintf("topoloss: Total with power %v and K %d", r.Power, r.K))
	}
	r.order = r.order[:0]
	for i := range learnable {
		r.order = append(r.order, i)
	}
	bars, sign := r.order, 1.0
	if r.Part != AllBars {
		slices.SortStableFunc(r.order, func(i, j int) int {
			return cmp.Compare(learnable[j].Persistence(), learnable[i].Persistence())
		})
		k := min(r.K, len(bars))
		if r.Part == OnlyLongest {
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
	for _, part := range []TotalPart{AllBars, AllButLongest, OnlyLongest} {
		kinds = append(kinds, totalKind(part, 0), totalKind(part, 1))
	}
	return kinds
}

func totalKind(part TotalPart, degree int) Kind {
	name := [...]string{AllBars: "total", AllButLongest: "rest", OnlyLongest: "longest"}[part]
	k := Kind{
		Name: fmt.Sprint(name, degree), Degrees: fmt.Sprint(degree),
		Doc: [...]string{
			AllBars:       fmt.Sprintf("total persistence in degree %d: sum of the lengths of all bars", degree),
			AllButLongest: fmt.Sprintf("sum of the lengths of all bars of degree %d but the k longest", degree),
			OnlyLongest:   fmt.Sprintf("minus the sum of the lengths of the k longest bars of degree %d", degree),
		}[part],
		Options: []Option{positive("power", 1, "power of the lengths")},
		term: func(s settings) Term {
			t := &Total{Power: s.number("power"), Part: part}
			if part != AllBars {
				t.K = s.count("k")
			}
			return Term{Degree: degree, Regularizer: t}
		},
	}
	if part != AllBars {
		k.Options = append(k.Options, count(0, "k", 1, "number of longest bars"))
	}
	return k
}
