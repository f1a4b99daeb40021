// Package rips declares the kernels that find, among the n(n−1)/2 edges of a point
// cloud, the few edges that determine its Vietoris–Rips persistence in degrees 0 and
// 1. On a device with these kernels the matrix of distances stays on the device:
//
//	fused.Distances(dev, dist, points, n, d)
//	if finder, ok := dev.(rips.Device); ok {
//		tree, err := finder.SpanningTree(nil, dist, n) // n−1 edges
//		...
//	}
//
// A [Device] is optional. Without one, read the matrix of distances and compute the
// persistence on the host, as package ph does.
//
// # Definitions
//
// The Vietoris–Rips filtration adds edges in the order of their lengths. Edges of equal
// length follow the order of U, then V, so the order is total and every result of this
// package is unique.
//
// The lune of an edge e is the set of points w such that both edges from w to the
// ends of e precede e in the filtration. Its apex is the point w for which the later of
// those two edges comes first. Two points of the lune are adjacent if the edge between them
// precedes e; this adjacency divides the lune into connected components.
//
// The edges with an empty lune form the relative neighborhood graph (G. Toussaint, "The
// relative neighbourhood graph of a finite planar set", 1980). It contains the minimum
// spanning tree.
package rips

import "github.com/topogen/topogen/kernels"

// An Edge joins the points U > V of a cloud, at distance Length from each other.
type Edge struct {
	Length float32
	U, V   int32
}

// A Lune describes an edge and at most one connected component of its lune.
type Lune struct {
	Edge
	Apex  int32 // the apex of the lune, or −1 if the lune is empty
	Other int32 // the lowest-numbered point of a component that does not hold the apex, or −1 for no such component
}

// A Device finds edges in a matrix of distances. dist holds n×n values as
// [kernels.Metric].Distances computes them.
//
// Both methods append edges in the order of the filtration, and wait for the device as
// Read does. A point with a NaN or infinite coordinate has a NaN or infinite distance
// to every other point. Some edge of the minimum spanning tree then has such a length, and
// both methods list every edge of the tree, so their caller can detect such points.
type Device interface {
	kernels.Device

	// SpanningTree appends the n−1 edges of the minimum spanning tree. Their
	// lengths are the deaths of degree 0.
	SpanningTree(edges []Edge, dist kernels.Buffer, n int) ([]Edge, error)
	// Lunes appends the edges that determine degrees 0 and 1:
	//
	//   - each edge whose lune is empty, once. These edges are the spanning tree
	//     and the births of degree 1;
	//   - each edge whose lune has several components, once for each component
	//     that does not hold the apex, in ascending order of Other. Each entry is
	//     a column of the reduction: the edges from the ends to Apex and to Other;
	//   - each other edge that joins an end of a listed edge to that edge's Apex or
	//     Other, once, with Other −1. No other edges appear in a column during the
	//     reduction: the reduction replaces an edge e in a column by the two edges from
	//     e's ends to e's Apex.
	//
	// No other edge gives birth or death to a class of degree 1.
	Lunes(lunes []Lune, dist kernels.Buffer, n int) ([]Lune, error)
}

// A Starter is a Device that works while the host does other things. Each of its methods
// enqueues what the method of [Device] with that name computes, and a copy of the result to
// the host:
//
//	pending := dev.StartLunes(dist, n)
//	... // enqueue kernels that do not need the lunes
//	lunes, err = pending.Append(lunes[:0]) // waits for the copy, not for these kernels
//
// The distances must not change before Append or Drop.
type Starter interface {
	Device

	StartSpanningTree(dist kernels.Buffer, n int) Pending[Edge]
	StartLunes(dist kernels.Buffer, n int) Pending[Lune]
}

// Pending is a result that a [Starter] has begun to compute. Call Append or Drop once, and
// nothing afterwards: the device then uses the memory again.
type Pending[T any] interface {
	// Append waits for the result and appends it, in the order that [Device] promises. The
	// error is the device's.
	Append(dst []T) ([]T, error)
	// Drop gives the result up. It does not wait.
	Drop()
}
