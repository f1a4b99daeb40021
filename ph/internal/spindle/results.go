package spindle

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/reduced"
)

// Merges returns the merges of components in the order of their edges.
func (r *Engine[T]) Merges() []reduced.Merge[T] { return r.merges }

// AppendRoots appends the first point of each component at the end of the filtration.
func (r *Engine[T]) AppendRoots(roots []int32) []int32 {
	for v, parent := range r.joined.Parent {
		if int32(v) == parent {
			roots = append(roots, parent)
		}
	}
	return roots
}

// AppendLoops appends the loops whose persistence is not 0, in the order of their deaths.
// Essential loops come last and have a zero Death.
func (r *Engine[T]) AppendLoops(loops []reduced.Loop[T]) []reduced.Loop[T] {
	slices.SortFunc(r.deaths, func(p, q death[T]) int {
		return cmp.Or(metric.CompareEdges(p.edge, q.edge), cmp.Compare(p.birth, q.birth))
	})
	for _, d := range r.deaths {
		if birth := r.births[d.birth]; birth.Length != d.edge.Length {
			loops = append(loops, reduced.Loop[T]{Birth: birth, Death: d.edge, Apex: d.apex, Rank: d.birth})
		}
	}
	for i, birth := range r.births {
		if r.owner[i] < 0 {
			loops = append(loops, reduced.Loop[T]{Birth: birth, Apex: -1, Rank: int32(i)})
		}
	}
	return loops
}

// AppendBirths appends the column that ended a loop, as edges. They stand for a cycle in the
// relative neighborhood graph: they are its edges outside of the minimum spanning forest. The
// birth edge of the loop is the last edge of the cycle, and the cycle is a boundary from the
// death of the loop on. AppendBirths appends nothing for an essential loop.
func (r *Engine[T]) AppendBirths(edges []metric.Edge[T], l reduced.Loop[T]) []metric.Edge[T] {
	if l.Apex < 0 {
		return edges
	}
	s := r.columns[r.owner[l.Rank]]
	for _, k := range r.arena[s.from:s.to] {
		edges = append(edges, r.births[k])
	}
	return edges
}
