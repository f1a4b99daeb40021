package ph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// copies returns a number of copies of a graph of n points that no edge joins.
func copies(n int, entries []ph.Entry[float64], count int) ph.Sparse[float64] {
	s := ph.Sparse[float64]{N: n * count}
	for k := range count {
		for _, e := range entries {
			s.Entries = append(s.Entries, ph.Entry[float64]{I: e.I + k*n, J: e.J + k*n, Distance: e.Distance})
		}
	}
	return s
}

// crossPolytope returns the graph of the boundary of a cross-polytope of 2k points with random
// lengths. It has a class of degree k−1, and no clique of more than k points.
func crossPolytope(r *rand.Rand, k int) (n int, entries []ph.Entry[float64]) {
	for i := range 2 * k {
		for j := range i {
			if i-j != k {
				entries = append(entries, ph.Entry[float64]{I: i, J: j, Distance: 1 + r.Float64()})
			}
		}
	}
	return 2 * k, entries
}

// TestManySparsePoints: simplices among many points have codes if cliques are small. The
// classes of many copies of a graph are the copies of its classes.
func TestManySparsePoints(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ring := func(n int) (int, []ph.Entry[float64]) {
		var entries []ph.Entry[float64]
		for i := range n {
			entries = append(entries, ph.Entry[float64]{I: i, J: (i + 1) % n, Distance: 1 + r.Float64()})
		}
		return n, entries
	}
	random := func(n int, share float64) (int, []ph.Entry[float64]) {
		var entries []ph.Entry[float64]
		for i := range n {
			for j := range i {
				if r.Float64() < share {
					entries = append(entries, ph.Entry[float64]{I: i, J: j, Distance: float64(1 + r.IntN(4))})
				}
			}
		}
		return n, entries
	}
	// A wheel: its hub has more neighbors than fit, but each of its edges has another end.
	wheel := func(n int) (int, []ph.Entry[float64]) {
		_, entries := ring(n)
		for i := range n {
			entries = append(entries, ph.Entry[float64]{I: n, J: i, Distance: 1 + r.Float64()})
		}
		return n + 1, entries
	}
	take := func(n int, entries []ph.Entry[float64]) func(count int) ph.Sparse[float64] {
		return func(count int) ph.Sparse[float64] { return copies(n, entries, count) }
	}
	for _, c := range []struct {
		name            string
		graph           func(count int) ph.Sparse[float64]
		count           int
		degree, modulus int
	}{
		{"rings", take(ring(11)), 27500, 3, 2}, // 302 500 points, each with two neighbors
		{"cross-polytope of 12 points", take(crossPolytope(r, 6)), 100, 5, 2},
		{"cross-polytope of 12 points, dense", take(crossPolytope(r, 6)), 80, 5, 7},
		{"cross-polytope of 8 points", take(crossPolytope(r, 4)), 5000, 3, 2},
		{"cross-polytope of 6 points, high degree", take(crossPolytope(r, 3)), 300, 9, 3},
		{"random", take(random(16, 0.6)), 100, 5, 3},
		{"random, with ties", take(random(16, 0.7)), 100, 6, 2},
		{"wheel", take(wheel(60)), 60, 6, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := ph.Options{MaxDegree: c.degree, Modulus: c.modulus, Threshold: 5, Cocycles: true}
			one, err := ph.Rips(t.Context(), c.graph(1), o)
			require.NoError(t, err)
			for _, workers := range []int{1, 3} {
				if o.Workers = workers; c.count > 1000 && workers > 1 {
					break
				}
				many, err := ph.Rips(t.Context(), c.graph(c.count), o)
				require.NoError(t, err)
				for degree := range one.Classes {
					want := make(map[string]int)
					for _, class := range one.Classes[degree] {
						want[bounds(class)] += c.count
					}
					got := make(map[string]int)
					for _, class := range many.Classes[degree] {
						got[bounds(class)]++
						require.True(t, slices.IsSorted(class.BirthSimplex))
					}
					require.Equal(t, want, got, "degree %d", degree)
				}
				require.NoError(t, checkCocycles(many, c.degree))
			}
		})
	}

	// Cliques that are too large stay refused.
	n, entries := random(1000, 1)
	_, err := ph.Rips(t.Context(), copies(n, entries, 1), ph.Options{MaxDegree: 5, Threshold: 5})
	require.ErrorContains(t, err, "simplices of 7 points among 1000 points and 499500 edges take 70 bits, more than 64: lower the degree or the threshold")
}

func bounds(c ph.Class) string { return fmt.Sprint(c.Birth, c.Death) }

// checkCocycles returns an error if a cocycle is empty or of other simplices than its degree.
func checkCocycles(r *ph.Result, most int) error {
	for degree := 1; degree <= most; degree++ {
		for _, c := range r.Classes[degree] {
			if len(c.Cocycle) == 0 {
				return fmt.Errorf("degree %d: an empty cocycle", degree)
			}
			for _, term := range c.Cocycle {
				if len(term.Simplex) != degree+1 || !slices.IsSorted(term.Simplex) || len(slices.Compact(slices.Clone(term.Simplex))) != degree+1 {
					return fmt.Errorf("degree %d: the simplex %v in a cocycle", degree, term.Simplex)
				}
			}
		}
	}
	return nil
}
