package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// A listed filtration has lists of its simplices.
type listed struct {
	simplices [][]ph.Simplex // by dimension, in order
	values    [][]float64
	cells     [][]ph.Cell
	cofacets  [][][]int32
}

func (l *listed) Len(dim int) int {
	if dim >= len(l.simplices) {
		return 0
	}
	return len(l.simplices[dim])
}
func (l *listed) Value(dim, i int) float64      { return l.values[dim][i] }
func (l *listed) Cell(dim, i int) ph.Cell       { return l.cells[dim][i] }
func (l *listed) Simplex(dim, i int) ph.Simplex { return l.simplices[dim][i] }
func (l *listed) AppendCofacets(dst []int32, dim, i int) []int32 {
	return append(dst, l.cofacets[dim][i]...)
}

// list lists the simplices of a Rips filtration of up to most points.
func (g graph) list(most int) *listed {
	l := new(listed)
	place := make(map[string]int32)
	for _, f := range g.faces(most) {
		dim := len(f.points) - 1
		for len(l.simplices) <= dim {
			l.simplices, l.values, l.cells = append(l.simplices, nil), append(l.values, nil), append(l.cells, nil)
			l.cofacets = append(l.cofacets, nil)
		}
		i := int32(len(l.simplices[dim]))
		place[fmt.Sprint(f.points)] = i
		s, value, cell := ph.Simplex{}, 0.0, ph.Cell{U: int32(f.points[0]), V: int32(f.points[0])}
		for _, p := range f.points {
			s = append(s, int32(p))
		}
		if f.rank >= 0 {
			value, cell = g.edges[f.rank].length, g.edges[f.rank].ends
		}
		l.simplices[dim], l.values[dim], l.cells[dim] = append(l.simplices[dim], s), append(l.values[dim], value), append(l.cells[dim], cell)
		l.cofacets[dim] = append(l.cofacets[dim], nil)
		for skip := range f.points {
			if dim > 0 {
				facet := place[fmt.Sprint(slices.Delete(slices.Clone(f.points), skip, skip+1))]
				if c := &l.cofacets[dim-1][facet]; skip%2 == 0 {
					*c = append(*c, i)
				} else {
					*c = append(*c, ^i)
				}
			}
		}
	}
	return l
}

// TestComputeOfRipsFiltrations checks that Compute finds the bars of Rips filtrations that
// Rips finds, with their edges, and right representatives.
func TestComputeOfRipsFiltrations(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	var general, special ph.Engine
	for trial := range 150 {
		n, dim := 1+r.IntN(10), 1+r.IntN(3)
		m := distances(draw(r, n, dim, trial), n)
		o := ph.Options{MaxDegree: r.IntN(4), Modulus: []int{2, 3, 5}[trial%3], Simplices: trial%2 == 0, Cocycles: trial%2 == 0, Cycles: trial%2 == 0}
		if r.IntN(2) == 0 {
			o.Threshold = 0.5 + 2*r.Float64()
		}
		g := newGraph(m, o.Threshold)
		want, err := special.Compute(t.Context(), m, o)
		require.NoError(t, err)
		got, err := general.Filtration(t.Context(), g.list(o.MaxDegree+2), o)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(got.Classes), len(want.Classes))
		for degree, d := range want.Diagrams() {
			d.Bars = slices.DeleteFunc(d.Bars, func(b ph.Bar) bool { return b.Birth == b.Death })
			require.Equal(t, sortedBars(d.Bars), sortedBars(got.Diagrams()[degree].Bars), "degree %d, %v", degree, o)
		}
		if o.Simplices {
			requireSimplices(t, g, got)
			requireCocycles(t, g, got, o.Modulus)
			requireCycles(t, g, got, o.Modulus)
		}
	}
}

