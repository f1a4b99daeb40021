package reduced

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
)

// holed are clouds around few large holes.
var holed = map[string]struct {
	dim   int
	point func(r *rand.Rand) []float64
}{
	"circle":       {2, func(r *rand.Rand) []float64 { return ring(r, 0) }},
	"noisy circle": {2, func(r *rand.Rand) []float64 { return ring(r, 0.1) }},
	"lattice": {2, func(r *rand.Rand) []float64 { // ties, and many points twice
		p := ring(r, 0.1)
		return []float64{math.Round(20 * p[0]), math.Round(20 * p[1])}
	}},
	"circles apart": {2, func(r *rand.Rand) []float64 {
		p, k := ring(r, 0.05), float64(r.IntN(3))
		return []float64{(1+k/3)*p[0] + 3.5*k, (1 + k/3) * p[1]}
	}},
	"torus": {3, func(r *rand.Rand) []float64 {
		p, q := ring(r, 0), ring(r, 0)
		return []float64{(2 + 0.7*p[0]) * q[0], (2 + 0.7*p[0]) * q[1], 0.7 * p[1]}
	}},
	"circle in space, and a cluster": {3, func(r *rand.Rand) []float64 {
		if r.IntN(4) == 0 {
			return []float64{0.01 * r.NormFloat64(), 0.01 * r.NormFloat64(), 0.8}
		}
		return append(ring(r, 0.05), 0.05*r.NormFloat64())
	}},
}

func ring(r *rand.Rand, noise float64) []float64 {
	s, c := math.Sincos(2 * math.Pi * r.Float64())
	return []float64{s + noise*r.NormFloat64(), c + noise*r.NormFloat64()}
}

// TestSkippingChangesNothing compares the engine with one that looks at the lune of every edge,
// for points in a tree, their distances, and numbers that disobey the triangle inequality.
func TestSkippingChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	sizes := []int{520, 1100}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for name, c := range holed {
		t.Run(name, func(t *testing.T) {
			var tree metric.Euclidean[float32]
			var dense metric.Dense[float64]
			var single engines[float32]
			var double engines[float64]
			for _, n := range sizes {
				var coords []float32
				for range n {
					for _, v := range c.point(r) {
						coords = append(coords, float32(v))
					}
				}
				threshold := []float64{0, 0, 1.6}[r.IntN(3)]
				require.NoError(t, tree.Begin(c.dim, coords, threshold, false))
				single.requireSame(t, &tree)
				lower := make([]float64, 0, metric.Triangle(n))
				for i := range n {
					for j := range i {
						lower = append(lower, float64(metric.Distance(coords[i*c.dim:][:c.dim], coords[j*c.dim:][:c.dim])))
					}
				}
				require.NoError(t, dense.Begin(n, lower, true, threshold, false))
				double.requireSame(t, &dense)
				for i := range lower {
					lower[i] *= 1 + 0.1*r.Float64()
				}
				require.NoError(t, dense.Begin(n, lower, true, threshold, false))
				double.requireSame(t, &dense)
			}
			require.NotZero(t, single.skipped, "no edge was skipped")
			require.NotZero(t, double.skipped, "no edge was skipped")
		})
	}
}

// engines are an engine and its oracle, which skips no edge.
type engines[T metric.Float] struct {
	engine, oracle Engine[T]
	skipped        int // the number of spaces in which the engine skipped edges
}

func (e *engines[T]) requireSame(t *testing.T, s metric.Space[T]) {
	t.Helper()
	e.oracle.skipper.never = true
	require.NoError(t, e.oracle.Loops(s, 1))
	want := e.oracle.AppendLoops(nil)
	for _, workers := range []int{1, 3} {
		require.NoError(t, e.engine.Loops(s, workers))
		require.Equal(t, e.oracle.Merges(), e.engine.Merges())
		require.Equal(t, e.oracle.AppendRoots(nil), e.engine.AppendRoots(nil))
		got := e.engine.AppendLoops(nil)
		require.Equal(t, want, got)
		for i, l := range want {
			require.Equal(t, e.oracle.AppendCycle(nil, l), e.engine.AppendCycle(nil, got[i]))
		}
	}
	if e.engine.skipper.until > 0 {
		e.skipped++
	}
}

// TestNetsAreNear checks what a net promises, of distances and of numbers that disobey the
// triangle inequality.
func TestNetsAreNear(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	const n = 300
	for trial := range 6 {
		var coords, lower []float64
		for i := range n {
			coords = append(coords, ring(r, 0.1)...)
			for j := range i {
				v := metric.Distance(coords[2*i:][:2], coords[2*j:][:2])
				if trial%2 == 1 {
					v = r.Float64()
				}
				lower = append(lower, v)
			}
		}
		var dense metric.Dense[float64]
		require.NoError(t, dense.Begin(n, lower, true, 0, false))
		var tree metric.Euclidean[float64]
		require.NoError(t, tree.Begin(2, coords, 0, false))
		spaces := []metric.Space[float64]{&dense, &tree}
		for _, s := range spaces {
			var net metric.Net[float64]
			const radius = 0.3
			require.False(t, s.Choose(&net, radius, 3))
			require.True(t, s.Choose(&net, radius, n))
			distance := func(a, b int32) float64 {
				if a == b {
					return 0
				}
				return s.Distance(a, b)
			}
			for k, a := range net.Members {
				require.EqualValues(t, k, net.Nearest[a])
			}
			for a := range int32(n) {
				p := net.Members[net.Nearest[a]]
				require.LessOrEqual(t, distance(a, p), radius)
				for b := range a {
					require.LessOrEqual(t, distance(p, net.Members[net.Nearest[b]]), distance(a, b)+net.Stretch+1e-12)
				}
			}
		}
	}
	var sparse metric.Sparse[float64]
	require.False(t, sparse.Choose(new(metric.Net[float64]), 1, n))
}
