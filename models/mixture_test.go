package models_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/models"
)

// TestMixture finds two Gaussians that points were drawn from.
func TestMixture(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var points []float32
	for i := range 900 {
		if i%3 == 0 {
			points = append(points, float32(5+0.5*r.NormFloat64()), float32(-1+2*r.NormFloat64()))
		} else {
			points = append(points, float32(-5+r.NormFloat64()), float32(3+0.1*r.NormFloat64()))
		}
	}
	m, err := models.FitMixture(points, 2, 2, 1)
	require.NoError(t, err)
	a, b := 0, 1
	if m.Means[0][0] < 0 {
		a, b = 1, 0
	}
	require.InDelta(t, 1./3, m.Weights[a], 0.01)
	require.InDelta(t, 5, m.Means[a][0], 0.1)
	require.InDelta(t, -5, m.Means[b][0], 0.15)
	require.InDelta(t, 2, m.Deviations[a][1], 0.2)
	require.InDelta(t, 0.1, m.Deviations[b][1], 0.02)

	drawn := m.Sample(3000, 7)
	right := 0
	for i := 0; i < len(drawn); i += 2 {
		if drawn[i] > 0 {
			right++
		}
	}
	require.InDelta(t, 1000, right, 80)
	require.Equal(t, drawn, m.Sample(3000, 7))
	require.NotEqual(t, drawn, m.Sample(3000, 8))
}

func TestMixtureOfAwkwardPoints(t *testing.T) {
	same := slices.Repeat([]float32{2, 3}, 5)
	m, err := models.FitMixture(same, 2, 3, 1)
	require.NoError(t, err)
	for _, v := range m.Sample(10, 1) {
		require.InDelta(t, 2.5, v, 0.6)
		require.False(t, math.IsNaN(float64(v)))
	}
	for _, bad := range []struct{ values, dim, k int }{{4, 2, 3}, {5, 2, 1}, {4, 0, 1}, {4, 2, 0}} {
		_, err := models.FitMixture(make([]float32, bad.values), bad.dim, bad.k, 1)
		require.ErrorContains(t, err, "a mixture of")
	}
}
