package reduced

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/ph/internal/metric"
)

// Merges returns the merges of components in the order of their edges.
func (r *Engine[T]) Merges() []Merge[T] { return r.merges }

// AppendRoots appends the first point of each component at the end of the filtration.
func (r *Engine[T]) AppendRoots(roots []int32) []int32 {
	for v, parent := range r.joined.Parent {
		if int32(v) == parent {
			roots = append(roots, parent)
		}
	}
	return roots
}

// A Loop is a class of degree 1.
type Loop[T metric.Float] struct {
	Birth, Death metric.Edge[T]
	Apex         int32 // the triangle of Death and this point ends the class; −1 if it is essential

	Rank int32 // the number of Birth among the edges that the engine numbers
}

// AppendLoops appends the loops whose persistence is not 0, in the order of their deaths.
// Essential loops come last and have a zero Death.
func (r *Engine[T]) AppendLoops(loops []Loop[T]) []Loop[T] {
	slices.SortFunc(r.deaths, func(p, q death) int {
		return cmp.Or(cmp.Compare(p.edge, q.edge), cmp.Compare(p.birth, q.birth))
	})
	for _, d := range r.deaths {
		birth, end := r.edges.edge(d.birth), r.edges.edge(d.edge)
		if birth.Length != end.Length {
			loops = append(loops, Loop[T]{birth, end, r.point(d.apex), d.birth})
		}
	}
	for _, rank := range r.births {
		if *r.edges.fate(rank) == born {
			loops = append(loops, Loop[T]{r.edges.edge(rank), metric.Edge[T]{}, -1, rank})
		}
	}
	return loops
}

// AppendCycle appends the edges of the column that ended a loop. They are a cycle that the
// birth edge completes, and that is a boundary from the death on. It appends nothing for an
// essential loop.
func (r *Engine[T]) AppendCycle(edges []metric.Edge[T], l Loop[T]) []metric.Edge[T] {
	if l.Apex < 0 {
		return edges
	}
	s := r.columns[dead-*r.edges.fate(l.Rank)]
	for _, rank := range r.arena[s.from:s.to] {
		edges = append(edges, r.edges.edge(rank))
	}
	return edges
}

// AppendRuns appends the edges of the filtration in order, as several lists that follow one
// another. [Engine.Edges] must have found them.
func (r *Engine[T]) AppendRuns(runs [][]metric.Edge[T]) [][]metric.Edge[T] {
	for i := range r.edges.list {
		runs = append(runs, r.edges.list[i].edges)
	}
	return runs
}
