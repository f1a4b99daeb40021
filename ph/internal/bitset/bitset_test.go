package bitset

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAgainstMap(t *testing.T) {
	const n = 200
	random := rand.New(rand.NewPCG(1, 1))
	set, want := make([]uint64, Words(n)), make(map[int32]bool)
	require.EqualValues(t, -1, Min(set))
	for range 5000 {
		v := random.Int32N(n)
		if random.IntN(3) == 0 {
			Add(set, uint32(v))
			want[v] = true
		} else {
			Remove(set, v)
			delete(want, v)
		}
		least := int32(-1)
		for v := range int32(n) {
			require.Equal(t, want[v], Has(set, v))
			if want[v] && least < 0 {
				least = v
			}
		}
		require.Equal(t, least, Min(set))
	}
}

func TestWords(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 64: 1, 65: 2, 128: 2} {
		require.Equal(t, want, Words(n))
	}
}
