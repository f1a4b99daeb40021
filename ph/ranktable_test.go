package ph

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Edges can be chosen that a known hash puts all into one part of a table, where
// each has to be looked for among all others. Of no more than a few tables are they
// the worst.
func TestRankTableCannotBeFooled(t *testing.T) {
	const golden, count = 0x9e3779b97f4a7c15, 4000
	var edges []Cell
	for u := int32(1); len(edges) < count; u++ {
		for v := range u {
			if (uint64(u)<<32|uint64(v))*golden>>58 == 0 && len(edges) < count {
				edges = append(edges, Cell{u, v})
			}
		}
	}
	var longest []int // runs of slots that are taken
	for range 9 {
		var table rankTable
		table.begin(count)
		for i, e := range edges {
			require.True(t, table.add(e.U, e.V, int32(i)))
			require.False(t, table.add(e.V, e.U, 7))
		}
		for i, e := range edges {
			require.EqualValues(t, i, table.rank(e.V, e.U))
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
