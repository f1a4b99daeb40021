package metric

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// square returns n points of the unit square.
func square(n int) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	coords := make([]float64, 2*n)
	for i := range coords {
		coords[i] = random.Float64()
	}
	return coords
}

// TestRoomForABand: one allocation holds all edges of a band.
func TestRoomForABand(t *testing.T) {
	for _, n := range []int{300, 1000, 3000} {
		var s Euclidean[float64]
		require.NoError(t, s.Begin(2, square(n), 0, false))
		hi, last := s.NextBand(16 * n)
		require.False(t, last)
		var edges []Edge[float64]
		require.Equal(t, 1.0, testing.AllocsPerRun(1, func() { edges = s.AppendEdges(nil, -1, hi) }), n)
		require.Greater(t, len(edges), 8*n)
	}
}

// TestRoomInACrowd: a sample that mistakes a crowd for all points does not claim room for
// the edges that it expects.
func TestRoomInACrowd(t *testing.T) {
	const n = 4096
	coords := square(n)
	for i := 0; i < n; i += n / 32 { // the points of the sample
		coords[2*i], coords[2*i+1] = 0.5, 0.5
	}
	var s Euclidean[float64]
	require.NoError(t, s.Begin(2, coords, 0, true))
	const want = 16
	hi, _ := s.NextBand(want)
	require.Equal(t, 2*want, s.room)
	require.Len(t, s.AppendEdges(nil, -1, hi), 32*31/2)
}

// TestLengthsInTheTree: a tree gives the distances of [Distance] as long as no coordinate is
// extreme.
func TestLengthsInTheTree(t *testing.T) {
	coords := []float64{0, 1e-120, 1.0000000000000002e-120, -1e-120, 1, 1.0000000000000002, 1e150, -1e150, 1e150, 0, 3, 4, 3, 4}
	require.False(t, Extreme(coords))
	var s Euclidean[float64]
	require.NoError(t, s.Begin(2, coords, 0, false))
	for a := range s.Len() {
		for b := range a {
			require.Equal(t, Distance(coords[2*a:][:2], coords[2*b:][:2]), s.Distance(int32(a), int32(b)), "%d, %d", a, b)
		}
	}
}
