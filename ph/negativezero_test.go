package ph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// A distance of −0 counts as 0, also beside infinite distances: its bits would sort it
// after all others.
func TestNegativeZeroIsZero(t *testing.T) {
	negative, infinite := math.Copysign(0, -1), math.Inf(1)
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		n := 3 + random.IntN(12)
		zeros, signed := ph.LowerMatrix[float64]{N: n}, ph.LowerMatrix[float64]{N: n}
		for range n * (n - 1) / 2 {
			v := [...]float64{0, 0, 1, 2, infinite}[random.IntN(5)]
			zeros.Data = append(zeros.Data, v)
			if v == 0 && random.IntN(2) == 0 {
				v = negative
			}
			signed.Data = append(signed.Data, v)
		}
		for degree := range 3 {
			want, err := ph.Rips(t.Context(), zeros, ph.Options{MaxDegree: degree})
			require.NoError(t, err)
			got, err := ph.Rips(t.Context(), signed, ph.Options{MaxDegree: degree})
			require.NoError(t, err)
			require.Equal(t, want, got)
			for _, classes := range got.Classes {
				for _, c := range classes {
					require.False(t, math.Signbit(c.Birth) || math.Signbit(c.Death))
				}
			}
		}
	}
}
