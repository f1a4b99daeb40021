package ph_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestEstimateMemory(t *testing.T) {
	const n = 2000
	pairs := float64(n * (n - 1) / 2)
	points := float64(ph.EstimateMemory(ph.Matrix32{N: n}, ph.Options{MaxDegree: 1}))
	extra := func(d ph.Distances, o ph.Options) float64 {
		return float64(ph.EstimateMemory(d, o)) - points
	}
	require.InDelta(t, 300*n, points, 0)
	low, high := cube(seeded(), n, 3), cube(seeded(), n, 10)
	require.Zero(t, extra(low, ph.Options{MaxDegree: 1}), "a tree lists the edges")
	require.Equal(t, 4*pairs, extra(high, ph.Options{MaxDegree: 1}))
	require.Equal(t, 8*pairs, extra(struct{ ph.Distances }{high}, ph.Options{MaxDegree: 1}))
	require.Equal(t, 4*pairs+40*pairs, extra(high, ph.Options{MaxDegree: 2, Threshold: 100}))
	require.Zero(t, extra(low, ph.Options{MaxDegree: 2, Threshold: 1e-6}))

	// A ball of radius 0.2 has π/6·0.4³ of the cube, less near its faces.
	share := extra(low, ph.Options{MaxDegree: 2, Threshold: 0.2}) / (40 * pairs)
	require.InDelta(t, 0.028, share, 0.008)
	// The enclosing radius of a cube, half its diagonal, reaches most pairs.
	share = extra(low, ph.Options{MaxDegree: 1, Cocycles: true}) - 4*pairs
	require.InDelta(t, 0.93, share/(40*pairs), 0.07)

	sparse := ph.Sparse[float64]{N: n, Entries: make([]ph.Entry[float64], 100)}
	require.InDelta(t, 40*100, extra(sparse, ph.Options{MaxDegree: 2}), 0)
}

func TestEstimateMemoryOfFewPoints(t *testing.T) {
	for n := range 4 {
		require.EqualValues(t, 300*n+44*n*(n-1)/2, ph.EstimateMemory(cube(seeded(), n, 2), ph.Options{MaxDegree: 3, Threshold: 9}))
	}
}

// As many workers as anyone may ask for, and a degree far beyond the last, cost nothing.
func TestNeedlessWorkersAndDegrees(t *testing.T) {
	p := cube(seeded(), 40, 2)
	want, err := ph.Rips(t.Context(), p, ph.Options{MaxDegree: 2})
	require.NoError(t, err)
	for _, workers := range []int{1, 1 << 30} {
		got, err := ph.Rips(t.Context(), p, ph.Options{MaxDegree: 2, Workers: workers})
		require.NoError(t, err)
		require.Equal(t, want, got)
		_, err = ph.Each(t.Context(), []ph.Distances{p}, ph.Options{MaxDegree: 1, Workers: workers})
		require.NoError(t, err)
	}
	none, err := ph.Each(t.Context(), nil, ph.Options{})
	require.NoError(t, err)
	require.Empty(t, none)
	got, err := ph.Rips(t.Context(), cube(seeded(), 3, 2), ph.Options{MaxDegree: 1 << 40})
	require.NoError(t, err)
	require.Len(t, got.Classes, 2)
}
