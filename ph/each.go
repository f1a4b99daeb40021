package ph

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph/internal/parallel"
)

// Each returns the persistent homology of the Vietoris–Rips filtration of each of many
// clouds, in their order.
//
// Options.Workers is the number of clouds that are computed at once, 0 stands for
// GOMAXPROCS. Each cloud is computed by one goroutine in a workspace of its own. If some
// clouds fail, Each returns the error of the first one that failed, with its index.
func Each(ctx context.Context, clouds []Distances, o Options) ([]*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	workers := max(1, min(parallel.Workers(o.Workers, true), len(clouds)))
	o.Workers = 1
	engines := make([]Engine, workers)
	results := make([]*Result, len(clouds))
	err := parallel.Each(workers, len(clouds), func(worker, i int) error {
		r, err := engines[worker].Compute(ctx, clouds[i], o)
		if err != nil {
			return fmt.Errorf("cloud %d: %w", i, err)
		}
		results[i] = r.Clone()
		return nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return results, nil
}
