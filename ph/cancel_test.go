package ph_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// A slowMetric takes long for each distance.
type slowMetric struct{ ph.Points[float32] }

func (m slowMetric) Distance(i, j int) float64 {
	sum := 0.0
	for range 20 {
		sum = m.Points.Distance(i, j) + sum*1e-30
	}
	return sum
}

// TestCancel cancels computations that would take many seconds. Each returns the error of
// its context and leaves no goroutine behind, and its engine still works.
func TestCancel(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	sparse := ph.Sparse[float32]{N: 3000}
	for i := range sparse.N {
		for range 300 {
			sparse.Entries = append(sparse.Entries, ph.Entry[float32]{I: i, J: r.IntN(sparse.N), Distance: r.Float32()})
		}
	}
	small := cube(r, 40, 6)
	want, err := ph.Rips(t.Context(), small, ph.Options{MaxDegree: 4})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		d ph.Distances
		o ph.Options
	}{
		"many loops":      {cube(r, 6000, 10), ph.Options{MaxDegree: 1}},
		"one long loop":   {noisyCircle(r, 8000), ph.Options{MaxDegree: 1}},
		"a tree":          {cube(r, 300_000, 2), ph.Options{MaxDegree: 1}},
		"voids":           {cube(r, 1200, 5), ph.Options{MaxDegree: 2}},
		"degree 4":        {cube(r, 400, 8), ph.Options{MaxDegree: 4, Modulus: 3, Cocycles: true}},
		"a sparse graph":  {sparse, ph.Options{MaxDegree: 2}},
		"a slow metric":   {slowMetric{cube(r, 9000, 3)}, ph.Options{MaxDegree: 1}},
		"of no threshold": {cube(r, 3000, 8), ph.Options{MaxDegree: 1, Threshold: math.Inf(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, workers := range []int{1, 3} {
				before := runtime.NumGoroutine()
				var e ph.Engine
				for _, after := range []time.Duration{0, 3 * time.Millisecond, 40 * time.Millisecond} {
					ctx, cancel := context.WithTimeout(t.Context(), after)
					o := c.o
					o.Workers = workers
					_, err := e.Compute(ctx, c.d, o)
					deadline, _ := ctx.Deadline()
					t.Logf("%d workers, after %v: returned %v later", workers, after, time.Since(deadline).Round(time.Millisecond))
					cancel()
					require.ErrorIs(t, err, context.DeadlineExceeded, fmt.Sprint(after))
				}
				for wait := 0; runtime.NumGoroutine() > before && wait < 1e6; wait++ {
					runtime.Gosched() // a worker may not have left yet
				}
				require.LessOrEqual(t, runtime.NumGoroutine(), before)
				got, err := e.Compute(t.Context(), small, ph.Options{MaxDegree: 4})
				require.NoError(t, err)
				require.Equal(t, want.Diagrams(), got.Diagrams())
			}
		})
	}
}

// TestCancelAtOnce gives each method a context that is done before the start.
func TestCancelAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var e ph.Engine
	_, err := e.Rips(ctx, ph.Matrix32{N: 2, Data: []float32{0, 1, 1, 0}}, 1)
	require.ErrorIs(t, err, context.Canceled)
	_, err = e.Compute(ctx, cube(rand.New(rand.NewPCG(1, 2)), 10, 2), ph.Options{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = e.Lunes(ctx, 2, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = e.Filtration(ctx, closure([][]int{{0, 1, 2}}), ph.Options{})
	require.ErrorIs(t, err, context.Canceled)
}
