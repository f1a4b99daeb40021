package bfloat16

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// TestRounder compares each element of the results with the element of the matrix that it
// should be, for matrices that take one part and several.
func TestRounder(t *testing.T) {
	pool := workers.New(3)
	t.Cleanup(pool.Stop)
	r, rng := New(simd.Best(), pool), rand.New(rand.NewPCG(1, 2))
	var dst []float32
	for range 60 {
		groups, height, columns := rng.IntN(4), 1+rng.IntN(60), 1+rng.IntN(300)
		m := Matrix{Rows: groups * height, Columns: columns, Pitch: columns + rng.IntN(3)}
		for range m.Rows * m.Pitch {
			m.Data = append(m.Data, float32(rng.NormFloat64()))
		}
		at := func(i, j int) float32 { return kernels.RoundBFloat16(m.Data[i*m.Pitch+j]) }
		for k, v := range r.Round(&dst, m) {
			require.Equal(t, at(k/columns, k%columns), v)
		}
		if r.Pairs() == nil {
			continue
		}
		requirePair := func(pair, low, high float32) {
			b := math.Float32bits(pair)
			require.Equal(t, [2]float32{low, high}, [2]float32{math.Float32frombits(b << 16), math.Float32frombits(b &^ 0xffff)})
		}
		words := microkernel.PairWords(columns)
		pairs := r.PairColumns(&dst, m)
		require.Len(t, pairs, m.Rows*words)
		for k, pair := range pairs {
			i, j, high := k/words, 2*(k%words), float32(0)
			if j+1 < columns {
				high = at(i, j+1)
			}
			requirePair(pair, at(i, j), high)
		}
		words = microkernel.PairWords(height)
		pairs = r.PairRows(&dst, m, height)
		require.Len(t, pairs, groups*words*columns)
		for k, pair := range pairs {
			i, high := 2*(k/columns%words), float32(0)
			first := k / columns / words * height
			if i+1 < height {
				high = at(first+i+1, k%columns)
			}
			requirePair(pair, at(first+i, k%columns), high)
		}
	}
}
