package reduced

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A band is the set of the edges with lengths in an interval; a run is a sorted band. The
// runs of a filtration are its edges in order, as far as the bands were read. The rank of an
// edge is the number of edges before it. Further runs do not move the edges of earlier ones
// in memory.
type runs[T metric.Float] struct {
	list  []run[T]
	count int // the number of edges in all runs
}

// A run is a sorted band.
type run[T metric.Float] struct {
	first int // the rank of the first edge
	edges []metric.Edge[T]

	// fates has the fate of each edge that [Engine.Loops] or [Engine.Known] has visited: the
	// place of the apex, resolved if the lune is connected but no apex has been chosen yet,
	// born for an edge with an empty lune, and dead−k if column k ended the loop to which the
	// edge gave birth.
	fates []int32

	index runIndex[T]
}

// checkEdges returns an error if an int32 cannot number count edges.
func checkEdges(count int) error {
	if count > math.MaxInt32 {
		return fmt.Errorf("ph: %d edges, want at most %d: lower the threshold or the number of points", count, math.MaxInt32)
	}
	return nil
}

// reset removes all edges.
func (r *runs[T]) reset() { r.list, r.count = r.list[:0], 0 }

// add sorts the edges of a band and adds them as a run.
func (r *runs[T]) add(b *metric.Band[T]) *run[T] {
	s := r.next()
	s.edges = b.Sort(s.edges)
	r.count += len(s.edges)
	return s
}

// addSorted adds edges that are sorted as a run.
func (r *runs[T]) addSorted(edges []metric.Edge[T]) *run[T] {
	s := r.next()
	s.edges = append(s.edges, edges...)
	r.count += len(s.edges)
	return s
}

// next adds an empty run.
func (r *runs[T]) next() *run[T] {
	k := len(r.list)
	if k < cap(r.list) {
		r.list = r.list[:k+1] // reuse the memory of an earlier run
	} else {
		r.list = append(r.list, run[T]{})
	}
	s := &r.list[k]
	s.first, s.edges, s.fates = r.count, s.edges[:0], s.fates[:0]
	s.index.reset()
	return s
}

// find returns the run of the edge of the given rank, and the index of the edge in this run.
func (r *runs[T]) find(rank int32) (*run[T], int) {
	for k := len(r.list) - 1; ; k-- {
		if s := &r.list[k]; int(rank) >= s.first {
			return s, int(rank) - s.first
		}
	}
}

// edge returns the edge of the given rank.
func (r *runs[T]) edge(rank int32) metric.Edge[T] {
	s, i := r.find(rank)
	return s.edges[i]
}

// fate returns a pointer to the fate of the edge of the given rank.
func (r *runs[T]) fate(rank int32) *int32 {
	s, i := r.find(rank)
	return &s.fates[i]
}

// rank returns the rank of an edge. It panics if no run has the edge.
func (r *runs[T]) rank(e metric.Edge[T]) int32 {
	for k := len(r.list) - 1; k >= 0; k-- {
		s := &r.list[k]
		if k > 0 && (len(s.edges) == 0 || metric.CompareEdges(e, s.edges[0]) < 0) {
			continue
		}
		from, to := s.index.around(s.edges, e.Length)
		if i, ok := slices.BinarySearchFunc(s.edges[from:to], e, metric.CompareEdges); ok {
			return int32(s.first + from + i)
		}
		break
	}
	panic(fmt.Sprintf("ph: edge %v has no rank", e))
}

// shorter returns the number of edges shorter than a length.
func (r *runs[T]) shorter(length T) int {
	for k := range r.list {
		s := &r.list[k]
		if i := sort.Search(len(s.edges), func(i int) bool { return s.edges[i].Length >= length }); i < len(s.edges) {
			return s.first + i
		}
	}
	return r.count
}
