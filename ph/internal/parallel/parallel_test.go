package parallel_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/parallel"
)

func TestForCallsEachOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		for _, n := range []int{0, 1, 7, 100} {
			var calls [100]atomic.Int32
			parallel.For(parallel.Stop{}, workers, n, 3, func(worker, i int) {
				require.Less(t, worker, workers)
				calls[i].Add(1)
			})
			for i := range calls {
				want := 0
				if i < n {
					want = 1
				}
				require.EqualValues(t, want, calls[i].Load())
			}
		}
	}
}

func TestForStops(t *testing.T) {
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int32
		parallel.For(parallel.StopOf(ctx), workers, 1e6, 10, func(_, i int) {
			if calls.Add(1) == 5 {
				cancel()
			}
		})
		require.Less(t, calls.Load(), int32(5+3))
	}
}

// TestEachReturnsTheFirstError: whichever worker fails first, the error is that of the
// least number.
func TestEachReturnsTheFirstError(t *testing.T) {
	for range 50 {
		for _, workers := range []int{1, 2, 8} {
			err := parallel.Each(workers, 100, func(_, i int) error {
				if i == 13 || i == 14 || i > 90 {
					return fmt.Errorf("no %d", i)
				}
				return nil
			})
			require.EqualError(t, err, "no 13")
		}
	}
	require.NoError(t, parallel.Each(3, 0, func(_, _ int) error { return fmt.Errorf("called") }))
}
