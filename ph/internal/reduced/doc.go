// Package reduced computes the persistent homology of Vietoris–Rips filtrations in
// degrees 0 and 1 over Z/2.
//
// # Problem
//
// Edges come in order of length, and a triangle comes with the last of its edges. Find
// the edges that merge connected components, the edges that give birth to a loop, and
// for each loop the triangle that fills it. There are n³/6 triangles; nearly all of them
// must never be visited.
//
// # Idea
//
// The reduced Vietoris–Rips filtration (Koyama, Mémoli, Robins and Turner, Faster
// computation of degree-1 persistent homology using the reduced Vietoris–Rips
// filtration, arXiv:2307.16333). The lune of an edge is the set of points that are joined
// to both its ends before the ends are joined. Take the edge together with the triangles
// over the points of its lune:
//
//   - If the lune is empty, two connected components merge or a loop is born. These are
//     the edges of the relative neighborhood graph.
//   - Triangles over points that are connected within the lune differ by a boundary of
//     earlier triangles. So one triangle for each connected component of the lune is
//     enough. The first of these triangles makes an apparent pair with the edge: its column
//     needs neither reduction nor storage. Its third point is the apex of the edge. Each
//     further triangle is added to the first. The sum is a cycle of four edges. The
//     reduction of this cycle ends a loop, or leaves an empty column.
//
// # Invariant
//
// The degrees 0 and 1 of the complex of all edges visited so far are known. Each visited
// edge has a fate: the apex of its apparent triangle, a merge or a birth, or the column that
// ended its loop. While no loop is alive, each reduction would leave an empty column. So no
// column is reduced then. Once no loop is alive and all later edges have lunes that are not
// empty, the rest of the filtration changes nothing.
//
// # Words
//
// The rank of an edge is the number of edges before it. The place of a point is its
// position in the order of the [metric.Space]. A column is a set of edges, by rank; its pivot
// is the youngest of them.
//
// # Cost
//
// One intersection of two neighborhoods for each edge up to the last death. For points
// without long loops these are a small part of all edges. Among points with few long loops, most
// edges of lengths in which no loop dies are joined without such an intersection: see skipper.
// Large clouds use several workers: see lookahead.
package reduced
