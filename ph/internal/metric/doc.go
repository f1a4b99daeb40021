// Package metric enumerates the edges of Vietoris–Rips filtrations in order.
//
// A [Space] knows the distances of points and lists the pairs of points whose distance
// lies in an interval, without sorting or even visiting those that are longer. There
// are three kinds: [Dense] for a matrix of distances, [Sparse] for a list of them, and
// [Euclidean] for points of few dimensions, which a k-d tree finds.
//
// A filtration is read band by band: [Space.NextBand] proposes the next upper bound of
// lengths, [Space.AppendEdges] lists the edges up to it, and [Band.Sort] sorts them.
package metric

import "github.com/topogen/topogen/ph/internal/parallel"

// A Float is the type of a distance.
type Float interface{ float32 | float64 }

// A Space knows the distances between a number of points, and the limit: the length of
// the longest edges of the filtration.
//
// Sets of points number points by place. The place of a point is its position in an
// order that the space chooses, such that neighbors have near places.
type Space[T Float] interface {
	// Len returns the number of points.
	Len() int
	// Layout returns the place of each point and the point in each place. Both are nil
	// if each point is in the place of its number.
	Layout() (place, order []int32)
	// Distance returns the distance of two different points. In a sparse space it must
	// be known.
	Distance(a, b int32) T
	// Rewind makes the next band the first one.
	Rewind()
	// NextBand returns an upper bound of the lengths of roughly want further edges,
	// and whether it is the limit.
	NextBand(want int) (hi T, last bool)
	// Total returns an estimate of the number of edges.
	Total() int
	// AppendEdges appends the edges of lengths in (lo, hi], in the order of their
	// points or of their lengths.
	AppendEdges(edges []Edge[T], lo, hi T) []Edge[T]
	// AppendEmptyLunes appends the edges after a given one, up to the limit, whose
	// lunes are empty. near is the graph of all edges up to the given one.
	AppendEmptyLunes(edges []Edge[T], after Edge[T], near Neighbors, workers int) []Edge[T]
}

// Neighbors are the edges of a graph. Points are known by their places.
type Neighbors interface {
	// Meet reports whether two points have a neighbor in common.
	Meet(a, b int32) bool
	// AppendNeighbors appends the neighbors of a point.
	AppendNeighbors(list []int32, a int32) []int32
}

// stopper is the part of a space that stops long loops.
type stopper struct{ stop parallel.Stop }

// SetStop makes long operations return early, with incomplete results, once a stop is
// requested.
func (s *stopper) SetStop(stop parallel.Stop) { s.stop = stop }
