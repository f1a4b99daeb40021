package ph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// TestMalformedDistances: what a caller puts together wrongly is refused before anything
// reads it.
func TestMalformedDistances(t *testing.T) {
	entry := func(i, j int) ph.Sparse[float64] {
		return ph.Sparse[float64]{N: 2, Entries: []ph.Entry[float64]{{I: 0, J: 1, Distance: 1}, {I: i, J: j, Distance: 1}}}
	}
	for _, c := range []struct {
		d    ph.Distances
		want string
	}{
		{nil, "the distances are nil"},
		{ph.Sparse[float32]{N: -1}, "distances of -1 points: want from 0 to 2147483647"},
		{ph.Sparse[float64]{N: 1 << 40}, "distances of 1099511627776 points"},
		{ph.Matrix[float32]{N: -1, Data: []float32{1}}, "distances of -1 points"},
		{ph.LowerMatrix[float64]{N: math.MaxInt}, "distances of 9223372036854775807 points"},
		{ph.Matrix[float32]{N: 3, Data: []float32{1}}, "1 distances for 3 points, want 9"},
		{ph.Matrix[float64]{N: 2, Data: make([]float64, 5)}, "5 distances for 2 points, want 4"},
		{ph.LowerMatrix[float32]{N: 3}, "0 distances for 3 points, want 3"},
		{ph.LowerMatrix[float64]{N: 3}, "0 distances for 3 points, want 3"},
		{ph.Points[float32]{Coords: []float32{1}}, "1 coordinates do not divide into points of dimension 0"},
		{ph.Points[float64]{Dim: 2, Coords: []float64{1, 2, 3}}, "3 coordinates do not divide into points of dimension 2"},
		{ph.Points[float32]{Dim: 1, Coords: []float32{0, float32(math.NaN())}}, "point 1 has coordinate 0 = NaN"},
		{entry(0, 2), "entry 1 is the distance of points 0 and 2: want numbers from 0 to 1, of 2 points"},
		{entry(-1, 0), "entry 1 is the distance of points -1 and 0: want numbers from 0 to 1, of 2 points"},
	} {
		require.ErrorContains(t, ph.CheckDistances(c.d), c.want)
		_, err := ph.Rips(t.Context(), c.d, ph.Options{})
		require.ErrorContains(t, err, c.want)
	}
	for _, d := range []ph.Distances{ph.Sparse[float32]{}, ph.Matrix32{}, ph.Points[float64]{Dim: 3}, entry(1, 0), ph.LowerMatrix[float32]{N: 1}} {
		require.NoError(t, ph.CheckDistances(d))
	}
}
