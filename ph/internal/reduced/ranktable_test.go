package reduced

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
)

// TestRankTableCannotBeFooled takes edges that a multiplier known in advance would hash
// to one part of the table. A random multiplier spreads them, but for a few tables.
func TestRankTableCannotBeFooled(t *testing.T) {
	const golden, count = 0x9e3779b97f4a7c15, 4000
	var edges []metric.Edge[float32]
	for u := int32(1); len(edges) < count; u++ {
		for v := range u {
			if (uint64(u)<<32|uint64(v))*golden>>58 == 0 && len(edges) < count {
				edges = append(edges, metric.Edge[float32]{A: u, B: v})
			}
		}
	}
	var longest []int // of each table, its longest run of slots in use
	for range 9 {
		var table rankTable
		table.begin(count)
		for i, e := range edges {
			require.True(t, table.add(e.A, e.B, int32(i)))
			require.False(t, table.add(e.B, e.A, 7))
		}
		for i, e := range edges {
			require.EqualValues(t, i, table.rank(e.B, e.A))
		}
		most, run := 0, 0
		for _, s := range table.slots {
			run++
			if s.next == 0 {
				run = 0
			}
			most = max(most, run)
		}
		longest = append(longest, most)
	}
	slices.Sort(longest)
	t.Log(longest)
	require.Less(t, longest[4], count/10)
}
