package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// ring returns points near a circle around the origin.
func ring(random *rand.Rand, n int, radius, noise float64) (coords []float32) {
	for range n {
		sin, cos := math.Sincos(2 * math.Pi * random.Float64())
		coords = append(coords, float32(radius*cos+noise*random.NormFloat64()), float32(radius*sin+noise*random.NormFloat64()))
	}
	return coords
}

// TestLoops: the loops of circles stand out, those of a disc do not, and those of samples
// are judged beside the loops of the data.
func TestLoops(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	circle := ring(random, 200, 1, 0.02)
	both := append(ring(random, 200, 0.4, 0.02), circle...)
	small := append(ring(random, 400, 0.3, 0.01), ring(random, 1, 5, 0)...)
	noisy := append(ring(random, 10, 0.3, 0.1), circle...)
	var gaussian []float32
	for range 400 {
		gaussian = append(gaussian, float32(random.NormFloat64()))
	}
	for _, c := range []struct {
		name    string
		coords  []float32
		share   float64
		longest float64
		want    int
	}{
		{"a circle", circle, 1, 0, 1},
		{"two circles", both, 1, 0, 2},
		{"a circle with points inside", noisy, 0.9, 0, 1},
		{"the same if all count", noisy, 1, 1.5, 0},
		{"a small circle beside a far point", small, 0.9, 0, 1},
		{"a small circle as samples of a large one", small, 0.9, 1.5, 0},
		{"one point", circle[:2], 0.9, 0, 0},
	} {
		cloud := &ph.Points[float32]{Dim: 2, Coords: c.coords}
		got, err := loops(t.Context(), cloud, densest(cloud, c.share), c.longest)
		require.NoError(t, err, c.name)
		require.Len(t, got, c.want, c.name)
		ends := make(map[int32]int)
		for _, e := range cyclesOf(got) {
			ends[e.U]++
			ends[e.V]++
		}
		for point, n := range ends {
			require.Zero(t, n%2, "%s: point %d", c.name, point)
		}
	}
	cloud := &ph.Points[float32]{Dim: 2, Coords: gaussian}
	got, err := loops(t.Context(), cloud, densest(cloud, 1), 1.5)
	require.NoError(t, err)
	require.Empty(t, got, "a Gaussian cloud")
}