// TestDualGraph computes surfaces, which have a dual graph. Over Z/3 that of the projective
// plane has signs that do not fit, and the coboundary matrix is reduced.
func TestDualGraph(t *testing.T) {
	sphere := [][]int{{0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {1, 2, 3}}
	projective := [][]int{{0, 1, 2}, {0, 2, 3}, {0, 3, 4}, {0, 4, 5}, {0, 1, 5}, {1, 2, 4}, {2, 4, 5}, {2, 3, 5}, {1, 3, 5}, {1, 3, 4}}
	for _, c := range []struct {
		triangles [][]int
		modulus   int
		want      []int // Betti numbers
	}{
		{sphere, 2, []int{1, 0, 1}},
		{sphere, 3, []int{1, 0, 1}},
		{sphere[:3], 2, []int{1, 0, 0}},
		{sphere[:1], 5, []int{1, 0, 0}},
		{projective, 2, []int{1, 1, 1}},
		{projective, 3, []int{1, 0, 0}},
		{projective[:9], 2, []int{1, 1, 0}},
		{projective[:9], 3, []int{1, 1, 0}},
	} {
		for _, cocycles := range []bool{false, true} {
			result, err := ph.Compute(t.Context(), closure(c.triangles), ph.Options{MaxDegree: 2, Modulus: c.modulus, Cocycles: cocycles})
			require.NoError(t, err)
			for degree, want := range c.want {
				require.Len(t, result.Classes[degree], want, "degree %d over Z/%d of %v", degree, c.modulus, c.triangles)
			}
		}
	}
}

// closure lists triangles with their edges and points, all at 0.
func closure(triangles [][]int) *listed {
	present := make(map[string]bool)
	for _, t := range triangles {
		for k := range t {
			present[fmt.Sprint(t[k:k+1])] = true
			present[fmt.Sprint(slices.Delete(slices.Clone(t), k, k+1))] = true
		}
		present[fmt.Sprint(t)] = true
	}
	const n = 6
	g := graph{n: n}
	for i := range n {
		for j := range i {
			g.edges = append(g.edges, edge{0, ph.Cell{U: int32(i), V: int32(j)}})
		}
	}
	all := g.list(3)
	// Keep what is present, by the numbers that it gets.
	kept := &listed{}
	numbers := make([]map[int32]int32, 3)
	for dim := range 3 {
		numbers[dim] = make(map[int32]int32)
		kept.simplices, kept.values, kept.cells, kept.cofacets = append(kept.simplices, nil), append(kept.values, nil), append(kept.cells, nil), append(kept.cofacets, nil)
		for i, s := range all.simplices[dim] {
			if present[fmt.Sprint([]int32(s))] {
				numbers[dim][int32(i)] = int32(len(kept.simplices[dim]))
				kept.simplices[dim], kept.values[dim], kept.cells[dim] = append(kept.simplices[dim], s), append(kept.values[dim], 0), append(kept.cells[dim], ph.Cell{})
			}
		}
	}
	for dim := range 3 {
		kept.cofacets[dim] = make([][]int32, len(kept.simplices[dim]))
		for i, k := range numbers[dim] {
			for _, c := range all.cofacets[dim][i] {
				if number, ok := numbers[min(dim+1, 2)][max(c, ^c)]; ok && c >= 0 {
					kept.cofacets[dim][k] = append(kept.cofacets[dim][k], number)
				} else if ok {
					kept.cofacets[dim][k] = append(kept.cofacets[dim][k], ^number)
				}
			}
		}
	}
	return kept
}

func TestFiltrationRefuses(t *testing.T) {
	vertices := func(values ...float64) *listed {
		return &listed{simplices: [][]ph.Simplex{make([]ph.Simplex, len(values))}, values: [][]float64{values}, cells: [][]ph.Cell{make([]ph.Cell, len(values))}, cofacets: [][][]int32{make([][]int32, len(values))}}
	}
	fork := vertices(0, 1, 2)
	fork.simplices, fork.values, fork.cofacets = append(fork.simplices, make([]ph.Simplex, 1)), append(fork.values, []float64{3}), [][][]int32{{{0}, {0}, {0}}, {nil}}
	half := vertices(0, 1)
	half.simplices, half.values, half.cofacets = append(half.simplices, make([]ph.Simplex, 1)), append(half.values, []float64{3}), [][][]int32{{{0}, nil}, {nil}}
	for _, c := range []struct {
		f    ph.Filtration
		o    ph.Options
		want string
	}{
		{vertices(0, 2, 1), ph.Options{}, "cell 2 of dimension 0 has the value 1, less than 2 of the cell before"},
		{vertices(0, math.NaN()), ph.Options{}, "cell 1 of dimension 0 has the value NaN"},
		{struct{ ph.Filtration }{vertices(0)}, ph.Options{Cycles: true}, "has no method Simplex"},
		{struct{ ph.Filtration }{vertices(0)}, ph.Options{Simplices: true}, "has no method Simplex"},
		{vertices(0), ph.Options{Modulus: 6}, "modulus 6"},
		{fork, ph.Options{}, "cell 0 of dimension 1 is a cofacet of vertices 0, 1 and 2"},
		{half, ph.Options{}, "cell 0 of dimension 1 is a cofacet of vertex 0 alone"},
	} {
		_, err := ph.Compute(t.Context(), c.f, c.o)
		require.ErrorContains(t, err, c.want)
	}
}
