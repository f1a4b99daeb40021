package flagcomplex

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// TestStopWhileExtending: a search for critical simplices that is stopped amid the cliques of
// an edge ends early, and the next search of the same engine is complete.
func TestStopWhileExtending(t *testing.T) {
	const n, dim = 60, 5
	r := rand.New(rand.NewPCG(7, 8))
	var edges []metric.Edge[float64]
	for a := range int32(n) {
		for b := range a {
			edges = append(edges, metric.EdgeOf(1+r.Float64(), a, b))
		}
	}
	slices.SortFunc(edges, metric.CompareEdges[float64])
	search := func(e *Engine, cancelled bool) []uint64 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		require.NoError(t, Begin(e, n, [][]metric.Edge[float64]{edges}, nil, 2, dim, 1, parallel.StopOf(ctx)))
		e.criticals.begin(&e.skeleton)
		for e.criticals.next() {
			if cancelled {
				cancel()
			}
			if found := e.criticals.appendCritical(nil, dim); len(found) > 0 || cancelled {
				return found
			}
		}
		return nil
	}
	want := search(new(Engine), false)
	require.NotEmpty(t, want)
	var again Engine
	require.Less(t, len(search(&again, true)), len(want))
	require.Equal(t, want, search(&again, false))
}
