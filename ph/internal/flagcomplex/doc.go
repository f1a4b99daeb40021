// Package flagcomplex computes the persistent cohomology of Vietoris–Rips filtrations in
// degree 1 and higher, over Z/p.
//
// # Problem
//
// The complex is given by its edges in order: a simplex is a set of points any two of
// which are joined, and comes with the youngest of its edges. Pair the simplices that give
// birth to classes with those that end them. There are too many simplices to list.
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
// Their columns are never reduced. What is new here is the order of simplices that share
// their youngest edge, which is free: each edge has its own order of points, in which its
// apex comes first. The apex is the point that is joined to most others in the lune of
// the edge. If it is joined to all of them, then all simplices with this youngest edge are
// in apparent pairs, and the edge changes no homology. It is dominated (Boissonnat and
// Pritam, Edge collapse and persistence of flag complexes, 2020). Otherwise only simplices
// with a point that is not joined to the apex need a test: the critical ones are found by
// a search for cliques.
//
// # Invariant
//
// After the column of a simplex is reduced, the pivots of all columns so far are distinct,
// and none is in an apparent pair with its youngest facet. Columns are added in an order
// that the filtration alone decides: see Engine.
//
// # Cost
//
// One pass over the lunes of all edges, a search for cliques in the lunes of those that
// are not dominated, and the reduction of critical columns, in the worst case cubic in
// their number.
package flagcomplex
