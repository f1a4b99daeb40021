package ph

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Sparse are distances of which some are not known, and greater than all that
// matters: those pairs of points are never joined.
type Sparse[T Float] struct {
	N       int
	Entries []Entry[T]
}

// An Entry is the distance of points I and J. Of several entries of the same
// points all but the least are ignored.
type Entry[T Float] struct {
	I, J     int
	Distance T
}

// Len returns the number of points.
func (s Sparse[T]) Len() int { return s.N }

// Distance returns the distance of points i and j, +Inf if it is not known. It
// looks through all entries.
func (s Sparse[T]) Distance(i, j int) float64 {
	if i == j {
		return 0
	}
	d := math.Inf(1)
	for _, e := range s.Entries {
		if e.I == i && e.J == j || e.I == j && e.J == i {
			d = min(d, float64(e.Distance))
		}
	}
	return d
}

// A sparse space has a list of its edges.
type sparse[T Float] struct {
	edges  []filteredEdge[T] // in order
	taken  int               // by bands
	starts []int32           // of the links of each point
	links  []filteredEdge[T] // each edge from both ends: from a, ascending by b
}

// begin reads distances: a threshold of 0 stands for none.
func (s *sparse[T]) begin(d Sparse[T], threshold float64) error {
	s.edges, s.taken = s.edges[:0], 0
	for k, e := range d.Entries {
		if e.I < 0 || e.I >= d.N || e.J < 0 || e.J >= d.N {
			return fmt.Errorf("ph: entry %d is the distance of points %d and %d, of %d points", k, e.I, e.J, d.N)
		}
		if err := checkLength(e.I, e.J, e.Distance); err != nil {
			return err
		}
		if e.I != e.J && (threshold == 0 || e.Distance <= T(threshold)) {
			s.edges = append(s.edges, edgeOf(e.Distance+0, int32(e.I), int32(e.J)))
		}
	}
	slices.SortFunc(s.edges, compareEnds)
	s.edges = slices.CompactFunc(s.edges, func(e, f filteredEdge[T]) bool { return e.a == f.a && e.b == f.b })
	s.links = s.links[:0]
	for _, e := range s.edges {
		s.links = append(s.links, e, filteredEdge[T]{e.length, e.b, e.a})
	}
	slices.SortFunc(s.links, compareEnds)
	s.starts = resize(s.starts, d.N+1)
	at := int32(0)
	for v := range s.starts {
		for int(at) < len(s.links) && s.links[at].a < int32(v) {
			at++
		}
		s.starts[v] = at
	}
	slices.SortFunc(s.edges, compareEdges)
	return nil
}

// compareEnds orders edges by their points, and then by length.
func compareEnds[T Float](e, f filteredEdge[T]) int {
	if c := cmp.Compare(e.a, f.a); c != 0 {
		return c
	}
	if c := cmp.Compare(e.b, f.b); c != 0 {
		return c
	}
	return cmp.Compare(e.length, f.length)
}

func (s *sparse[T]) layout() (place, order []int32) { return nil, nil }

func (s *sparse[T]) size() int { return len(s.starts) - 1 }

func (s *sparse[T]) rewind() { s.taken = 0 }

func (s *sparse[T]) total() int { return len(s.edges) }

func (s *sparse[T]) linksOf(v int32) []filteredEdge[T] { return s.links[s.starts[v]:s.starts[v+1]] }

// distance returns the length of an edge that is there.
func (s *sparse[T]) distance(a, b int32) T {
	links := s.linksOf(a)
	i, _ := slices.BinarySearchFunc(links, b, func(l filteredEdge[T], b int32) int { return cmp.Compare(l.b, b) })
	return links[i].length
}

func (s *sparse[T]) nextBand(want int) (hi T, last bool) {
	s.taken = min(s.taken+want, len(s.edges))
	if s.taken > 0 {
		hi = s.edges[s.taken-1].length
	}
	s.taken = s.after(hi)
	return hi, s.taken == len(s.edges)
}

// after returns the number of edges that are no longer than a length.
func (s *sparse[T]) after(length T) int {
	i, _ := slices.BinarySearchFunc(s.edges, length, func(e filteredEdge[T], length T) int {
		if e.length <= length {
			return -1
		}
		return 1
	})
	return i
}

func (s *sparse[T]) appendEdges(edges []filteredEdge[T], lo, hi T) []filteredEdge[T] {
	return append(edges, s.edges[s.after(lo):s.after(hi)]...)
}

func (s *sparse[T]) appendEmptyLunes(edges []filteredEdge[T], after filteredEdge[T], near graph, _ int) []filteredEdge[T] {
	i, _ := slices.BinarySearchFunc(s.edges, after, compareEdges)
	for _, e := range s.edges[i+1:] {
		if !near.meet(e.a, e.b) && s.emptyLune(e) {
			edges = append(edges, e)
		}
	}
	return edges
}

// emptyLune reports whether no point is joined to both ends before they are.
func (s *sparse[T]) emptyLune(e filteredEdge[T]) bool {
	q := s.linksOf(e.b)
	for _, l := range s.linksOf(e.a) {
		for len(q) > 0 && q[0].b < l.b {
			q = q[1:]
		}
		if len(q) > 0 && q[0].b == l.b &&
			compareEdges(edgeOf(l.length, l.a, l.b), e) < 0 && compareEdges(edgeOf(q[0].length, q[0].a, q[0].b), e) < 0 {
			return false
		}
	}
	return true
}
