package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// AVX2 and AVX-512 add in one order, in blocks of rows and columns and in what is left of them.
// So their distances are equal to the bit.
func TestDistanceRowsOfAllSets(t *testing.T) {
	if Best() < AVX512 {
		t.Skip("the processor has no AVX-512 to compare AVX2 with")
	}
	random := rand.New(rand.NewPCG(1, 1))
	for _, dim := range []int{17, 31, 64, 100, 784} {
		x, y := make([]float32, 9*dim), make([]float32, 9*dim)
		for i := range x {
			x[i], y[i] = random.Float32(), random.Float32()
		}
		for rows := 1; rows <= 9; rows++ {
			for n := 1; n <= 9; n++ {
				t.Run(fmt.Sprint(rows, "×", n, " in R^", dim), func(t *testing.T) {
					const pitch = 10
					var narrow, wide, plain [9 * pitch]float32
					For(AVX2).DistanceRows(&narrow[0], 4*pitch, &x[0], rows, &y[0], n, dim)
					For(AVX512).DistanceRows(&wide[0], 4*pitch, &x[0], rows, &y[0], n, dim)
					For(Plain).DistanceRows(&plain[0], 4*pitch, &x[0], rows, &y[0], n, dim)
					require.Equal(t, narrow, wide)
					require.InDeltaSlice(t, plain[:], wide[:], 1e-4)
				})
			}
		}
	}
}
