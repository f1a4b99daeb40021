package simplicial_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/simplicial"
)

// reduction returns the intervals of positive length by degree, from the reduction of the whole
// boundary matrix over Z/2. It takes simplices with their values, in any order.
func reduction(values map[string]float64, points map[string]ph.Simplex, degrees int) [][][2]float64 {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(values[a], values[b]), cmp.Compare(len(points[a]), len(points[b])), cmp.Compare(a, b))
	})
	place := make(map[string]int)
	for i, name := range names {
		place[name] = i
	}
	intervals := make([][][2]float64, degrees)
	columns := make(map[int]map[int]bool) // by pivot
	paired := make(map[int]bool)
	add := func(degree int, birth, death float64) {
		if degree < degrees && birth != death {
			intervals[degree] = append(intervals[degree], [2]float64{birth, death})
		}
	}
	for i, name := range names {
		column := make(map[int]bool)
		s := points[name]
		for k := range s {
			if len(s) > 1 {
				column[place[fmt.Sprint(slices.Delete(slices.Clone(s), k, k+1))]] = true
			}
		}
		for len(column) > 0 {
			pivot := -1
			for k := range column {
				pivot = max(pivot, k)
			}
			if columns[pivot] == nil {
				columns[pivot] = column
				paired[pivot], paired[i] = true, true
				add(len(s)-2, values[names[pivot]], values[name])
				break
			}
			for k := range columns[pivot] {
				if column[k] {
					delete(column, k)
				} else {
					column[k] = true
				}
			}
		}
	}
	for i, name := range names {
		if !paired[i] {
			add(len(points[name])-1, values[name], math.Inf(1))
		}
	}
	return intervals
}

// requireReduction compares a complex with the reduction of simplices.
func requireReduction(t *testing.T, c *simplicial.Complex, values map[string]float64, points map[string]ph.Simplex, degrees int) {
	t.Helper()
	result, err := ph.Compute(t.Context(), c, ph.Options{MaxDegree: degrees - 1})
	require.NoError(t, err)
	for degree, want := range reduction(values, points, degrees) {
		var got [][2]float64
		for _, class := range result.Classes[degree] {
			got = append(got, [2]float64{class.Birth, class.Death})
		}
		compare := func(x, y [2]float64) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) }
		slices.SortFunc(got, compare)
		slices.SortFunc(want, compare)
		require.Equal(t, want, got, "degree %d", degree)
	}
}

// TestLowerStarAgainstReduction visits random complexes, half of them with many equal values.
func TestLowerStarAgainstReduction(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for trial := range 200 {
		vertices := make([]float64, 1+r.IntN(9))
		for i := range vertices {
			if vertices[i] = r.NormFloat64(); trial%2 == 0 {
				vertices[i] = float64(r.IntN(3))
			}
		}
		var simplices []ph.Simplex
		values, points := make(map[string]float64), make(map[string]ph.Simplex)
		enter := func(s ph.Simplex) { // with all faces
			for subset := 1; subset < 1<<len(s); subset++ {
				var face ph.Simplex
				value := math.Inf(-1)
				for k, p := range s {
					if subset>>k&1 != 0 {
						face, value = append(face, p), max(value, vertices[p])
					}
				}
				values[fmt.Sprint(face)], points[fmt.Sprint(face)] = value, face
			}
		}
		for v := range vertices {
			enter(ph.Simplex{int32(v)})
		}
		for range r.IntN(14) {
			var s ph.Simplex
			for _, p := range r.Perm(len(vertices))[:1+r.IntN(min(4, len(vertices)))] {
				s = append(s, int32(p))
			}
			simplices = append(simplices, s)
			sorted := slices.Clone(s)
			slices.Sort(sorted)
			enter(sorted)
		}
		c, err := simplicial.LowerStar(vertices, simplices)
		require.NoError(t, err)
		requireReduction(t, c, values, points, 4)
	}
}

// TestWeightedRipsAgainstReduction visits random points, half of them on a grid, where points
// may coincide and values are equal. An edge enters at the least scale at which the balls around
// both ends exist and meet, which bisection finds.
func TestWeightedRipsAgainstReduction(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for trial := range 120 {
		n, power := 1+r.IntN(7), []float64{1, 2, math.Inf(1)}[trial/2%3]
		p := ph.Points[float64]{Dim: 2}
		weights := make([]float64, n)
		for i := range n {
			x, y, w := r.NormFloat64(), r.NormFloat64(), r.ExpFloat64()
			if trial%2 == 0 {
				x, y, w = math.Round(x), math.Round(y), math.Round(w)
			}
			p.Coords = append(p.Coords, x, y)
			weights[i] = w
		}
		radius := func(t, w float64) float64 {
			if math.IsInf(power, 1) {
				return t / 2
			}
			return math.Pow(max(0, math.Pow(t/2, power)-math.Pow(w, power)), 1/power)
		}
		edge := func(i, j int) float64 {
			lo, hi := 2*max(weights[i], weights[j]), 1e3
			meet := func(t float64) bool { return radius(t, weights[i])+radius(t, weights[j]) >= p.Distance(i, j) }
			if meet(lo) {
				return lo
			}
			for range 80 {
				if mid := (lo + hi) / 2; meet(mid) {
					hi = mid
				} else {
					lo = mid
				}
			}
			return hi
		}
		c, err := simplicial.WeightedRips(p, weights, simplicial.WeightedRipsOptions{Degree: 2, Power: power})
		require.NoError(t, err)
		values, points := make(map[string]float64), make(map[string]ph.Simplex)
		for dim := range 4 { // checked below
			for i := range c.Len(dim) {
				s := c.Simplex(dim, i)
				values[fmt.Sprint(s)], points[fmt.Sprint(s)] = c.Value(dim, i), s
			}
		}
		for subset := 1; subset < 1<<n; subset++ {
			var s ph.Simplex
			want := 0.0
			for i := range n {
				if subset>>i&1 == 0 {
					continue
				}
				want = max(want, 2*weights[i])
				for _, j := range s {
					want = max(want, edge(i, int(j)))
				}
				s = append(s, int32(i))
			}
			if len(s) <= 4 {
				require.InDelta(t, want, values[fmt.Sprint(s)], 1e-7*(1+want), "simplex %v, power %v", s, power)
			}
		}
		requireReduction(t, c, values, points, 3)
	}
}
