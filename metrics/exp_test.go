package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDecayMatchesExp(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for range 200_000 {
		x := math.Exp(random.Float64()*50 - 43) // up to e⁷ > expMost
		want := math.Exp(-x)
		if got := decay(x); math.Abs(got-want) > 2e-12*want {
			require.Failf(t, "decay", "exp(−%v) is %v, got %v", x, want, got)
		}
	}
	require.Equal(t, 1.0, decay(0))
	require.Equal(t, 0.0, decay(math.Inf(1)))
	require.True(t, math.IsNaN(decay(math.NaN())))
	for n := range expSteps * expMost { // on both sides of each place of the table
		x := float64(n) * expStep
		for _, v := range []float64{x, math.Nextafter(x, 0), math.Nextafter(x, 1e3)} {
			if want := math.Exp(-v); math.Abs(decay(v)-want) > 2e-12*want {
				require.Failf(t, "decay", "exp(−%v) is %v, got %v", v, want, decay(v))
			}
		}
	}
}
