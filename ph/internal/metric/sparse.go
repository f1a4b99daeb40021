package metric

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
)

// A Sparse space has a list of distances. Other pairs of points are never joined.
type Sparse[T Float] struct {
	stopper

	n         int
	threshold float64

	edges  []Edge[T] // in the order of CompareEdges, once Finish has sorted them
	taken  int       // the number of edges in the bands so far
	starts []int32   // links[starts[v]:starts[v+1]] are the links of v, its edges with A = v
	links  []Edge[T] // every edge twice, with either end as A; sorted by A, then by B
	band   Band[T]   // sorts the edges
}

// Begin starts with n points and no edges. Entries longer than the threshold are left out;
// a threshold of 0 stands for none.
func (s *Sparse[T]) Begin(n int, threshold float64) {
	s.n, s.threshold, s.edges, s.taken = n, threshold, s.edges[:0], 0
}

// CheckEntry returns an error unless i and j, the points of entry k of a list, are among n
// points.
func CheckEntry(k, i, j, n int) error {
	if i < 0 || i >= n || j < 0 || j >= n {
		return fmt.Errorf("ph: entry %d is the distance of points %d and %d: want numbers from 0 to %d, of %d points", k, i, j, n-1, n)
	}
	return nil
}

// Add adds entry k of the list: the distance of points i and j. The entry number serves
// error texts alone. Of several distances of the same points the least counts.
func (s *Sparse[T]) Add(k, i, j int, distance T) error {
	if err := CheckEntry(k, i, j, s.n); err != nil {
		return err
	}
	if err := CheckLength(i, j, distance); err != nil {
		return err
	}
	if i != j && (s.threshold == 0 || distance <= T(s.threshold)) {
		s.edges = append(s.edges, EdgeOf(distance+0, int32(i), int32(j))) // +0 makes a −0 a 0
	}
	return nil
}

// Finish sorts the edges that were added and makes the links. It must be called after the
// last [Sparse.Add] and before any other method.
func (s *Sparse[T]) Finish() {
	s.compact()
	s.link()
	if s.stop.Requested() {
		return
	}
	s.band.Unsorted, s.edges = s.edges, s.band.Unsorted[:0]
	s.edges = s.band.Sort(s.edges)
}

// compact sorts edges by A, then by B. Of several edges between the same points it keeps
// the shortest.
func (s *Sparse[T]) compact() {
	s.starts = reuse.Slice(s.starts, s.n+2)
	clear(s.starts)
	ends := s.starts[1:] // ends[a] is the index in links of the next edge with A = a
	for _, e := range s.edges {
		ends[e.A+1]++
	}
	for a := 1; a < len(ends); a++ {
		ends[a] += ends[a-1]
	}
	s.links = reuse.Slice(s.links, len(s.edges))
	for _, e := range s.edges {
		s.links[ends[e.A]] = e
		ends[e.A]++
	}
	s.edges = s.edges[:0]
	for a := range s.n {
		if a&0xff == 0 && s.stop.Requested() {
			return
		}
		row := s.links[s.starts[a]:s.starts[a+1]]
		slices.SortFunc(row, compareEnds)
		for i, e := range row {
			if i == 0 || e.B != row[i-1].B {
				s.edges = append(s.edges, e)
			}
		}
	}
}

// link makes the links from the edges. It takes the edges as compact leaves them, sorted by
// A, then by B < A. So the links of each point ascend: the edges to lower points come first,
// and the edges to higher points follow.
func (s *Sparse[T]) link() {
	s.links = reuse.Slice(s.links, 2*len(s.edges))
	clear(s.starts)
	ends := s.starts[1:]
	for _, e := range s.edges {
		ends[e.A+1]++
		ends[e.B+1]++
	}
	for v := 1; v < len(ends); v++ {
		ends[v] += ends[v-1]
	}
	for _, e := range s.edges {
		s.links[ends[e.A]] = e
		s.links[ends[e.B]] = Edge[T]{e.Length, e.B, e.A}
		ends[e.A]++
		ends[e.B]++
	}
}

// compareEnds orders edges by points, then by length.
func compareEnds[T Float](e, f Edge[T]) int {
	if c := cmp.Compare(e.A, f.A); c != 0 {
		return c
	}
	if c := cmp.Compare(e.B, f.B); c != 0 {
		return c
	}
	return cmp.Compare(e.Length, f.Length)
}

// Layout returns nil: point i has place i.
func (s *Sparse[T]) Layout() (place, order []int32) { return nil, nil }

// Len returns the number of points.
func (s *Sparse[T]) Len() int { return s.n }

// Rewind starts again with the shortest band.
func (s *Sparse[T]) Rewind() { s.taken = 0 }

// Total returns the number of edges.
func (s *Sparse[T]) Total() int { return len(s.edges) }

func (s *Sparse[T]) linksOf(v int32) []Edge[T] { return s.links[s.starts[v]:s.starts[v+1]] }

// Distance returns the length of the edge between a and b. There must be one.
func (s *Sparse[T]) Distance(a, b int32) T {
	links := s.linksOf(a)
	i, _ := slices.BinarySearchFunc(links, b, func(l Edge[T], b int32) int { return cmp.Compare(l.B, b) })
	return links[i].Length
}

// NextBand chooses the next band: the next want edges, and all edges as long as the last of
// these. It returns the length of this last edge, and reports whether no edge is longer.
func (s *Sparse[T]) NextBand(want int) (hi T, last bool) {
	s.taken = min(s.taken+want, len(s.edges))
	if s.taken > 0 {
		hi = s.edges[s.taken-1].Length
	}
	s.taken = s.upTo(hi)
	return hi, s.taken == len(s.edges)
}

// upTo returns the number of edges that are no longer than a length.
func (s *Sparse[T]) upTo(length T) int {
	i, _ := slices.BinarySearchFunc(s.edges, length, func(e Edge[T], length T) int {
		if e.Length <= length {
			return -1
		}
		return 1
	})
	return i
}

// AppendEdges appends the edges of lengths in (lo, hi], in the order of [CompareEdges].
func (s *Sparse[T]) AppendEdges(edges []Edge[T], lo, hi T) []Edge[T] {
	return append(edges, s.edges[s.upTo(lo):s.upTo(hi)]...)
}

// AppendEmptyLunes appends the edges that come after the edge named after and have an empty
// lune. near is the graph of the edge named after and all edges before it.
func (s *Sparse[T]) AppendEmptyLunes(edges []Edge[T], after Edge[T], near Neighbors, _ int) []Edge[T] {
	i, _ := slices.BinarySearchFunc(s.edges, after, CompareEdges)
	for k, e := range s.edges[i+1:] {
		if k&255 == 255 && s.stop.Requested() {
			break
		}
		if !near.Meet(e.A, e.B) && s.emptyLune(e) {
			edges = append(edges, e)
		}
	}
	return edges
}

// emptyLune reports whether the lune of e is empty. The links of both ends ascend, so one
// pass over the two lists finds the points that are in both.
func (s *Sparse[T]) emptyLune(e Edge[T]) bool {
	q := s.linksOf(e.B)
	for _, l := range s.linksOf(e.A) {
		for len(q) > 0 && q[0].B < l.B {
			q = q[1:]
		}
		if len(q) > 0 && q[0].B == l.B &&
			CompareEdges(EdgeOf(l.Length, l.A, l.B), e) < 0 && CompareEdges(EdgeOf(q[0].Length, q[0].A, q[0].B), e) < 0 {
			return false
		}
	}
	return true
}
