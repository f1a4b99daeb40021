package topoloss_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// densityByDefinition is the mean of (ρ_P(x) − ρ_Q(x))² over linspace(0, Range, Points).
func densityByDefinition(r *topoloss.Density, p, q []ph.Bar) (mean float64) {
	rho := func(bars []ph.Bar, x float64) (sum float64) {
		for _, b := range bars {
			sum += r.Scale * math.Pow(b.Death, 4) * math.Exp(-math.Pow((b.Death-x)/r.Sigma, 2))
		}
		return sum
	}
	for k := range r.Points {
		x := 0.0
		if k > 0 {
			x = r.Range * float64(k) / float64(r.Points-1)
		}
		mean += math.Pow(rho(p, x)-rho(q, x), 2) / float64(r.Points)
	}
	return mean
}

func TestDensity(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for _, r := range []*topoloss.Density{
		{Sigma: 0.2, Scale: 0.002, Range: 35, Points: 30},
		{Sigma: 0.9, Scale: 0.05, Range: 6, Points: 13},
		{Sigma: 40, Scale: 1, Range: 1, Points: 200},  // every x near every bar
		{Sigma: 0.001, Scale: 1, Range: 3, Points: 5}, // no x near any
		{Sigma: 1, Scale: 0.1, Range: 7, Points: 1},   // x = 0 alone
		{Sigma: 1, Scale: 0.1, Range: 7, Points: 2},
	} {
		for range 20 {
			p, q := randomBars(random, 1+random.IntN(9), true), randomBars(random, random.IntN(9), true)
			value, ok, _ := evaluate(r, p, q)
			require.True(t, ok)
			want := densityByDefinition(r, p, q)
			require.InDelta(t, want, value, 1e-10*want, "%+v", r)
		}
	}
	far := &topoloss.Density{Sigma: 0.2, Scale: 0.002, Range: 35, Points: 30}
	value, ok, gradients := evaluate(far, bars(0, 1e6), bars(0, 1e300))
	require.True(t, ok, "bars beyond the range")
	require.Zero(t, value)
	require.Zero(t, gradients[0])

	_, ok, _ = evaluate(far, nil, bars(0, 1))
	require.False(t, ok)
	require.Panics(t, func() { evaluate(&topoloss.Density{}, bars(0, 1), nil) })
}
