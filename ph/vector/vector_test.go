package vector_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/vector"
)

// all returns a vectorizer of each kind, with grids of n numbers.
func all(n int) map[string]vector.Vectorizer {
	grid := vector.Grid{Lo: 0, Hi: 2, N: n}
	return map[string]vector.Vectorizer{
		"image":         &vector.Image{Births: grid, Lengths: vector.Grid{Lo: 0, Hi: 1, N: n}, Bandwidth: 0.1, Weight: vector.Linear},
		"arctan image":  &vector.Image{Births: grid, Lengths: grid, Bandwidth: 0.3, Weight: vector.Arctangent},
		"heat":          &vector.Heat{Grid: grid, Bandwidth: 0.2},
		"landscape":     &vector.Landscape{Grid: grid, Layers: 5},
		"silhouette":    &vector.Silhouette{Grid: grid, Weight: vector.Quadratic},
		"Betti":         &vector.Betti{Grid: grid},
		"entropy":       vector.Entropy{},
		"entropy curve": &vector.EntropyCurve{Grid: grid},
	}
}

func random(r *rand.Rand, n int) []ph.Bar {
	bars := make([]ph.Bar, n)
	for i := range bars {
		birth := r.Float64()
		bars[i] = ph.Bar{Birth: birth, Death: birth + r.Float64()}
	}
	return bars
}

// Gradients equal central differences.
func TestGradients(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, v := range all(9) {
		for range 20 {
			bars := random(r, 1+r.IntN(8))
			weights := make([]float64, v.Len())
			for i := range weights {
				weights[i] = r.NormFloat64()
			}
			grad := make([]ph.Gradient, len(bars))
			require.NoError(t, v.Gradient(grad, bars, weights))
			out := make([]float64, v.Len())
			value := func() (sum float64) {
				require.NoError(t, v.Vector(out, bars))
				for i, x := range out {
					sum += weights[i] * x
				}
				return sum
			}
			const step = 1e-6
			slope := func(end *float64) float64 {
				x := *end
				*end = x + step
				up := value()
				*end = x - step
				down := value()
				*end = x
				return (up - down) / (2 * step)
			}
			for i := range bars {
				require.InDelta(t, slope(&bars[i].Birth), grad[i].Birth, 1e-5, "%s, birth %d", name, i)
				require.InDelta(t, slope(&bars[i].Death), grad[i].Death, 1e-5, "%s, death %d", name, i)
			}
		}
	}
}

// A vector does not depend on the order of the bars, nor on what was computed before.
func TestVectorsOfPermutedBars(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, v := range all(7) {
		bars := random(r, 12)
		want, got := make([]float64, v.Len()), make([]float64, v.Len())
		require.NoError(t, v.Vector(want, bars))
		require.NoError(t, v.Vector(got, bars[:5]))
		slices.Reverse(bars)
		require.NoError(t, v.Vector(got, bars))
		require.InDeltaSlice(t, want, got, 1e-12, name)
		require.NoError(t, v.Vector(got, nil))
		require.Equal(t, make([]float64, v.Len()), got, name)
	}
}

// A landscape is the sorted list of tents at each number.
func TestLandscapeAgainstSorting(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		bars := random(r, r.IntN(12))
		v := vector.Landscape{Grid: vector.Grid{Lo: -0.5, Hi: 2.5, N: 1 + r.IntN(20)}, Layers: 1 + r.IntN(4)}
		got := make([]float64, v.Len())
		require.NoError(t, v.Vector(got, bars))
		for x := range v.Grid.N {
			tents := make([]float64, v.Layers)
			for _, b := range bars {
				tents = append(tents, max(0, min(v.Grid.At(x)-b.Birth, b.Death-v.Grid.At(x))))
			}
			slices.Sort(tents)
			slices.Reverse(tents)
			for k := range v.Layers {
				require.Equal(t, tents[k], got[k*v.Grid.N+x])
			}
		}
	}
}

// A bar that begins at a number of the grid is alive there, one that ends there is not.
func TestCurvesAtEnds(t *testing.T) {
	v := vector.Betti{Grid: vector.Grid{Lo: 0, Hi: 1, N: 11}}
	for i := range 11 {
		for j := i; j < 11; j++ {
			got := make([]float64, 11)
			require.NoError(t, v.Vector(got, []ph.Bar{{Birth: v.Grid.At(i), Death: v.Grid.At(j)}}))
			for x := range got {
				alive := 0.0
				if i <= x && x < j {
					alive = 1
				}
				require.Equal(t, alive, got[x], "from %d to %d at %d", i, j, x)
			}
		}
	}
}

