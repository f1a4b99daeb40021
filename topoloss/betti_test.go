package topoloss_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// From 0 to 1 the curves are 1 and 1, to 2 they are 2 and 0, to 3 they are 1 and 0.
func TestBettiByHand(t *testing.T) {
	bar := func(birth, death float64) ph.Bar { return ph.Bar{Birth: birth, Death: death} }
	gradients := make([]topoloss.BarGradient, 2)
	value, ok := new(topoloss.Betti).Evaluate([]ph.Bar{bar(0, 3), bar(1, 2)}, []ph.Bar{bar(0, 1)}, gradients)
	require.True(t, ok)
	require.Equal(t, 0.+4+1, value)
	// At 0 a learnable and a true bar begin. At 1, f rises from 0 to 2.
	require.Equal(t, []topoloss.BarGradient{{Birth: 0, Death: 1}, {Birth: -2, Death: 3}}, gradients)
	value, ok = new(topoloss.Betti).Evaluate(nil, []ph.Bar{bar(0, 1)}, nil)
	require.False(t, ok)
	require.Zero(t, value)
}

// TestBettiBruteForce compares the value with a sum over a fine grid, and derivatives with
// central differences. Bars begin and end at odd multiples of a grid step, so that no two
// differences meet.
func TestBettiBruteForce(t *testing.T) {
	const step = 1.0 / 64
	rng := rand.New(rand.NewPCG(1, 2))
	r := new(topoloss.Betti)
	for range 50 {
		ends := rng.Perm(400)
		bars := func(n int) (all []ph.Bar) {
			for range n {
				a, b := ends[0], ends[1]
				ends = ends[2:]
				all = append(all, ph.Bar{Birth: float64(min(a, b)) * step, Death: float64(max(a, b)) * step})
			}
			return all
		}
		learnable, truth := bars(1+rng.IntN(9)), bars(rng.IntN(9))
		count := func(bars []ph.Bar, t float64) (alive float64) {
			for _, b := range bars {
				if b.Birth <= t && t < b.Death {
					alive++
				}
			}
			return alive
		}
		want := 0.0
		for k := range 400 {
			f := count(learnable, float64(k)*step) - count(truth, float64(k)*step)
			want += f * f * step
		}
		gradients := make([]topoloss.BarGradient, len(learnable))
		value, ok := r.Evaluate(learnable, truth, gradients)
		require.True(t, ok)
		require.InDelta(t, want, value, 1e-12)
		at := func(i int, birth, death float64) float64 {
			moved := slices.Clone(learnable)
			moved[i].Birth += birth
			moved[i].Death += death
			v, _ := new(topoloss.Betti).Evaluate(moved, truth, make([]topoloss.BarGradient, len(moved)))
			return v
		}
		const h = step / 4
		for i, g := range gradients {
			require.InDelta(t, (at(i, h, 0)-at(i, -h, 0))/(2*h), g.Birth, 1e-9)
			require.InDelta(t, (at(i, 0, h)-at(i, 0, -h))/(2*h), g.Death, 1e-9)
		}
	}
}
