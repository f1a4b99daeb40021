package cubical

import (
	"context"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Compute returns the persistent homology of an image: its classes of degrees 0 and 1,
// and of degree 2 if the image has three dimensions. Classes of persistence 0 are left out,
// and so are those of degrees that the options do not ask for. One class of degree 0 is
// essential.
//
// It takes O(n log n) time for an image of two dimensions with n pixels, and as much in three
// dimensions for degrees 0 and 2. Degree 1 of three dimensions is a matrix reduction, whose worst
// case is cubic in the number of critical cells.
func Compute[T ph.Float](ctx context.Context, m Image[T], o Options) (*ph.Result, error) {
	return new(Engine[T]).Compute(ctx, m, o)
}

// An Engine computes the persistent homology of images. It is a workspace: used again
// for images of no larger size and no more classes it allocates nothing. The zero value
// is ready for use; one engine serves one goroutine at a time.
type Engine[T ph.Float] struct {
	order  order
	plane  plane[T] // computes images of two dimensions
	space  space    // computes images of three dimensions
	result ph.Result
	lists  [3][]ph.Class // the classes of result, by degree
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
	for degree := range e.lists {
		e.lists[degree] = e.lists[degree][:0]
	}
	if len(m.Shape) == 2 {
		e.plane.stop = parallel.StopOf(ctx)
		e.plane.begin(m, o)
		if o.needs(0) {
			e.lists[0] = e.plane.components(e.lists[0])
		}
		if o.needs(1) {
			e.lists[1] = e.plane.holes(e.lists[1])
		}
	} else {
		sortPixels(&e.order, m.Values, o.Superlevel)
		e.space.stop = parallel.StopOf(ctx)
		if beginSpace(&e.space, m, o, &e.order) {
			e.space.compute(o, &e.lists)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e.result.Classes = e.lists[:len(m.Shape)]
	return &e.result, nil
}
