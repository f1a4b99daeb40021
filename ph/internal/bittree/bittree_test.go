package bittree_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/bittree"
)

// TestSet compares a set that grows and shrinks with a map.
func TestSet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var s bittree.Set
	for _, n := range []int{0, 1, 64, 65, 5000, 3, 300000, 4096} {
		s.Grow(n)
		require.EqualValues(t, -1, s.Min())
		require.EqualValues(t, -1, s.Max())
		want := make(map[int32]bool)
		for range min(n, 200) {
			x := r.Int32N(int32(n))
			if n > 1 && r.IntN(2) == 0 {
				x = min(x%130, int32(n)-1) // often a number that is there
			}
			s.Toggle(x)
			if want[x] {
				delete(want, x)
			} else {
				want[x] = true
			}
			least, greatest := int32(-1), int32(-1)
			if len(want) > 0 {
				all := slices.Collect(maps.Keys(want))
				least, greatest = slices.Min(all), slices.Max(all)
			}
			require.Equal(t, []int32{least, greatest}, []int32{s.Min(), s.Max()}, "of %d numbers below %d", len(want), n)
		}
		for s.Max() >= 0 {
			s.Toggle(s.Max())
		}
	}
}
