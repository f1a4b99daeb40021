// Package metric enumerates the edges of Vietoris–Rips filtrations in order.
//
// A [Space] knows the distances of points and lists the pairs of points whose distance lies
// in an interval. There are three kinds: [Dense] for a matrix of distances, [Sparse] for a
// list of distances, and [Euclidean] for points of few dimensions, which it keeps in a k-d
// tree.
//
// A band is the set of the edges with lengths in an interval (lo, hi]. A filtration is read
// band by band, from the shortest edges to the longest: [Space.NextBand] chooses hi,
// [Space.AppendEdges] lists the edges of the band, and [Band.Sort] sorts them. So no time
// is lost to sort the edges of bands that are never read.
//
// The lune of an edge is the set of the points that are joined to both its ends by edges
// that come before it. A blocker of a point is one of its nearest neighbors: a search for
// edges with empty lunes first tests whether a blocker is in the lune.
package metric

import "github.com/topogen/topogen/ph/internal/parallel"

// A Float is the type of a distance.
type Float interface{ float32 | float64 }

// A Space knows the distances between a number of points, and the limit: the greatest
// length that an edge of the filtration may have.
//
// A space puts the points in an order in which near points follow one another. The place of
// a point is its position in this order. Bitsets of points have bit i for the point in
// place i, so that the neighbors of a point fill few words.
type Space[T Float] interface {
	// Len returns the number of points.
	Len() int
	// Layout returns the place of each point and the point in each place. Both are nil
	// if point i has place i.
	Layout() (place, order []int32)
	// Distance returns the distance of two different points. In a sparse space an edge
	// must join them.
	Distance(a, b int32) T
	// Rewind starts again with the shortest band.
	Rewind()
	// NextBand chooses the next band such that it has roughly want edges. It returns
	// the upper bound hi of the lengths in the band, and reports whether the band is
	// the last one: no edge is longer than hi.
	NextBand(want int) (hi T, last bool)
	// Total returns an estimate of the number of edges, 0 before the space has sampled
	// its lengths.
	Total() int
	// AppendEdges appends the edges of lengths in (lo, hi], in any order.
	AppendEdges(edges []Edge[T], lo, hi T) []Edge[T]
	// AppendEmptyLunes appends the edges that come after the edge named after, are no
	// longer than the limit and have an empty lune, in any order. near is the graph of
	// the edge named after and all edges before it.
	AppendEmptyLunes(edges []Edge[T], after Edge[T], near Neighbors, workers int) []Edge[T]
	// Choose makes a net of at most a number of members, with one within the radius of each
	// point. It reports false if the space has no such net.
	Choose(net *Net[T], radius T, most int) bool
}

// Neighbors is a graph that knows the neighbors of each point. Its methods take and return
// places of points.
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
