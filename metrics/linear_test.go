package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
)

// labeled draws points near one of four centers, and says of which.
func labeled(seed uint64, n, dim int, scale float32) (ph.Points[float32], []int) {
	random := rand.New(rand.NewPCG(seed, 9))
	centers, p := drawn(77, 4, dim, 3), drawn(seed, n, dim, 0)
	labels := make([]int, n)
	for i := range labels {
		labels[i] = random.IntN(4)
		for k := range dim {
			p.Coords[i*dim+k] = scale * (2*p.Coords[i*dim+k] + centers.Coords[labels[i]*dim+k])
		}
	}
	return p, labels
}

// The device's solution is that of gonum in float64, for fewer points than dimensions and
// for more, in one block of the decomposition and in several.
func TestRidgeMatchesFloat64(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, s := range []struct{ n, dim int }{{1, 1}, {2, 5}, {5, 2}, {30, 70}, {64, 64}, {65, 200}, {200, 65}, {300, 150}, {150, 300}} {
		t.Run(fmt.Sprint(s.n, "×", s.dim), func(t *testing.T) {
			x, labels := labeled(1, s.n, s.dim, 0.5)
			y, _ := labeled(2, 50, s.dim, 0.5)
			r := newRidge(x, labels, 4)
			require.Less(t, r.squares(), float64(mostSquares))
			got, err := r.scores(dev, y)
			require.NoError(t, err)
			want, err := r.scores64(y)
			require.NoError(t, err)
			require.InDeltaSlice(t, want, got, 1e-3)
		})
	}
}

// Coordinates for which float32 is too coarse are computed in float64. The penalty hardly
// matters in few dimensions, nor in many more than there are points, so accuracy stays.
func TestRidgeOfLargeCoordinates(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, dim := range []int{3, 300} {
		x, labels := labeled(1, 50, dim, 0.1)
		y, others := labeled(2, 500, dim, 0.1)
		small, err := LinearAccuracy(dev, x, y, labels, others)
		require.NoError(t, err)
		for i := range x.Coords {
			x.Coords[i] *= 1e6
		}
		for i := range y.Coords {
			y.Coords[i] *= 1e6
		}
		require.Greater(t, newRidge(x, labels, 4).squares(), float64(mostSquares))
		large, err := LinearAccuracy(dev, x, y, labels, others)
		require.NoError(t, err)
		require.InDelta(t, small, large, 0.02)
	}
}
