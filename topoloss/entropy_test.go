package topoloss_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/topoloss"
)

func TestEntropy(t *testing.T) {
	r := topoloss.Entropy{Delta: 0.001}
	ln := math.Log

	value, ok, _ := evaluate(r, bars(0, 2, 5, 7), bars(0, 1))
	require.True(t, ok)
	require.InDelta(t, ln(2)*ln(2), value, 1e-15, "two equal bars against one")

	value, ok, gradients := evaluate(r, bars(0, 1, 0, 3), nil)
	require.True(t, ok)
	e := 0.25*ln(0.25) + 0.75*ln(0.75)
	require.InDelta(t, e*e, value, 1e-15, "an empty target has entropy 0")
	require.InDelta(t, 2*e*(ln(0.25)-e)/4, gradients[0].Death, 1e-15)
	require.InDelta(t, 2*e*(ln(0.75)-e)/4, gradients[1].Death, 1e-15)
	require.Equal(t, -gradients[1].Death, gradients[1].Birth)

	value, ok, gradients = evaluate(r, bars(2, 9), bars(0, 1))
	require.True(t, ok, "one bar has entropy 0 but is learnable")
	require.Zero(t, value)
	require.Zero(t, gradients[0])

	// Bars of exactly Delta are noise too.
	_, ok, _ = evaluate(topoloss.Entropy{Delta: 0.5}, bars(0, 0.5, 3, 3.25), bars(0, 1))
	require.False(t, ok, "nothing longer than delta")
	_, ok, gradients = evaluate(topoloss.Entropy{Delta: 0.5}, bars(0, 0.5, 3, 4, 1, 3), bars(0, 1))
	require.True(t, ok)
	require.Zero(t, gradients[0])
	require.NotZero(t, gradients[1])
}

// TestEntropyIgnoresUnits: entropy depends on the shares of bars alone, so that
// lengthening all in proportion changes nothing.
func TestEntropyIgnoresUnits(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		p, q := randomBars(random, 7, false), randomBars(random, 5, false)
		value, _, gradients := evaluate(topoloss.Entropy{}, p, q)
		var along float64
		for i, b := range p {
			along += gradients[i].Birth*b.Birth + gradients[i].Death*b.Death
		}
		require.InDelta(t, 0, along, 1e-14, "the derivative along a change of scale")
		for i := range p {
			p[i].Birth, p[i].Death = 8*p[i].Birth, 8*p[i].Death
		}
		scaled, _, _ := evaluate(topoloss.Entropy{}, p, q)
		require.InDelta(t, value, scaled, 1e-14)
	}
}
