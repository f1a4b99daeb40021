package ph

import (
	"context"

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
	return parallel.Map(ctx, workers, len(clouds), "cloud", func(worker, i int) (*Result, error) {
		r, err := engines[worker].Compute(ctx, clouds[i], o)
		if err != nil {
			return nil, err
		}
		return r.Clone(), nil
	})
}
