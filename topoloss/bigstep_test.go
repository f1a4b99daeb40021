package topoloss

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// TestCriticalSets compares the critical sets of deaths of degree 0 with columns of V and
// rows of U = V⁻¹, from a reduction of the whole boundary matrix.
func TestCriticalSets(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range 200 {
		n := 2 + random.IntN(8)
		distances := make([]float32, n*n)
		for i := range n {
			for j := range i {
				d := random.Float32()
				if trial%2 == 0 {
					d = float32(1 + random.IntN(4)) // ties
				}
				distances[i*n+j], distances[j*n+i] = d, d
			}
		}
		var w bigStep
		w.reduce(n, distances, func(int, []int) {})
		edges := slices.Clone(w.edges)
		u, v := decompose(n, edges)
		for place, at := range w.tree {
			e := edges[at]
			bar := ph.Bar{Death: float64(e.length), DeathCell: ph.Cell{U: e.u, V: e.v}}
			for _, target := range []float64{0.05, 0.5, 0.9, 1.5, 2.5, 5} {
				if target == bar.Death {
					continue
				}
				var want []ph.Cell
				for k, f := range edges {
					switch length := float64(f.length); {
					case k == at,
						target < bar.Death && v[k][at] && length > target,
						target > bar.Death && u[at][k] && length < target:
						want = append(want, ph.Cell{U: f.u, V: f.v})
					}
				}
				w := bigStep{}
				w.add([]ph.Bar{bar}, []BarGradient{{Death: 2 * (bar.Death - target)}}, 3)
				pairs, err := w.pairs(nil, n, distances)
				require.NoError(t, err)
				var got []ph.Cell
				for _, p := range pairs {
					got = append(got, ph.Cell{U: p.U, V: p.V})
					require.InDelta(t, 3*2*(float64(distances[int(p.U)*n+int(p.V)])-target), p.Coef, 1e-5)
				}
				require.Equal(t, want, got, "trial %d, tree edge %d, from %v to %v", trial, place, bar.Death, target)
			}
		}
	}
}

// decompose reduces the boundary matrix of edges, D = RU with R = DV, by adding columns
// from left to right.
func decompose(n int, edges []treeEdge) (u, v [][]bool) {
	m := len(edges)
	r := make([][]bool, m) // columns
	v, u = make([][]bool, m), make([][]bool, m)
	for k, e := range edges {
		r[k] = make([]bool, n)
		r[k][e.u], r[k][e.v] = true, true
		v[k], u[k] = make([]bool, m), make([]bool, m)
		v[k][k], u[k][k] = true, true
	}
	low := func(column []bool) int {
		for i := n - 1; i >= 0; i-- {
			if column[i] {
				return i
			}
		}
		return -1
	}
	for k := range edges {
		for {
			l := low(r[k])
			j := slices.IndexFunc(r[:k], func(c []bool) bool { return l >= 0 && low(c) == l })
			if j < 0 {
				break
			}
			for i := range n {
				r[k][i] = r[k][i] != r[j][i]
			}
			for i := range m {
				v[i][k] = v[i][k] != v[i][j] // column k of V
			}
			u[j][k] = !u[j][k]
		}
	}
	return u, v
}

// TestConflicts: an edge of two critical sets follows the farther target.
func TestConflicts(t *testing.T) {
	// Points 0, 1 and 2 on a line at 0, 1 and 3: edges 1-0, 2-1 and 2-0.
	distances := []float32{0, 1, 3, 1, 0, 2, 3, 2, 0}
	var w bigStep
	bars := []ph.Bar{{Death: 1, DeathCell: ph.Cell{U: 1}}, {Death: 2, DeathCell: ph.Cell{U: 2, V: 1}}}
	w.add(bars, []BarGradient{{Death: -2}, {Death: -4}}, 1) // to 2 and to 4
	pairs, err := w.pairs(nil, 3, distances)
	require.NoError(t, err)
	require.Len(t, pairs, 3)
	require.Equal(t, float32(-2), pairs[0].Coef, "1-0 goes to 2")
	require.Equal(t, float32(-4), pairs[1].Coef, "2-1 goes to 4")
	require.Equal(t, float32(-2), pairs[2].Coef, "2-0, of length 3, must not join them before 4")

	w = bigStep{}
	w.add([]ph.Bar{{Death: 3, DeathCell: ph.Cell{U: 2}}}, []BarGradient{{Death: 1}}, 1)
	_, err = w.pairs(nil, 3, distances)
	require.ErrorContains(t, err, "1 bars of degree 0 do not die at edges of the spanning tree")
}
