package topoloss

import (
	"math"
	"strconv"

	"github.com/topogen/topogen/ph"
)

// Bottleneck is the bottleneck distance of two diagrams. Its derivative moves
// the one learnable bar of the pair that attains the distance: along the
// coordinate that is farther from its true partner (half along each if both
// are as far), or towards the diagonal. It depends on nothing learnable where a
// true bar attains it that is matched to the diagonal.
type Bottleneck struct {
	In      int // the degree
	matcher ph.Matcher
}

// Name returns "bottleneck0" or "bottleneck1".
func (r *Bottleneck) Name() string { return "bottleneck" + strconv.Itoa(r.In) }

// Degree returns the degree.
func (r *Bottleneck) Degree() int { return r.In }

// Evaluate implements [Regularizer].
func (r *Bottleneck) Evaluate(learnable, truth []ph.Bar, weight float64, slopes []Slope) (float64, bool) {
	if len(learnable) == 0 {
		return 0, false
	}
	distance, witness := r.matcher.Bottleneck(learnable, truth)
	if witness.A == ph.Diagonal {
		return distance, false
	}
	slope := &slopes[witness.A]
	if witness.B == ph.Diagonal {
		slope.add(-weight/2, weight/2)
		return distance, true
	}
	p, q := learnable[witness.A], truth[witness.B]
	birth, death := p.Birth-q.Birth, p.Death-q.Death
	switch {
	case math.Abs(birth) > math.Abs(death):
		slope.add(weight*sign(birth), 0)
	case math.Abs(birth) < math.Abs(death):
		slope.add(0, weight*sign(death))
	default:
		slope.add(weight*sign(birth)/2, weight*sign(death)/2)
	}
	return distance, true
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
