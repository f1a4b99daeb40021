package topoloss

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// Bottleneck is the bottleneck distance between two diagrams: the least, over
// all partial matchings of their bars, of the farthest that a bar must move to
// its partner, max(|b−b′|, |d−d′|), or to the diagonal, (d−b)/2.
//
// Its derivative moves one bar, the learnable one of the pair that decides the
// distance: along the coordinate in which its partner is farther, half along
// each if both are as far, or towards the diagonal. If a true bar decides the
// distance by its own way to the diagonal, the distance depends on no learnable bar,
// unless Attract is set.
type Bottleneck struct {
	// Attract draws a learnable bar to a true bar that decides the distance by
	// its way to the diagonal: the nearest, in the same sup-norm, among those
	// that may go to the diagonal themselves without making the distance larger,
	// so that none is drawn away from a true bar that needs it. The value is
	// then still the bottleneck distance, and the slope that of the distance
	// between these two bars.
	Attract bool

	matcher distance.Matcher
	witness distance.Match
}

// Evaluate returns the distance. It panics if [Bottleneck.EvaluateContext] fails.
func (r *Bottleneck) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (float64, bool) {
	return uninterrupted(r, learnable, truth, gradients)
}

// EvaluateContext returns the distance. It takes the time of [distance.Matcher.Bottleneck],
// and fails where that does.
func (r *Bottleneck) EvaluateContext(ctx context.Context, learnable, truth []ph.Bar, gradients []BarGradient) (value float64, ok bool, err error) {
	r.witness = distance.Match{A: distance.Diagonal, B: distance.Diagonal}
	if len(learnable) == 0 {
		return 0, false, nil
	}
	length, witness, err := r.matcher.Bottleneck(ctx, learnable, truth)
	if err != nil {
		return 0, false, err
	}
	r.witness = witness
	switch {
	case witness.A != distance.Diagonal && witness.B != distance.Diagonal:
		gradients[witness.A] = moveGradient(learnable[witness.A], truth[witness.B])
	case witness.A != distance.Diagonal:
		gradients[witness.A] = BarGradient{Birth: -0.5, Death: 0.5}
	case r.Attract:
		q := truth[witness.B]
		i := nearest(learnable, q, length)
		if i < 0 {
			return 0, false, nil
		}
		gradients[i] = moveGradient(learnable[i], q)
	default:
		return 0, false, nil
	}
	return length, true, nil
}

// Witness returns the pair of bars that decided the distance in the latest
// evaluation, by their indices in learnable and truth; [distance.Diagonal] stands for
// the diagonal.
func (r *Bottleneck) Witness() distance.Match { return r.witness }

// move is the sup-norm distance of two bars.
func move(p, q ph.Bar) float64 {
	return max(math.Abs(p.Birth-q.Birth), math.Abs(p.Death-q.Death))
}

// moveGradient is the derivative of move with respect to p.
func moveGradient(p, q ph.Bar) BarGradient {
	birth, death := p.Birth-q.Birth, p.Death-q.Death
	switch b, d := math.Abs(birth), math.Abs(death); {
	case b > d:
		return BarGradient{Birth: sign(birth)}
	case b < d:
		return BarGradient{Death: sign(death)}
	default:
		return BarGradient{Birth: sign(birth) / 2, Death: sign(death) / 2}
	}
}

// nearest returns the index of the bar closest to q, the first of several, among
// those that can stay unmatched at a distance of spare: their way to the diagonal is at
// most that. It is −1 if there is none.
func nearest(bars []ph.Bar, q ph.Bar, spare float64) int {
	best := -1
	for i, p := range bars {
		if p.Persistence()/2 <= spare && (best < 0 || move(p, q) < move(bars[best], q)) {
			best = i
		}
	}
	return best
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func (families) Bottleneck() []Kind { return []Kind{bottleneckKind(0), bottleneckKind(1)} }

func bottleneckKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("bottleneck", degree), Degrees: fmt.Sprint(degree),
		Doc:     fmt.Sprintf("bottleneck distance of the diagrams of degree %d", degree),
		Options: []Option{choice("attract", "whether a true bar that decides the distance attracts the nearest learnable bar", "no", "yes")},
		term: func(s settings) Term {
			return Term{Degree: degree, Regularizer: &Bottleneck{Attract: s.is("attract", "yes")}}
		},
	}
}
