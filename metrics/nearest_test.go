package metrics

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// sorted lists all points by their distance from one, then by index, the point itself first.
func sorted(distances []float32, self int) []int {
	all := make([]int, len(distances))
	for i := range all {
		all[i] = i
	}
	slices.SortFunc(all, func(i, j int) int {
		switch {
		case i == self:
			return -1
		case j == self:
			return 1
		}
		return cmp.Or(cmp.Compare(distances[i], distances[j]), cmp.Compare(i, j))
	})
	return all
}

// Neighbors and ranks are those of a sorted list, also among many equal distances.
func TestNearestMatchesSort(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	var r ranking
	for _, n := range []int{2, 3, 4, 5, 17, 100, 101, 40} {
		for _, values := range []int{1, 3, 1 << 30} {
			distances := make([]float32, n)
			for i := range distances {
				distances[i] = float32(random.IntN(values))
			}
			self := random.IntN(n)
			distances[self] = 0
			want := sorted(distances, self)
			for k := 1; k <= n; k++ {
				var others, except selection
				others.others(distances, self, k)
				except.except(distances, k, func(j int) bool { return j == self })
				require.Equal(t, except.keys, others.keys)
				require.Len(t, others.keys, min(k, n-1))
				for at, key := range others.keys {
					require.Equal(t, want[at+1], index(key))
				}
				if k < n {
					require.Equal(t, distances[want[k]], others.limit)
				}
			}
			require.Equal(t, want[1], firstNearest(distances, self))
			r.set(distances, self)
			for place, j := range want[1:] {
				require.Equal(t, place+1, r.rank(j))
			}
		}
	}
}
