package metrics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/ph"
)

func frechet(t *testing.T, a, b ph.Points[float32]) float64 {
	dev := cpu.New()
	defer dev.Close()
	p, err := metrics.NewPooled(dev, a, b)
	require.NoError(t, err)
	return p.Frechet()
}

// gaussian returns n random points, stretched along the first axis and moved.
func gaussian(seed uint64, n, dim int, stretch, move float32) ph.Points[float32] {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := ph.Points[float32]{Dim: dim}
	for i := range n * dim {
		v := float32(rng.NormFloat64()) + move
		if i%dim == 0 {
			v *= stretch
		}
		p.Coords = append(p.Coords, v)
	}
	return p
}

// On a line the distance is (μ − ν)² + (σ − τ)².
func TestFrechetByHand(t *testing.T) {
	line := func(x ...float32) ph.Points[float32] { return ph.Points[float32]{Dim: 1, Coords: x} }
	require.InDelta(t, 9+1, frechet(t, line(-1, 0, 1), line(1, 3, 5)), 1e-12) // means 0 and 3, deviations 1 and 2
	require.InDelta(t, 9+1, frechet(t, line(-1, 0, 1), line(5, 1, 3)), 1e-12)
	require.InDelta(t, 0, frechet(t, gaussian(1, 30, 3, 2, 0), gaussian(1, 30, 3, 2, 0)), 1e-9)
	require.True(t, math.IsNaN(frechet(t, line(1), line(1, 2))))
}

// TestFrechetAgainstRoots compares with eigenvalues of covariances: tr (ΣT)^½ is the trace of
// (Σ^½ T Σ^½)^½. Both clouds have more points than dimensions, or both fewer, or one of them has.
func TestFrechetAgainstRoots(t *testing.T) {
	for _, c := range [][3]int{{40, 30, 5}, {6, 9, 12}, {5, 40, 8}, {40, 5, 8}, {8, 8, 8}} {
		dim := c[2]
		a, b := gaussian(1, c[0], dim, 3, 0.5), gaussian(2, c[1], dim, 1, 0)
		mean, covariance := moments(a)
		other, second := moments(b)
		want := 0.0
		for k := range dim {
			want += (mean[k]-other[k])*(mean[k]-other[k]) + covariance.At(k, k) + second.At(k, k)
		}
		var inner, whole mat.Dense
		half := root(covariance)
		inner.Mul(half, second)
		whole.Mul(&inner, half)
		symmetric := mat.NewSymDense(dim, nil)
		for i := range dim {
			for j := range dim {
				symmetric.SetSym(i, j, (whole.At(i, j)+whole.At(j, i))/2)
			}
		}
		want -= 2 * mat.Trace(root(symmetric))
		require.InDelta(t, want, frechet(t, a, b), 1e-5*want, "%v", c)
		require.InDelta(t, frechet(t, a, b), frechet(t, b, a), 1e-9)
	}
}

// moments returns mean and covariance, by their definitions.
func moments(p ph.Points[float32]) ([]float64, *mat.SymDense) {
	n := p.Len()
	mean, covariance := make([]float64, p.Dim), mat.NewSymDense(p.Dim, nil)
	for i := range n {
		for k, v := range p.At(i) {
			mean[k] += float64(v) / float64(n)
		}
	}
	for i := range n {
		for k := range p.Dim {
			for l := range k + 1 {
				v := (float64(p.At(i)[k]) - mean[k]) * (float64(p.At(i)[l]) - mean[l]) / float64(n-1)
				covariance.SetSym(k, l, covariance.At(k, l)+v)
			}
		}
	}
	return mean, covariance
}

// root returns the root of a positive semidefinite matrix.
func root(a *mat.SymDense) *mat.Dense {
	var e mat.EigenSym
	if !e.Factorize(a, true) {
		panic("no eigenvalues")
	}
	var v, scaled, r mat.Dense
	e.VectorsTo(&v)
	values := e.Values(nil)
	scaled.Apply(func(_, j int, x float64) float64 { return x * math.Sqrt(max(0, values[j])) }, &v)
	r.Mul(&scaled, v.T())
	return &r
}
