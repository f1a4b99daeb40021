package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// noisyCircle returns points around a circle, which have one long loop and short ones.
func noisyCircle(r *rand.Rand, n int) ph.Points[float32] {
	p := ph.Points[float32]{Dim: 2}
	for range n {
		s, c := math.Sincos(2 * math.Pi * r.Float64())
		p.Coords = append(p.Coords, float32(c+0.1*r.NormFloat64()), float32(s+0.1*r.NormFloat64()))
	}
	return p
}

// TestWorkersAgree checks that results, representatives included, do not depend on the
// number of workers.
func TestWorkersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	grid := func(n, dim, side int) ph.Points[float32] { // many lengths tie
		p := ph.Points[float32]{Dim: dim}
		for range n * dim {
			p.Coords = append(p.Coords, float32(r.IntN(side)))
		}
		return p
	}
	full := ph.Options{Simplices: true, Cocycles: true}
	loops := ph.Options{MaxDegree: 1, Simplices: true, Cycles: true}
	with := func(o ph.Options, degree, modulus int, threshold float64) ph.Options {
		o.MaxDegree, o.Modulus, o.Threshold = degree, modulus, threshold
		return o
	}
	for i, c := range []struct {
		d ph.Distances
		o ph.Options
	}{
		{noisyCircle(r, 1000), loops},
		{ph.Points[float64]{Dim: 8, Coords: uniform(r, 8*700)}, loops},
		{grid(900, 2, 60), loops},
		{ph.Points[float64]{Dim: 2, Coords: uniform(r, 2*8200)}, loops}, // many points: package spindle
		{ph.Points[float64]{Dim: 3, Coords: uniform(r, 3*60)}, with(full, 2, 2, 0)},
		{ph.Points[float64]{Dim: 4, Coords: uniform(r, 4*40)}, with(full, 3, 3, 0)},
		{grid(100, 2, 6), with(full, 2, 5, 4)},
		{noisyCircle(r, 1500), with(full, 2, 2, 0.05)}, // a graph with few edges
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			o := c.o
			o.Workers = 1
			want, err := ph.Rips(t.Context(), c.d, o)
			require.NoError(t, err)
			var e ph.Engine
			for _, workers := range []int{2, 16, 4, 7} {
				o.Workers = workers
				got, err := e.Compute(t.Context(), c.d, o)
				require.NoError(t, err)
				require.Equal(t, want, got, "%d workers", workers)
			}
		})
	}
}

// TestProcessorsAgree checks the same of GOMAXPROCS, if no number of workers is given.
func TestProcessorsAgree(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	r := rand.New(rand.NewPCG(9, 10))
	circle := noisyCircle(r, 1200)
	cloud := ph.Points[float64]{Dim: 3, Coords: uniform(r, 3*250)}
	var loops, voids *ph.Result
	for _, processors := range []int{1, 2, 4, 7} {
		runtime.GOMAXPROCS(processors)
		before := runtime.NumGoroutine()
		one, err := ph.Rips(t.Context(), circle, ph.Options{MaxDegree: 1, Simplices: true, Cycles: true})
		require.NoError(t, err)
		two, err := ph.Rips(t.Context(), cloud, ph.Options{MaxDegree: 2, Simplices: true, Cocycles: true, Threshold: 0.5})
		require.NoError(t, err)
		if loops == nil {
			loops, voids = one, two
		}
		require.Equal(t, loops, one)
		require.Equal(t, voids, two)
		for wait := 0; runtime.NumGoroutine() > before && wait < 1e6; wait++ {
			runtime.Gosched() // a worker may not have left yet
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), before, "workers end with the call")
	}
}

// uniform returns coordinates in the unit interval.
func uniform(r *rand.Rand, n int) []float64 {
	coords := make([]float64, n)
	for i := range coords {
		coords[i] = r.Float64()
	}
	return coords
}

// TestEach checks that many clouds in one call have the results that each has alone.
func TestEach(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	var clouds []ph.Distances
	for range 30 {
		clouds = append(clouds, noisyCircle(r, 1+r.IntN(60)), cube(r, 1+r.IntN(20), 3))
	}
	for _, workers := range []int{0, 1, 4} {
		o := ph.Options{MaxDegree: 2, Simplices: true, Workers: workers}
		results, err := ph.Each(t.Context(), clouds, o)
		require.NoError(t, err)
		for i, d := range clouds {
			want, err := ph.Rips(t.Context(), d, o)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("%#v", want.Diagrams()), fmt.Sprintf("%#v", results[i].Diagrams()))
		}
	}
	clouds[9] = ph.Points[float32]{Dim: 2, Coords: []float32{1}}
	_, err := ph.Each(t.Context(), clouds, ph.Options{})
	require.ErrorContains(t, err, "cloud 9: ")
	_, err = ph.Each(t.Context(), clouds[:9], ph.Options{Workers: -1})
	require.ErrorContains(t, err, "-1 workers")
}
