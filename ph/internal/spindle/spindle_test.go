package spindle_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/reduced"
	"github.com/topogen/topogen/ph/internal/spindle"
)

// kinds are clouds that differ in what makes the engine's work hard.
var kinds = []struct {
	name string
	draw func(r *rand.Rand, n, dim int) []float64
}{
	{"uniform", func(r *rand.Rand, n, dim int) []float64 {
		return fill(n*dim, func(int) float64 { return r.Float64() })
	}},
	{"normal", func(r *rand.Rand, n, dim int) []float64 {
		return fill(n*dim, func(int) float64 { return r.NormFloat64() })
	}},
	{"clusters", func(r *rand.Rand, n, dim int) []float64 { // of very different sizes, far apart
		p := make([]float64, 0, n*dim)
		centers := fill(5*dim, func(int) float64 { return 10 * r.NormFloat64() })
		for range n {
			k := r.IntN(5)
			for d := range dim {
				p = append(p, centers[k*dim+d]+math.Pow(0.1, float64(k))*r.NormFloat64())
			}
		}
		return p
	}},
	{"lattice", func(r *rand.Rand, n, dim int) []float64 { // ties, and many points twice
		side := max(2, int(math.Pow(float64(n), 1/float64(dim))))
		return fill(n*dim, func(int) float64 { return float64(r.IntN(side)) })
	}},
	{"grid", func(r *rand.Rand, n, dim int) []float64 { // all points of a lattice, some moved a little
		side := int(math.Ceil(math.Pow(float64(n), 1/float64(dim))))
		return fill(n*dim, func(i int) float64 {
			x := i / dim
			for range i % dim {
				x /= side
			}
			if r.IntN(20) == 0 {
				return float64(x%side) + 1e-3*r.NormFloat64()
			}
			return float64(x % side)
		})
	}},
	{"line", func(r *rand.Rand, n, dim int) []float64 { // collinear
		p := make([]float64, 0, n*dim)
		for range n {
			t := r.Float64()
			for d := range dim {
				p = append(p, t*float64(d+1))
			}
		}
		return p
	}},
	{"circle", func(r *rand.Rand, n, dim int) []float64 { return circle(r, n, dim, 0) }},
	{"noisy circle", func(r *rand.Rand, n, dim int) []float64 { return circle(r, n, dim, 0.1) }},
	{"polygon", func(_ *rand.Rand, n, dim int) []float64 { // ties up to rounding
		return fill(n*dim, func(i int) float64 {
			s, c := math.Sincos(2 * math.Pi * float64(i/dim) / float64(n))
			return []float64{s, c, 0, 0, 0, 0}[i%dim]
		})
	}},
	{"sphere", func(r *rand.Rand, n, dim int) []float64 {
		p := make([]float64, 0, n*dim)
		for range n {
			x := fill(dim, func(int) float64 { return r.NormFloat64() })
			norm := 0.0
			for _, v := range x {
				norm += v * v
			}
			for _, v := range x {
				p = append(p, v/math.Sqrt(norm))
			}
		}
		return p
	}},
	{"tube", func(r *rand.Rand, n, dim int) []float64 { // around a circle; loops of two lengths live long
		p := circle(r, n, 6, 0)
		q := make([]float64, 0, n*dim)
		for i := range n {
			s, c := math.Sincos(2 * math.Pi * r.Float64())
			x := []float64{(2 + 0.7*s) * p[6*i], (2 + 0.7*s) * p[6*i+1], 0.7 * c, 0}
			q = append(q, x[:dim]...)
		}
		return q
	}},
	{"circle and cluster", func(r *rand.Rand, n, dim int) []float64 { // loops are born long after others died
		p := circle(r, n, dim, 0.1)
		for i := range n / 8 * dim {
			p[i] = 4 + 0.05*r.NormFloat64()
		}
		return p
	}},
	{"flat", func(r *rand.Rand, n, dim int) []float64 { // far more wide than high
		return fill(n*dim, func(i int) float64 { return r.Float64() * math.Pow(1e-3, float64(i%dim)) })
	}},
	{"far", func(r *rand.Rand, n, dim int) []float64 { // float32 has few digits left for differences
		return fill(n*dim, func(int) float64 { return 1000 + 0.01*r.Float64() })
	}},
	{"tiny", func(r *rand.Rand, n, dim int) []float64 { // lengths that are not normal float32 values
		return fill(n*dim, func(int) float64 { return 1e-42 * r.Float64() })
	}},
	{"copies", func(r *rand.Rand, n, dim int) []float64 { // few places
		places := fill(10*dim, func(int) float64 { return r.Float64() })
		p := make([]float64, 0, n*dim)
		for range n {
			k := r.IntN(10)
			p = append(p, places[k*dim:][:dim]...)
		}
		return p
	}},
}

