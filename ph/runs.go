package ph

import (
	"fmt"
	"math"
	"slices"
)

// runs are the edges of a filtration as far as they are in order, a band of them
// after another. They are never moved, however many come.
type runs[T Float] struct {
	list  []run[T]
	count int // edges
}

// A run is a band of edges in order.
type run[T Float] struct {
	first int // the rank of the first edge
	edges []filteredEdge[T]

	// fates are, for each edge visited for loops, the point of its apparent triangle,
	// or settled if that is yet to be found, or born for an edge with an empty lune,
	// or dead−k after the k'th column ended the loop that the edge had given birth to.
	fates []int32
}

// checkEdges returns an error where there are more edges than ranks.
func checkEdges(count int) error {
	if count > math.MaxInt32 {
		return fmt.Errorf("ph: %d edges matter, and no more than %d can be told apart: lower the threshold or the number of points", count, math.MaxInt32)
	}
	return nil
}

// reset takes all edges away.
func (r *runs[T]) reset() { r.list, r.count = r.list[:0], 0 }

// add adds the edges of a band.
func (r *runs[T]) add(b *band[T]) *run[T] {
	s := r.next()
	s.edges = b.sort(s.edges)
	r.count += len(s.edges)
	return s
}

// addSorted adds edges that are in order.
func (r *runs[T]) addSorted(edges []filteredEdge[T]) *run[T] {
	s := r.next()
	s.edges = append(s.edges, edges...)
	r.count += len(s.edges)
	return s
}

// next adds an empty run.
func (r *runs[T]) next() *run[T] {
	k := len(r.list)
	if k < cap(r.list) {
		r.list = r.list[:k+1] // the memory of a run is used again
	} else {
		r.list = append(r.list, run[T]{})
	}
	s := &r.list[k]
	s.first, s.edges, s.fates = r.count, s.edges[:0], s.fates[:0]
	return s
}

// find returns the run of a rank, and the place in it.
func (r *runs[T]) find(rank int32) (*run[T], int) {
	for k := len(r.list) - 1; ; k-- {
		if s := &r.list[k]; int(rank) >= s.first {
			return s, int(rank) - s.first
		}
	}
}

// edge returns the edge of a rank.
func (r *runs[T]) edge(rank int32) filteredEdge[T] {
	s, i := r.find(rank)
	return s.edges[i]
}

// fate returns where the fate of the edge of a rank is kept.
func (r *runs[T]) fate(rank int32) *int32 {
	s, i := r.find(rank)
	return &s.fates[i]
}

// rank returns the rank of an edge that is there.
func (r *runs[T]) rank(e filteredEdge[T]) int32 {
	for k := len(r.list) - 1; k >= 0; k-- {
		s := &r.list[k]
		if k > 0 && (len(s.edges) == 0 || compareEdges(e, s.edges[0]) < 0) {
			continue
		}
		if i, ok := slices.BinarySearchFunc(s.edges, e, compareEdges); ok {
			return int32(s.first + i)
		}
		break
	}
	panic("ph: an edge is asked for that is not there")
}
