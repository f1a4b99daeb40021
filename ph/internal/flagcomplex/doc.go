// Package flagcomplex computes the persistent cohomology of Vietoris–Rips filtrations in
// degree 1 and higher, over Z/p.
//
// # Problem
//
// The complex is given by its edges in order: a simplex is a set of points any two of
// which are joined, and comes with the youngest of its edges. Find, for each simplex that
// gives birth to a class, the simplex that ends the class. There are too many simplices to
// list.
//
// # Idea
//
// As in Ripser (Bauer, Ripser: efficient computation of Vietoris–Rips persistence
// barcodes, 2021), the coboundary matrix is reduced, columns from the youngest simplex to
// the oldest, and never stored: a reduced column is represented by the chain whose
// coboundary it is. A simplex that ends a class of one degree less is cleared.
//
// Most simplices are in apparent pairs: a simplex and a cofacet such that the cofacet is
// the oldest cofacet of the simplex, and the simplex the youngest facet of the cofacet.
// The columns of these simplices are never reduced.
//
// What is new here is the order of the simplices that share their youngest edge. The
// filtration leaves this order free. Each edge has its own order of points: its apex first,
// then the others by number. The lune of an edge is the set of the points that are joined to
// both its ends by older edges. The apex is the point of the lune that is joined to most
// others of the lune, again by older edges. If the apex is joined to all others, then all
// simplices with this youngest edge are in apparent pairs, and the edge changes no homology:
// it is dominated (Boissonnat and Pritam, Edge collapse and persistence of flag complexes,
// 2020). Otherwise a simplex with this youngest edge can only be critical, which means in no
// apparent pair, if one of its points is not joined to the apex. A search for cliques finds
// the critical simplices.
//
// # Invariant
//
// After the column of a simplex is reduced, the pivots of all columns so far are distinct,
// and no pivot is in an apparent pair with its youngest facet. Columns are added in an order
// that the filtration alone decides: see Engine.
//
// # Cost
//
// One pass over the lunes of all edges, a search for cliques in the lunes of the edges that
// are not dominated, and the reduction of the columns of critical simplices. In the worst
// case the reduction is cubic in their number.
//
// # Words
//
// The rank of an edge is the number of edges before it. The code of a simplex is an integer
// that simplexCodec makes. The link of an edge is the graph of the points of its lune, in
// which older edges join them. A cone over a simplex is a point that is joined to all points
// of the simplex. The chain of a column is the sum of simplices whose coboundary the column
// is.
package flagcomplex
