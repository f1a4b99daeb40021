package ph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// ranks returns the rank of each edge in the filtration.
func (g graph) ranks() map[ph.Cell]int {
	ranks := make(map[ph.Cell]int)
	for i, e := range g.edges {
		ranks[e.ends] = i
	}
	return ranks
}

// rankOf returns the rank of a simplex, and fails if an edge of it is missing.
func rankOf(t *testing.T, ranks map[ph.Cell]int, s ph.Simplex) int {
	t.Helper()
	require.True(t, slices.IsSorted(s), "points ascend: %v", s)
	youngest := -1
	for i, u := range s {
		for _, v := range s[i+1:] {
			r, ok := ranks[ph.Cell{U: v, V: u}]
			require.True(t, ok, "%v has no edge from %d to %d", s, u, v)
			youngest = max(youngest, r)
		}
	}
	return youngest
}

// requireSimplices checks that the simplices of classes have the right numbers of points,
// and that their youngest edges are the cells of the bar.
func requireSimplices(t *testing.T, g graph, res *ph.Result) {
	t.Helper()
	ranks := g.ranks()
	for degree, classes := range res.Classes {
		seen := make(map[string]bool)
		for _, b := range classes {
			require.Len(t, b.BirthSimplex, degree+1)
			require.False(t, seen[fmt.Sprint(b.BirthSimplex)], "%v gives birth twice", b.BirthSimplex)
			seen[fmt.Sprint(b.BirthSimplex)] = true
			if degree > 0 {
				require.Equal(t, b.BirthCell, g.edges[rankOf(t, ranks, b.BirthSimplex)].ends)
			}
			if b.Essential() {
				require.Nil(t, b.DeathSimplex)
				continue
			}
			require.Len(t, b.DeathSimplex, degree+2)
			require.Equal(t, b.DeathCell, g.edges[rankOf(t, ranks, b.DeathSimplex)].ends)
		}
	}
}

// requireCocycles checks that each chain is a cocycle while its class is alive, and not a
// coboundary when the class is born: it has the birth simplex, and no older simplex.
func requireCocycles(t *testing.T, g graph, res *ph.Result, p int) {
	t.Helper()
	ranks := g.ranks()
	for degree, classes := range res.Classes[1:] {
		degree++
		for _, b := range classes {
			chain := b.Cocycle
			value := make(map[string]int)
			birth := ranks[b.BirthCell]
			found := false
			for _, term := range chain {
				require.Len(t, term.Simplex, degree+1)
				require.True(t, 0 < term.Coefficient && term.Coefficient < p)
				r := rankOf(t, ranks, term.Simplex)
				require.GreaterOrEqual(t, r, birth)
				found = found || slices.Equal(term.Simplex, b.BirthSimplex)
				value[fmt.Sprint(term.Simplex)] = term.Coefficient
			}
			require.True(t, found, "the birth simplex is in the cocycle")
			death := len(g.edges)
			if !b.Essential() {
				death = ranks[b.DeathCell]
			}
			for _, f := range g.faces(degree + 2) {
				if len(f.points) != degree+2 || f.rank >= death {
					continue
				}
				sum := 0
				for skip := range f.points {
					facet := slices.Delete(slices.Clone(f.points), skip, skip+1)
					sum += []int{1, p - 1}[skip%2] * value[fmt.Sprint(facet)]
				}
				require.Zero(t, sum%p, "the coboundary at %v, before %v", f.points, b)
			}
		}
	}
}

// requireCycles checks that each cycle is closed, that its youngest edge is the birth edge,
// and that it is a boundary from the death of its class on and not before.
func requireCycles(t *testing.T, g graph, res *ph.Result) {
	t.Helper()
	ranks := g.ranks()
	for _, b := range res.Classes[1] {
		cycle := b.Cycle
		if b.Essential() {
			require.Nil(t, cycle)
			continue
		}
		degrees := make(map[int32]int)
		for _, e := range cycle {
			degrees[e.U]++
			degrees[e.V]++
			require.LessOrEqual(t, ranks[e], ranks[b.BirthCell])
		}
		require.Contains(t, cycle, b.BirthCell)
		for v, k := range degrees {
			require.Zero(t, k%2, "the cycle is closed at point %d", v)
		}
		require.True(t, g.bounds(cycle, ranks[b.DeathCell]), "a boundary at death: %v", b)
		require.False(t, g.bounds(cycle, ranks[b.DeathCell]-1), "no boundary before death: %v", b)
	}
}

// bounds reports whether a set of edges is a sum of triangles of ranks up to the
// given one.
func (g graph) bounds(edges []ph.Cell, rank int) bool {
	ranks := g.ranks()
	reduced := make(map[int]map[int]bool) // columns, by their pivots
	reduce := func(column map[int]bool) int {
		for len(column) > 0 {
			pivot := -1
			for r := range column {
				pivot = max(pivot, r)
			}
			if reduced[pivot] == nil {
				return pivot
			}
			for r := range reduced[pivot] {
				if column[r] {
					delete(column, r)
				} else {
					column[r] = true
				}
			}
		}
		return -1
	}
	for _, f := range g.faces(3) {
		if len(f.points) != 3 || f.rank > rank {
			continue
		}
		column := make(map[int]bool)
		for i, u := range f.points {
			for _, v := range f.points[i+1:] {
				column[ranks[ph.Cell{U: int32(v), V: int32(u)}]] = true
			}
		}
		if pivot := reduce(column); pivot >= 0 {
			reduced[pivot] = column
		}
	}
	column := make(map[int]bool)
	for _, e := range edges {
		column[ranks[e]] = true
	}
	return reduce(column) < 0
}

func TestRepresentatives(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var e ph.Engine
	for trial := range 150 {
		n, dim := 3+r.IntN(9), 1+r.IntN(3)
		m := distances(draw(r, n, dim, trial), n)
		p := []int{2, 3, 5}[trial%3]
		o := ph.Options{MaxDegree: 1 + r.IntN(3), Modulus: p, Simplices: true, Cocycles: true, Cycles: p == 2}
		if r.IntN(2) == 0 {
			o.Threshold = 0.5 + 2*r.Float64()
		}
		g := newGraph(m, o.Threshold)
		res, err := e.Compute(t.Context(), m, o)
		require.NoError(t, err)
		requireBars(t, g.oracle(o.MaxDegree, p), res.Diagrams(), trial, o)
		requireSimplices(t, g, res)
		requireCocycles(t, g, res, p)
		if p == 2 {
			requireCycles(t, g, res)
		}
		o = ph.Options{MaxDegree: 1, Threshold: o.Threshold, Simplices: true, Cycles: true} // from the reduced filtration alone
		res, err = e.Compute(t.Context(), m, o)
		require.NoError(t, err)
		requireSimplices(t, g, res)
		requireCycles(t, g, res)
	}
}

// TestCyclesOfComponents asks for cycles in degree 0, which has none: that is no error.
func TestCyclesOfComponents(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	m := distances(draw(r, 9, 2, 0), 9)
	var e ph.Engine
	for range 2 {
		res, err := e.Compute(t.Context(), m, ph.Options{Cycles: true, Cocycles: true, Simplices: true})
		require.NoError(t, err)
		requireBars(t, newGraph(m, 0).oracle(0, 2), res.Diagrams())
		require.Nil(t, res.Classes[0][0].Cycle)
		_, err = e.Compute(t.Context(), m, ph.Options{MaxDegree: 1})
		require.NoError(t, err)
	}
}
