package topoloss

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrdered compares with sorting: numbers of all sizes, many of them equal.
func TestOrdered(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range 200 {
		values := make([]float32, 1+random.IntN(40))
		for i := range values {
			switch trial % 4 {
			case 0:
				values[i] = random.Float32()
			case 1:
				values[i] = float32(random.IntN(4))
			case 2:
				values[i] = float32(random.ExpFloat64() * 1e-44)
			case 3:
				values[i] = 1 + 1e-7*float32(random.IntN(9))
			}
		}
		given := slices.Clone(values)
		sorted := slices.Sorted(slices.Values(values))
		for k, want := range sorted {
			require.Equal(t, float64(want), ordered(values, k))
		}
		require.Equal(t, given, values, "they keep their order")
		require.Equal(t, float64(sorted[0]), quantile(values, 0))
		require.Equal(t, float64(sorted[len(sorted)-1]), quantile(values, 1))
	}
	require.InDelta(t, 2.8, quantile([]float32{3, 1, 2, 0, 5}, 0.7), 1e-12)
}
