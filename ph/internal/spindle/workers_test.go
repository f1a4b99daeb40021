package spindle_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/reduced"
	"github.com/topogen/topogen/ph/internal/spindle"
)

// A result is all that an engine tells of a cloud.
type result[T metric.Float] struct {
	merges []reduced.Merge[T]
	roots  []int32
	loops  []reduced.Loop[T]
	chains [][]metric.Edge[T] // of the loops
}

// resultOf returns what an engine, which may have been used before, finds.
func resultOf[T metric.Float](t *testing.T, e *spindle.Engine[T], dim int, coords []T, threshold float64, workers int) (r result[T]) {
	t.Helper()
	require.NoError(t, e.Loops(dim, coords, threshold, workers))
	r.merges = append(r.merges, e.Merges()...)
	r.roots = e.AppendRoots(nil)
	r.loops = e.AppendLoops(nil)
	for _, l := range r.loops {
		r.chains = append(r.chains, e.AppendBirths(nil, l))
	}
	return r
}

// TestWorkersAgree: merges, loops and the chains of loops do not depend on the number of
// workers, whether or not lengths tie.
func TestWorkersAgree(t *testing.T) {
	sizes := map[string]int{"uniform": 3000, "lattice": 3000, "grid": 3000, "copies": 3000, "clusters": 500, "noisy circle": 400}
	for k, kind := range kinds {
		points := sizes[kind.name]
		if points == 0 {
			continue
		}
		for dim := 2; dim <= 3; dim++ {
			t.Run(fmt.Sprintf("%s in %d dimensions", kind.name, dim), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(k), uint64(dim)))
				coords := kind.draw(r, points, dim)
				requireAgreement(t, dim, rounded(coords))
				requireAgreement(t, dim, coords[:points/4*dim])
			})
		}
	}
}

func requireAgreement[T metric.Float](t *testing.T, dim int, coords []T) {
	t.Helper()
	var again spindle.Engine[T]
	want := resultOf(t, new(spindle.Engine[T]), dim, coords, 0, 1)
	require.Len(t, want.merges, len(coords)/dim-1)
	for _, workers := range []int{16, 2, 3, 5, 8, 1} {
		require.Equal(t, want, resultOf(t, &again, dim, coords, 0, workers), "%d workers", workers)
	}
}
