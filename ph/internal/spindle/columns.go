package spindle

import (
	"slices"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A column is a cycle of four edges: from the ends of an edge to the apex of its lune, and to
// the point other, which is in another component of the lune. Each edge is replaced by its
// chain.
type column[T metric.Float] struct {
	edge   metric.Edge[T]
	number int32   // the number of components of the lune before that of other
	other  int32   // the point, by its number in the input
	births []int32 // its entries
}

// findColumns finds the columns of the edges from a to later points with lengths in
// (above, upTo]. It returns a lower bound of the squared length of longer candidates of a.
func (s *search[T]) findColumns(r *Engine[T], a int32, above, upTo T) (next float64) {
	c := &r.cloud
	listed := s.listAround(c, a, intervalOf(above, upTo).most)
	if listed {
		next = s.listCandidates(r, a, above, upTo)
	} else {
		next = s.findCandidates(r, a, above, upTo)
		longest := 0.0
		for _, b := range s.list {
			longest = max(longest, c.Squared(c.At(a), b))
		}
		listed = len(s.list) > 0 && s.listAround(c, a, longest*(1+2*slack)+2*tiny)
	}
	for _, b := range s.list {
		s.addColumns(r, a, b, above, upTo, listed)
	}
	return next
}

// addColumns adds the columns of the edge between a and b, if its length is in (above, upTo].
// listed says whether the list around a has the points of its lune.
func (s *search[T]) addColumns(r *Engine[T], a, b int32, above, upTo T, listed bool) {
	c := &r.cloud
	e := c.edge(a, b)
	if e.Length <= above || e.Length > upTo || r.hasEmptyLune(a, b) {
		return
	}
	sp := spanOf(e)
	var apex int32
	if listed {
		apex = s.listComponents(c, &sp, a, b)
	} else {
		apex = s.apex(c, &sp, a, b)
		s.components(c, &sp, a, b, apex)
	}
	if len(s.others) == 0 {
		return
	}
	s.entries = s.appendChain(r, s.entries[:0], a, apex)
	s.entries = s.appendChain(r, s.entries, b, apex)
	legs := len(s.entries)
	for i, v := range s.others {
		s.entries = s.appendChain(r, s.entries[:legs], a, v)
		s.entries = s.appendChain(r, s.entries, b, v)
		from := len(s.arena)
		s.arena = append(s.arena, s.entries...)
		s.arena = s.arena[:from+cancel(s.arena[from:])]
		if len(s.arena) > from {
			s.columns = append(s.columns, column[T]{e, int32(i), c.Order[v], s.arena[from:len(s.arena):len(s.arena)]})
		}
	}
}

// A pair is two places.
type pair struct{ p, q int32 }

// appendChain appends the births of a path from p to q in the relative neighborhood graph. If
// the edge between p and q is not in this graph, the path and the edge together are the
// boundary of triangles that are there as soon as the edge is.
func (s *search[T]) appendChain(r *Engine[T], births []int32, p, q int32) []int32 {
	c := &r.cloud
	s.pairs = append(s.pairs[:0], pair{p, q})
next:
	for len(s.pairs) > 0 {
		l := s.pairs[len(s.pairs)-1]
		s.pairs = s.pairs[:len(s.pairs)-1]
		for _, k := range r.linksOf(l.p) {
			if k.to == l.q {
				if k.birth >= 0 {
					births = append(births, k.birth)
				}
				continue next
			}
		}
		sp := spanOf(c.edge(l.p, l.q))
		v := s.apex(c, &sp, l.p, l.q)
		if v < 0 {
			panic("ph: the relative neighborhood graph lacks an edge with an empty lune")
		}
		s.pairs = append(s.pairs, pair{l.p, v}, pair{v, l.q})
	}
	return births
}

// cancel sorts entries and removes those that come an even number of times. It returns the
// number of entries that are left.
func cancel(entries []int32) int {
	slices.Sort(entries)
	k := 0
	for i := 0; i < len(entries); {
		j := i + 1
		for j < len(entries) && entries[j] == entries[i] {
			j++
		}
		if (j-i)%2 == 1 {
			entries[k] = entries[i]
			k++
		}
		i = j
	}
	return k
}