func TestVectorsRefuse(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, v := range all(3) {
		dst := make([]float64, v.Len())
		for _, c := range []struct {
			birth, death float64
			want         string
		}{
			{nan, 1, "vector: bar 1 is born at NaN and dies at 1: both must be finite; leave out essential bars"},
			{0, inf, "vector: bar 1 is born at 0 and dies at +Inf: both must be finite; leave out essential bars"},
			{-inf, 1, "vector: bar 1 is born at -Inf and dies at 1: both must be finite; leave out essential bars"},
			{3, 1, "vector: bar 1 is born at 3 and dies at 1, before its birth: negate both, as for a superlevel filtration"},
			{-math.MaxFloat64, math.MaxFloat64, "vector: the lengths of the bars sum up to more than the largest float64: divide births and deaths by a common factor"},
		} {
			bars := []ph.Bar{{Birth: 0, Death: 1}, {Birth: c.birth, Death: c.death}}
			require.EqualError(t, v.Vector(dst, bars), c.want, name)
			require.EqualError(t, v.Gradient(make([]ph.Gradient, 2), bars, dst), c.want, name)
		}
		require.Panics(t, func() { v.Vector(dst[:len(dst)-1], nil) }, name)
		require.Panics(t, func() { v.Gradient(make([]ph.Gradient, 1), nil, dst) }, name)
		require.Panics(t, func() { v.Gradient(nil, nil, dst[:len(dst)-1]) }, name)
	}
	grid := vector.Grid{Lo: 0, Hi: 1, N: 2}
	for want, v := range map[string]vector.Vectorizer{
		"vector: the bandwidth is 0: want a number from 1e-150 to 1e+150":                                           &vector.Heat{Grid: grid},
		"vector: the bandwidth is NaN: want a number from 1e-150 to 1e+150":                                         &vector.Image{Births: grid, Lengths: grid, Bandwidth: nan},
		"vector: weight 9: want Constant, Linear, Quadratic or Arctangent":                                          &vector.Silhouette{Grid: grid, Weight: 9},
		"vector: a landscape of 0 layers: want at least 1":                                                          &vector.Landscape{Grid: grid},
		"vector: the grid of a Betti curve has 0 numbers from 0 to 0: want at least one, finite and ascending":      &vector.Betti{},
		"vector: the grid of births has 2 numbers from 1 to 0: want at least one, finite and ascending":             &vector.Image{Births: vector.Grid{Lo: 1, Hi: 0, N: 2}, Lengths: grid, Bandwidth: 1},
		"vector: the grid of lengths has 2 numbers from 0 to +Inf: want at least one, finite and ascending":         &vector.Image{Births: grid, Lengths: vector.Grid{Lo: 0, Hi: inf, N: 2}, Bandwidth: 1},
		"vector: the grid of an entropy curve has 2 numbers from NaN to 1: want at least one, finite and ascending": &vector.EntropyCurve{Grid: vector.Grid{Lo: nan, Hi: 1, N: 2}},
	} {
		require.EqualError(t, v.Vector(make([]float64, v.Len()), nil), want)
		require.EqualError(t, v.Gradient(nil, nil, make([]float64, v.Len())), want)
	}
}

func TestVectorsDoNotAllocate(t *testing.T) {
	bars := random(rand.New(rand.NewPCG(7, 8)), 50)
	for name, v := range all(10) {
		dst, grad := make([]float64, v.Len()), make([]ph.Gradient, len(bars))
		both := func() {
			v.Vector(dst, bars)
			v.Gradient(grad, bars, dst)
		}
		both()
		require.Zero(t, testing.AllocsPerRun(3, both), name)
	}
}

// Numbers of any size give finite vectors.
func FuzzVectors(f *testing.F) {
	f.Add(0.0, 1.0, 0.5, 0.5, 0.0, 2.0, 0.1)
	f.Add(-1e308, 0.0, 1e-300, 1e-299, -1e300, 1e300, 1e-150)
	f.Fuzz(func(t *testing.T, b, d, b2, d2, lo, hi, bandwidth float64) {
		grid := vector.Grid{Lo: lo, Hi: hi, N: 5}
		bars := []ph.Bar{{Birth: b, Death: d}, {Birth: b2, Death: d2}}
		for _, v := range []vector.Vectorizer{
			&vector.Landscape{Grid: grid, Layers: 2}, &vector.Silhouette{Grid: grid}, &vector.Betti{Grid: grid}, vector.Entropy{},
			&vector.EntropyCurve{Grid: grid}, &vector.Heat{Grid: grid, Bandwidth: bandwidth},
			&vector.Image{Births: grid, Lengths: grid, Bandwidth: bandwidth},
		} {
			dst := make([]float64, v.Len())
			if v.Vector(dst, bars) != nil {
				continue
			}
			for i, x := range dst {
				if x-x != 0 {
					t.Fatalf("element %d of %T is %v", i, v, x)
				}
			}
		}
	})
}

func BenchmarkVectors(b *testing.B) {
	bars := random(rand.New(rand.NewPCG(9, 10)), 127)
	grid := vector.Grid{Lo: 0, Hi: 2, N: 100}
	for name, v := range map[string]vector.Vectorizer{
		"image":      &vector.Image{Births: vector.Grid{Lo: 0, Hi: 1, N: 20}, Lengths: vector.Grid{Lo: 0, Hi: 1, N: 20}, Bandwidth: 0.1, Weight: vector.Linear},
		"landscape":  &vector.Landscape{Grid: grid, Layers: 5},
		"silhouette": &vector.Silhouette{Grid: grid},
		"betti":      &vector.Betti{Grid: grid},
		"heat":       &vector.Heat{Grid: vector.Grid{Lo: 0, Hi: 2, N: 20}, Bandwidth: 0.1},
	} {
		b.Run(name, func(b *testing.B) {
			dst := make([]float64, v.Len())
			for b.Loop() {
				v.Vector(dst, bars)
			}
		})
	}
}

func ExampleLandscape() {
	bars := []ph.Bar{{Birth: 0, Death: 4}, {Birth: 1, Death: 3}}
	landscape := vector.Landscape{Grid: vector.Grid{Lo: 0, Hi: 4, N: 5}, Layers: 2}
	v := make([]float64, landscape.Len())
	if err := landscape.Vector(v, bars); err != nil {
		log.Fatal(err)
	}
	fmt.Println(v[:5], v[5:])
	// Output: [0 1 2 1 0] [0 0 1 0 0]
}
