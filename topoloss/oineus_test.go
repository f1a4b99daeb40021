package topoloss

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// An oineusCase holds what Oineus 0.9.39, the program of the authors of big steps, finds for
// a cloud of n points.
type oineusCase struct {
	N         int
	Distances []float32
	// Sets are critical sets of deaths of degree 0: for a target of a death, the edges that
	// move. Those of degree 1 depend on the order of triangles that enter together, which
	// is another one in Oineus.
	Sets []struct {
		Death, To float64
		DeathEdge [2]int32
		Edges     [][2]int32
	}
	// Deaths of degree 0 have targets, and Conflicts, by strategy, the derivative by each edge.
	Deaths    []oineusDeath
	Conflicts map[string][][3]float64
}

type oineusDeath struct {
	edge [2]int32
	to   float64
}

func (d *oineusDeath) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&d.edge, &d.to})
}

func cellOf(e [2]int32) ph.Cell { return ph.Cell{U: e[0], V: e[1]} }

// TestCriticalSetsOfOineus compares with critical sets and conflicts that Oineus resolved.
func TestCriticalSetsOfOineus(t *testing.T) {
	text, err := os.ReadFile("testdata/bigstep.json")
	require.NoError(t, err)
	var cases []oineusCase
	require.NoError(t, json.Unmarshal(text, &cases))
	larger := 0
	for _, c := range cases {
		for _, s := range c.Sets {
			bar := ph.Bar{Death: s.Death, DeathCell: cellOf(s.DeathEdge)}
			var w bigStep
			w.addDeaths([]ph.Bar{bar}, []BarGradient{{Death: 2 * (s.Death - s.To)}}, 1)
			pairs, err := w.pairs(t.Context(), nil, c.N, c.Distances, ConflictMax)
			require.NoError(t, err)
			var got [][2]int32
			for _, p := range pairs {
				got = append(got, [2]int32{p.U, p.V})
			}
			slices.SortFunc(got, func(a, b [2]int32) int { return slices.Compare(a[:], b[:]) })
			require.Equal(t, s.Edges, got, "%v to %v", bar, s.To)
			if len(got) > 1 {
				larger++
			}
		}
		require.Len(t, c.Conflicts, len(conflictNames))
		for i, name := range conflictNames {
			var w bigStep
			for _, d := range c.Deaths {
				length := float64(c.Distances[int(d.edge[0])*c.N+int(d.edge[1])])
				bar := ph.Bar{Death: length, DeathCell: cellOf(d.edge)}
				w.addDeaths([]ph.Bar{bar}, []BarGradient{{Death: 2 * (length - d.to)}}, 1)
			}
			pairs, err := w.pairs(t.Context(), nil, c.N, c.Distances, Conflict(i))
			require.NoError(t, err)
			want := c.Conflicts[name]
			require.Len(t, pairs, len(want), name)
			slices.SortFunc(pairs, func(a, b kernels.Pair) int {
				return slices.Compare([]int32{a.U, a.V}, []int32{b.U, b.V})
			})
			for k, p := range pairs {
				require.Equal(t, [2]float64{want[k][0], want[k][1]}, [2]float64{float64(p.U), float64(p.V)}, name)
				require.InDelta(t, want[k][2], p.Coef, 1e-5, name)
			}
		}
	}
	require.Greater(t, larger, 100)
}
