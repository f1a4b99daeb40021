package spindle

import (
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/reduced"
)

// sortEmptyLunes sorts the edges with empty lunes that all searches have found, in the order of
// the filtration. It adds the edges between points of equal coordinates.
func (r *Engine[T]) sortEmptyLunes() {
	r.band.Unsorted = append(r.band.Unsorted[:0], r.cloud.coincidence.Copies...)
	for i := range r.searches {
		r.band.Unsorted = append(r.band.Unsorted, r.searches[i].edges...)
	}
	r.emptyLunes = r.band.Sort(r.emptyLunes[:0])
}

// A link is an edge of the relative neighborhood graph, as one of its ends lists it.
type link struct {
	to    int32
	birth int32 // the number of the edge among the births, −1 if it merges components
}

// classify finds which edges with empty lunes merge components and which give birth to loops, in
// the order of the filtration, as Kruskal's algorithm finds a minimum spanning tree.
func (r *Engine[T]) classify() {
	r.merges, r.births = r.merges[:0], r.births[:0]
	for _, e := range r.emptyLunes {
		if ended := r.joined.Join(e.A, e.B); ended >= 0 {
			r.merges = append(r.merges, reduced.Merge[T]{Edge: e, Rank: -1, Ended: ended})
		} else {
			r.births = append(r.births, e)
		}
	}
}

// linkGraph makes the relative neighborhood graph of the points in the tree.
func (r *Engine[T]) linkGraph() {
	c := &r.cloud
	n := c.Len()
	r.starts = reuse.Slice(r.starts, n+2)
	clear(r.starts)
	ends := r.starts[1:] // ends[a] is the index in links of the next link of a
	each := func(visit func(a, b, birth int32)) {
		for i, e := range r.births {
			visit(c.Place[e.A], c.Place[e.B], int32(i))
		}
		for _, m := range r.merges {
			if a, b := c.Place[m.Edge.A], c.Place[m.Edge.B]; a >= 0 && b >= 0 {
				visit(a, b, -1)
			}
		}
	}
	each(func(a, b, _ int32) { ends[a+1]++; ends[b+1]++ })
	for a := 1; a < len(ends); a++ {
		ends[a] += ends[a-1]
	}
	r.links = reuse.Slice(r.links, int(ends[n]))
	each(func(a, b, birth int32) {
		r.links[ends[a]] = link{b, birth}
		r.links[ends[b]] = link{a, birth}
		ends[a]++
		ends[b]++
	})
}

// linksOf returns the links of a point.
func (r *Engine[T]) linksOf(a int32) []link { return r.links[r.starts[a]:r.starts[a+1]] }

// hasEmptyLune reports whether the lune of the edge between two points is empty.
func (r *Engine[T]) hasEmptyLune(a, b int32) bool {
	for _, l := range r.linksOf(a) {
		if l.to == b {
			return true
		}
	}
	return false
}
