package cubical

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Each returns the persistent homology of each of many images, in their order. It computes
// Options.Workers images at once, each by one goroutine in a workspace of its own. If some
// images fail, Each returns the error of the first one that failed, with its index.
func Each[T ph.Float](ctx context.Context, images []Image[T], o Options) ([]*ph.Result, error) {
	workers := parallel.Workers(o.Workers, true)
	engines := make([]Engine[T], workers)
	results := make([]*ph.Result, len(images))
	err := parallel.Each(workers, len(images), func(worker, i int) error {
		r, err := engines[worker].Compute(ctx, images[i], o)
		if err != nil {
			return fmt.Errorf("image %d: %w", i, err)
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