func fill(n int, value func(i int) float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = value(i)
	}
	return s
}

func circle(r *rand.Rand, n, dim int, noise float64) []float64 {
	p := make([]float64, 0, n*dim)
	for range n {
		s, c := math.Sincos(2 * math.Pi * r.Float64())
		for d := range dim {
			p = append(p, []float64{s, c, 0, 0, 0, 0}[d]+noise*r.NormFloat64())
		}
	}
	return p
}

// TestAgreesWithEveryEdge compares with the engine that visits edges one after another, in
// a matrix of all distances.
func TestAgreesWithEveryEdge(t *testing.T) {
	trials := 4
	if testing.Short() {
		trials = 1
	}
	for k, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(k), 1))
			var single engines[float32]
			var double engines[float64]
			for trial := range trials {
				for dim := 1; dim <= 4; dim++ {
					coords := kind.draw(r, 1+r.IntN(30<<(2*(trial%3))), dim)
					threshold := []float64{0, 0, 0.1, 1}[r.IntN(4)]
					name := fmt.Sprintf("%d dimensions, %d numbers, threshold %v", dim, len(coords), threshold)
					single.requireSame(t, dim, rounded(coords), threshold, name)
					double.requireSame(t, dim, coords, threshold, name)
				}
			}
		})
	}
}

// TestAgreesAroundHoles is the same for more points around large holes, where lengths are skipped.
func TestAgreesAroundHoles(t *testing.T) {
	for k, kind := range kinds {
		if !slices.Contains([]string{"noisy circle", "tube", "circle and cluster", "sphere"}, kind.name) {
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(k), 2))
			var single engines[float32]
			for dim := 2; dim <= 3; dim++ {
				coords := kind.draw(r, 1200, dim)
				single.requireSame(t, dim, rounded(coords), 0, "")
				single.requireSame(t, dim, rounded(coords), 1.5, "with a threshold")
			}
		})
	}
}

func rounded(coords []float64) []float32 {
	s := make([]float32, len(coords))
	for i, v := range coords {
		s[i] = float32(v)
	}
	return s
}

// engines are the engine and its oracle.
type engines[T metric.Float] struct {
	engine spindle.Engine[T]
	oracle reduced.Engine[T]
	dense  metric.Dense[T]
}

func (e *engines[T]) requireSame(t *testing.T, dim int, coords []T, threshold float64, name string) {
	t.Helper()
	n := len(coords) / dim
	var lower []T
	for i := range n {
		for j := range i {
			lower = append(lower, metric.Distance(coords[i*dim:][:dim], coords[j*dim:][:dim]))
		}
	}
	require.NoError(t, e.dense.Begin(n, lower, true, threshold, false))
	require.NoError(t, e.oracle.Loops(&e.dense, 1))
	for workers := range 2 {
		require.NoError(t, e.engine.Loops(dim, coords, threshold, 1+3*workers))
		want, got := e.oracle.Merges(), e.engine.Merges()
		require.Len(t, got, len(want), name)
		for i, m := range want {
			m.Rank = got[i].Rank
			require.Equal(t, m, got[i], name)
		}
		require.Equal(t, e.oracle.AppendRoots(nil), e.engine.AppendRoots(nil), name)
		wantLoops, gotLoops := e.oracle.AppendLoops(nil), e.engine.AppendLoops(nil)
		require.Len(t, gotLoops, len(wantLoops), name)
		for i, l := range wantLoops {
			l.Apex, l.Rank = gotLoops[i].Apex, gotLoops[i].Rank
			require.Equal(t, l, gotLoops[i], name)
		}
	}
}

// FuzzAgrees compares with the oracle on points of small integer coordinates.
func FuzzAgrees(f *testing.F) {
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6}, uint8(2), false)
	f.Add([]byte{0, 0, 0, 1, 1, 0, 1, 1, 7, 7}, uint8(2), true)
	f.Add([]byte{0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1}, uint8(3), false)
	f.Fuzz(func(t *testing.T, data []byte, dims uint8, scaled bool) {
		dim := int(dims%3) + 1
		n := min(len(data)/dim, 80)
		coords := fill(n*dim, func(i int) float64 {
			if scaled {
				return math.Exp(float64(data[i]) / 8)
			}
			return float64(data[i] % 16)
		})
		var single engines[float32]
		single.requireSame(t, dim, rounded(coords), 0, "")
		var double engines[float64]
		double.requireSame(t, dim, coords, 0, "")
	})
}
