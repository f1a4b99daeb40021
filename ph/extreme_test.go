package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// TestScaleOfPoints: the diagrams of a cloud times a power of two are the diagrams times that
// power, to the bit, although squares of its coordinates over- or underflow.
func TestScaleOfPoints(t *testing.T) {
	for _, n := range []int{40, 300} { // from a matrix, from a tree
		r := rand.New(rand.NewPCG(3, uint64(n)))
		points := ph.Points[float64]{Dim: 2, Coords: make([]float64, 2*n)}
		for i := range points.Coords {
			points.Coords[i] = math.Round(1e6*r.NormFloat64()) / (1 << 20) // all digits remain in denormals
		}
		want, err := ph.Rips(t.Context(), points, ph.Options{MaxDegree: 1})
		require.NoError(t, err)
		require.NotEmpty(t, want.Classes[1])
		for _, exponent := range []int{-1000, -700, -538, -450, 450, 520, 1019} {
			scaled := ph.Points[float64]{Dim: 2, Coords: make([]float64, 2*n)}
			for i, v := range points.Coords {
				scaled.Coords[i] = math.Ldexp(v, exponent)
			}
			got, err := ph.Rips(t.Context(), scaled, ph.Options{MaxDegree: 1})
			require.NoError(t, err)
			for degree := range want.Classes {
				require.Len(t, got.Classes[degree], len(want.Classes[degree]), "%d points times 2^%d", n, exponent)
				for i, c := range want.Classes[degree] {
					require.Equal(t, math.Ldexp(c.Birth, exponent), got.Classes[degree][i].Birth)
					require.Equal(t, math.Ldexp(c.Death, exponent), got.Classes[degree][i].Death)
				}
			}
		}
	}
}

// TestExtremePoints: distances that differ by hundreds of powers of ten in one cloud, and
// distances that no number can say.
func TestExtremePoints(t *testing.T) {
	line := func(at ...float64) ph.Points[float64] { return ph.Points[float64]{Dim: 1, Coords: at} }
	deaths := func(p ph.Points[float64]) string {
		r, err := ph.Rips(t.Context(), p, ph.Options{})
		require.NoError(t, err)
		text := ""
		for _, c := range r.Classes[0] {
			text += fmt.Sprint(c.Death, " ")
		}
		return text
	}
	require.Equal(t, "5e-324 1e-200 1e+200 +Inf ", deaths(line(0, 5e-324, -1e-200, 1e200)))
	require.Equal(t, "1.7e+308 +Inf ", deaths(line(-8e307, 9e307)))
	require.Equal(t, 5e-324, line(0, 5e-324).Distance(0, 1))
	require.InEpsilon(t, 5e200, ph.Points[float64]{Dim: 2, Coords: []float64{0, 0, 3e200, 4e200}}.Distance(0, 1), 1e-15)

	_, err := ph.Rips(t.Context(), line(-1e308, 1e308), ph.Options{})
	require.EqualError(t, err, "ph: the distance of points 1 and 0 is +Inf: distances must be finite and not negative")
	for _, n := range []int{20, 300} {
		far := ph.Points[float32]{Dim: 2, Coords: make([]float32, 2*n)}
		far.Coords[0], far.Coords[2] = -3e38, 3e38
		_, err := ph.Rips(t.Context(), far, ph.Options{MaxDegree: 1})
		require.Error(t, err)
		_, err = ph.Rips(t.Context(), far, ph.Options{MaxDegree: 1, Threshold: 1e39})
		require.Error(t, err)
		near, err := ph.Rips(t.Context(), far, ph.Options{MaxDegree: 1, Threshold: 1})
		if n > 256 { // a matrix is refused as a whole
			require.NoError(t, err)
			require.Len(t, near.Classes[0], n)
		}
	}
}
