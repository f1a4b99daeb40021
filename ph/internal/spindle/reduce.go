package spindle

import (
	"slices"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A stored column has the entries arena[from:to] of the engine.
type stored struct{ from, to int }

// A death pairs a birth with the edge and the apex that end it.
type death[T metric.Float] struct {
	birth int32
	edge  metric.Edge[T]
	apex  int32
}

// reduceAll reduces the columns that the searches have found, in order.
func (r *Engine[T]) reduceAll() {
	r.found = r.found[:0]
	for i := range r.searches {
		r.found = append(r.found, r.searches[i].columns...)
	}
	slices.SortFunc(r.found, func(p, q column[T]) int {
		if c := metric.CompareEdges(p.edge, q.edge); c != 0 {
			return c
		}
		return int(p.number - q.number)
	})
	for i := range r.found {
		f := &r.found[i]
		for _, x := range f.births {
			r.set.Toggle(x)
		}
		r.reduce(f)
	}
}

// reduce reduces the column in set.
func (r *Engine[T]) reduce(f *column[T]) {
	for pivot := r.set.Max(); pivot >= 0; pivot = r.set.Max() {
		k := r.owner[pivot]
		if k < 0 {
			r.owner[pivot] = int32(len(r.columns))
			from := len(r.arena)
			for x := pivot; x >= 0; x = r.set.Max() {
				r.arena = append(r.arena, x)
				r.set.Toggle(x)
			}
			r.columns = append(r.columns, stored{from, len(r.arena)})
			r.deaths = append(r.deaths, death[T]{pivot, f.edge, f.other})
			return
		}
		s := r.columns[k]
		for _, x := range r.arena[s.from:s.to] {
			r.set.Toggle(x)
		}
	}
}
