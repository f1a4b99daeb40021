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

// requireCycles checks that the boundary of each cycle is 0, that its last simplex is the
// birth simplex, with the coefficient 1, and that it is a boundary from the death of its class
// on and not before.
func requireCycles(t *testing.T, g graph, res *ph.Result, p int) {
	t.Helper()
	ranks := g.ranks()
	for degree, classes := range res.Classes[1:] {
		degree++
		for _, b := range classes {
			boundary := make(map[string]int)
			found := false
			for _, term := range b.Cycle {
				require.Len(t, term.Simplex, degree+1)
				require.True(t, 0 < term.Coefficient && term.Coefficient < p)
				require.LessOrEqual(t, rankOf(t, ranks, term.Simplex), ranks[b.BirthCell])
				if slices.Equal(term.Simplex, b.BirthSimplex) {
					require.Equal(t, 1, term.Coefficient)
					found = true
				}
				for skip := range term.Simplex {
					facet := fmt.Sprint(slices.Delete(slices.Clone(term.Simplex), skip, skip+1))
					boundary[facet] += []int{1, p - 1}[skip%2] * term.Coefficient
				}
			}
			require.True(t, found, "the birth simplex %v is in the cycle %v", b.BirthSimplex, b.Cycle)
			for facet, x := range boundary {
				require.Zero(t, x%p, "the boundary at %v of %v", facet, b)
			}
			end := len(g.edges)
			if !b.Essential() {
				end = ranks[b.DeathCell]
				require.True(t, g.bounds(b.Cycle, end, p), "a boundary at death: %v", b)
			}
			require.False(t, g.bounds(b.Cycle, end-1, p), "no boundary before death: %v", b)
		}
	}
}

// bounds reports whether a chain is a boundary of simplices of ranks up to the given one.
func (g graph) bounds(chain ph.Chain, rank, p int) bool {
	reduced := make(map[string]map[string]int) // columns, by their pivots
	inverse := func(x int) int {
		for y := 1; ; y++ {
			if x*y%p == 1 {
				return y
			}
		}
	}
	reduce := func(column map[string]int) string {
		for len(column) > 0 {
			pivot := ""
			for s := range column {
				pivot = max(pivot, s)
			}
			other := reduced[pivot]
			if other == nil {
				return pivot
			}
			factor := (p - column[pivot]) * inverse(other[pivot])
			for s, x := range other {
				if sum := (column[s] + factor*x) % p; sum != 0 {
					column[s] = sum
				} else {
					delete(column, s)
				}
			}
		}
		return ""
	}
	n := len(chain[0].Simplex) + 1
	for _, f := range g.faces(n) {
		if len(f.points) != n || f.rank > rank {
			continue
		}
		column := make(map[string]int)
		for skip := range f.points {
			column[fmt.Sprint(slices.Delete(slices.Clone(f.points), skip, skip+1))] = []int{1, p - 1}[skip%2]
		}
		if pivot := reduce(column); pivot != "" {
			reduced[pivot] = column
		}
	}
	column := make(map[string]int)
	for _, term := range chain {
		column[fmt.Sprint(term.Simplex)] = term.Coefficient
	}
	return reduce(column) == ""
}

func TestRepresentatives(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var e ph.Engine
	for trial := range 150 {
		n, dim := 3+r.IntN(9), 1+r.IntN(3)
		m := distances(draw(r, n, dim, trial), n)
		p := []int{2, 3, 5}[trial%3]
		o := ph.Options{MaxDegree: 1 + r.IntN(3), Modulus: p, Simplices: true, Cocycles: true, Cycles: true}
		if r.IntN(2) == 0 {
			o.Threshold = 0.5 + 2*r.Float64()
		}
		g := newGraph(m, o.Threshold)
		res, err := e.Compute(t.Context(), m, o)
		require.NoError(t, err)
		requireBars(t, g.oracle(o.MaxDegree, p), res.Diagrams(), trial, o)
		requireSimplices(t, g, res)
		requireCocycles(t, g, res, p)
		requireCycles(t, g, res, p)
		o = ph.Options{MaxDegree: 1, Threshold: o.Threshold, Simplices: true, Cycles: true} // from the reduced filtration alone
		res, err = e.Compute(t.Context(), m, o)
		require.NoError(t, err)
		requireSimplices(t, g, res)
		requireCycles(t, g, res, 2)
	}
}

// TestCyclesOfComponents asks for cycles in degree 0, which has none: that is not an error.
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
