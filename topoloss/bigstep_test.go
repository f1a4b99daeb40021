package topoloss

import (
	"cmp"
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
				w.addDeaths([]ph.Bar{bar}, []BarGradient{{Death: 2 * (bar.Death - target)}}, 3)
				pairs, err := w.pairs(t.Context(), nil, n, distances, ConflictMax)
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

// decompose reduces the boundary matrix of edges, D = RU with R = DV.
func decompose(n int, edges []treeEdge) (u, v [][]bool) {
	r := make([][]bool, len(edges)) // columns
	for k, e := range edges {
		r[k] = make([]bool, n)
		r[k][e.u], r[k][e.v] = true, true
	}
	return reduceDense(n, r)
}

// reduceDense reduces a matrix of columns, D = RU with R = DV, by adding columns from left
// to right.
func reduceDense(rows int, r [][]bool) (u, v [][]bool) {
	m := len(r)
	v, u = make([][]bool, m), make([][]bool, m)
	for k := range r {
		v[k], u[k] = make([]bool, m), make([]bool, m)
		v[k][k], u[k][k] = true, true
	}
	low := func(column []bool) int {
		for i := rows - 1; i >= 0; i-- {
			if column[i] {
				return i
			}
		}
		return -1
	}
	for k := range r {
		for {
			l := low(r[k])
			j := slices.IndexFunc(r[:k], func(c []bool) bool { return l >= 0 && low(c) == l })
			if j < 0 {
				break
			}
			for i := range rows {
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

// TestCriticalSetsOfLoops compares the critical sets of births and deaths of degree 1 with
// columns of V and rows of U, from reductions of the whole boundary matrix of triangles
// and of its anti-transpose.
func TestCriticalSetsOfLoops(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	checked := 0
	for trial := range 120 {
		n := 4 + random.IntN(5)
		distances := make([]float32, n*n)
		for i := range n {
			for j := range i {
				d := random.Float32()
				if trial%2 == 0 {
					d = float32(1 + random.IntN(5)) // ties
				}
				distances[i*n+j], distances[j*n+i] = d, d
			}
		}
		var w bigStep
		w.reduce(n, distances, func(int, []int) {})
		edges := slices.Clone(w.edges)
		number := map[ph.Cell]int{}
		for i, e := range edges {
			number[ph.Cell{U: e.u, V: e.v}] = i
		}
		var triangles []triangle
		for a := range int32(n) {
			for b := range a {
				for c := range b {
					tri := triangle{int32(number[ph.Cell{U: a, V: b}]), int32(number[ph.Cell{U: a, V: c}]), int32(number[ph.Cell{U: b, V: c}])}
					slices.Sort(tri[:])
					triangles = append(triangles, tri)
				}
			}
		}
		apex := func(tri triangle) int32 { // the vertex that is not on the longest edge
			e, f := edges[tri[2]], edges[tri[0]]
			if f.u != e.u && f.u != e.v {
				return f.u
			}
			return f.v
		}
		slices.SortFunc(triangles, func(a, b triangle) int {
			return cmp.Or(cmp.Compare(a[2], b[2]), cmp.Compare(apex(a), apex(b)))
		})
		m, k := len(edges), len(triangles)
		down, up := make([][]bool, k), make([][]bool, m)
		for c := range up {
			up[c] = make([]bool, k)
		}
		for i, tri := range triangles {
			down[i] = make([]bool, m)
			for _, e := range tri {
				down[i][e] = true
				up[m-1-int(e)][k-1-i] = true
			}
		}
		u, v := reduceDense(m, down)
		cu, cv := reduceDense(k, up)
		value := func(i int) float64 { return float64(edges[triangles[i][2]].length) }
		for death := range triangles {
			birth := -1
			for e, in := range down[death] {
				if in {
					birth = e
				}
			}
			if birth < 0 || float64(edges[birth].length) >= value(death) {
				continue
			}
			b, d := edges[birth], edges[triangles[death][2]]
			bar := ph.Bar{
				Birth: float64(b.length), Death: value(death),
				BirthCell: ph.Cell{U: b.u, V: b.v}, DeathCell: ph.Cell{U: d.u, V: d.v},
			}
			for _, target := range []float64{0.1, 0.45, 0.8, 1.5, 2.5, 3.5, 7} {
				for _, atBirth := range []bool{true, false} {
					want := map[int]bool{}
					gradient := BarGradient{Death: 2 * (bar.Death - target)}
					if atBirth {
						gradient = BarGradient{Birth: 2 * (bar.Birth - target)}
						want[birth] = true
						for e, f := range edges {
							c, own := m-1-e, m-1-birth
							length := float64(f.length)
							if target > bar.Birth && cv[c][own] && length < target || target < bar.Birth && cu[own][c] && length > target {
								want[e] = true
							}
						}
					} else {
						want[int(triangles[death][2])] = true
						for i := range triangles {
							if target < bar.Death && v[i][death] && value(i) > target || target > bar.Death && u[death][i] && value(i) < target {
								want[int(triangles[i][2])] = true
							}
						}
					}
					w := bigStep{}
					w.addLoops([]ph.Bar{bar}, []BarGradient{gradient}, 1)
					pairs, err := w.pairs(t.Context(), nil, n, distances, ConflictMax)
					require.NoError(t, err)
					got := map[int]bool{}
					for _, p := range pairs {
						got[number[ph.Cell{U: p.U, V: p.V}]] = true
					}
					require.Equal(t, want, got, "trial %d, %v, birth %v, to %v", trial, bar, atBirth, target)
					checked++
				}
			}
		}
	}
	require.Greater(t, checked, 1000)
}

// TestConflicts: an edge of two critical sets follows the farther target.
func TestConflicts(t *testing.T) {
	// Points 0, 1 and 2 on a line at 0, 1 and 3: edges 1-0, 2-1 and 2-0.
	distances := []float32{0, 1, 3, 1, 0, 2, 3, 2, 0}
	var w bigStep
	bars := []ph.Bar{{Death: 1, DeathCell: ph.Cell{U: 1}}, {Death: 2, DeathCell: ph.Cell{U: 2, V: 1}}}
	w.addDeaths(bars, []BarGradient{{Death: -2}, {Death: -4}}, 1) // to 2 and to 4
	pairs, err := w.pairs(t.Context(), nil, 3, distances, ConflictMax)
	require.NoError(t, err)
	require.Len(t, pairs, 3)
	require.Equal(t, float32(-2), pairs[0].Coef, "1-0 goes to 2")
	require.Equal(t, float32(-4), pairs[1].Coef, "2-1 goes to 4")
	require.Equal(t, float32(-2), pairs[2].Coef, "2-0, of length 3, must not join them before 4")

	w = bigStep{}
	w.addDeaths([]ph.Bar{{Death: 3, DeathCell: ph.Cell{U: 2}}}, []BarGradient{{Death: 1}}, 1)
	_, err = w.pairs(t.Context(), nil, 3, distances, ConflictMax)
	require.ErrorContains(t, err, "1 bars of degree 0 do not die at edges of the spanning tree")
}
