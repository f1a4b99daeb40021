package alpha_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
	"github.com/topogen/topogen/ph/simplicial"
)

// enclosing returns the square of the radius of the least ball that contains some points, by
// brute force: the least of the smallest circumspheres of their subsets that contains all.
func enclosing(points [][]float64) float64 {
	least := math.Inf(1)
	for subset := 1; subset < 1<<len(points); subset++ {
		var corners [][]float64
		for i, p := range points {
			if subset>>i&1 != 0 {
				corners = append(corners, p)
			}
		}
		center, squared, ok := circumsphere(corners)
		if !ok || squared >= least {
			continue
		}
		inside := true
		for _, p := range points {
			sum := 0.0
			for k := range p {
				sum += (p[k] - center[k]) * (p[k] - center[k])
			}
			inside = inside && sum <= squared*(1+1e-10)
		}
		if inside {
			least = squared
		}
	}
	return least
}

// circumsphere solves the equations of the center in the basis of the edges, by elimination.
func circumsphere(corners [][]float64) (center []float64, squared float64, ok bool) {
	n, d := len(corners)-1, len(corners[0])
	if n > d {
		return nil, 0, false
	}
	m := make([][]float64, n)
	edge := func(i, k int) float64 { return corners[i+1][k] - corners[0][k] }
	for i := range m {
		m[i] = make([]float64, n+1)
		for j := range n {
			for k := range d {
				m[i][j] += edge(i, k) * edge(j, k)
			}
		}
		m[i][n] = m[i][i] / 2
	}
	for i := range n {
		pivot := i
		for r := i; r < n; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[pivot][i]) {
				pivot = r
			}
		}
		m[i], m[pivot] = m[pivot], m[i]
		if math.Abs(m[i][i]) < 1e-9 {
			return nil, 0, false
		}
		for r := range n {
			if factor := m[r][i] / m[i][i]; r != i {
				for k := i; k <= n; k++ {
					m[r][k] -= factor * m[i][k]
				}
			}
		}
	}
	center = slices.Clone(corners[0])
	for i := range n {
		for k := range d {
			center[k] += m[i][n] / m[i][i] * edge(i, k)
		}
	}
	for k := range d {
		squared += (center[k] - corners[0][k]) * (center[k] - corners[0][k])
	}
	return center, squared, true
}

// cech returns the bars of the Čech complex, in which a simplex enters at the square of the
// radius of the least ball around its points. By the nerve theorem these are the bars of the
// alpha complex.
func cech(t *testing.T, points [][]float64) [][][2]float64 {
	d := len(points[0])
	var list []simplicial.Simplex
	values := make(map[int]float64)
	for subset := 1; subset < 1<<len(points); subset++ {
		var simplex ph.Simplex
		var corners [][]float64
		for i, p := range points {
			if subset>>i&1 != 0 {
				simplex, corners = append(simplex, int32(i)), append(corners, p)
			}
		}
		if len(corners) > d+2 {
			continue
		}
		value := enclosing(corners)
		for i := range points { // rounding must not order a simplex before its facets
			if len(corners) > 1 && subset>>i&1 != 0 {
				value = max(value, values[subset&^(1<<i)])
			}
		}
		values[subset] = value
		list = append(list, simplicial.Simplex{Points: simplex, Value: value})
	}
	complex, err := simplicial.New(list)
	require.NoError(t, err)
	result, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: d - 1})
	require.NoError(t, err)
	bars := make([][][2]float64, d)
	for degree, classes := range result.Classes {
		bars[degree] = intervals(classes, 1e-7)
	}
	return bars
}

func requireCech(t *testing.T, points [][]float64) {
	complex, err := alpha.New(t.Context(), ph.Points[float64]{Dim: len(points[0]), Coords: slices.Concat(points...)}, alpha.Options{})
	require.NoError(t, err)
	result, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: len(points[0]) - 1})
	require.NoError(t, err)
	var distinct [][]float64
	for _, p := range points {
		if !slices.ContainsFunc(distinct, func(q []float64) bool { return slices.Equal(p, q) }) {
			distinct = append(distinct, p)
		}
	}
	for degree, want := range cech(t, distinct) {
		requireBars(t, want, intervals(result.Classes[degree], 1e-7), 1e-8, points)
	}
}

func TestAgainstCech(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for trial := range 20 * kinds {
		requireCech(t, draw(r, 1+r.IntN(8), 2+trial/kinds%2, trial%kinds))
	}
}
