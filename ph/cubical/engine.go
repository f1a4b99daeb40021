package cubical

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Compute returns the persistent homology of an image: its classes of degrees 0 and 1,
// and of degree 2 if the image has three dimensions. Classes of persistence 0 are left out,
// and so are those of degrees that the options do not ask for. One class of degree 0 is
// essential.
//
// It takes O(n log n) time for an image of two dimensions with n pixels.
func Compute[T ph.Float](ctx context.Context, m Image[T], o Options) (*ph.Result, error) {
	return new(Engine[T]).Compute(ctx, m, o)
}

// An Engine computes the persistent homology of images. It is a workspace: used again
// for images of no larger size and no more classes it allocates nothing. The zero value
// is ready for use; one engine serves one goroutine at a time.
type Engine[T ph.Float] struct {
	order  order
	plane  plane[T]      // computes images of two dimensions
	space  grid          // the complex of an image of three dimensions
	engine ph.Engine     // computes the homology of space
	result ph.Result     // the result of plane
	lists  [3][]ph.Class // the classes of plane, by degree
}

// Compute returns what the function [Compute] returns. The result is valid until the engine
// is used again.
func (e *Engine[T]) Compute(ctx context.Context, m Image[T], o Options) (*ph.Result, error) {
	if err := m.check(o); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(m.Shape) == 2 {
		e.plane.stop = parallel.StopOf(ctx)
		e.plane.begin(m, o)
		e.lists[0], e.lists[1] = e.lists[0][:0], e.lists[1][:0]
		if o.needs(0) {
			e.lists[0] = e.plane.components(e.lists[0])
		}
		if o.needs(1) {
			e.lists[1] = e.plane.holes(e.lists[1])
		}
		e.result.Classes = e.lists[:2]
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return &e.result, nil
	}
	sortPixels(&e.order, m.Values, o.Superlevel)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := beginGrid(ctx, &e.space, m, o, &e.order); err != nil {
		return nil, err
	}
	result, err := e.engine.Filtration(ctx, &e.space, ph.Options{MaxDegree: 2})
	if err != nil {
		return nil, fmt.Errorf("cubical: %w", err)
	}
	for degree := range result.Classes {
		if !o.needs(degree) {
			result.Classes[degree] = result.Classes[degree][:0]
		}
	}
	return result, nil
}
