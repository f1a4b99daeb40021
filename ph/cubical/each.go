package cubical

import (
	"context"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Each returns the persistent homology of each of many images, in their order. It computes
// Options.Workers images at once, each by one goroutine in a workspace of its own. If some
// images fail, Each returns the error of the first one that failed, with its index.
func Each[T ph.Float](ctx context.Context, images []Image[T], o Options) ([]*ph.Result, error) {
	workers := max(1, min(parallel.Workers(o.Workers, true), len(images)))
	engines := make([]Engine[T], workers)
	return parallel.Map(ctx, workers, len(images), "image", func(worker, i int) (*ph.Result, error) {
		r, err := engines[worker].Compute(ctx, images[i], o)
		if err != nil {
			return nil, err
		}
		return r.Clone(), nil
	})
}
