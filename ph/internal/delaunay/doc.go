// Package delaunay computes Delaunay triangulations in the plane and in space.
//
// # Problem
//
// Find the simplices of d+1 points whose circumsphere has no other point inside. Rounded
// arithmetic misjudges which side of a sphere a point is on. Then the cells overlap, or the
// search for a cell never ends. Where more than d+1 points lie on one sphere, as in every
// grid, the triangulation is not unique.
//
// # Idea
//
// Points are inserted one by one (Bowyer, Computing Dirichlet tessellations, 1981; Watson,
// 1981). A walk finds the cell that contains the new point. The cavity, the set of the cells
// whose circumsphere contains the point, is found by a search from there, and is filled with
// cells that join the point to the facets of the boundary of the cavity. A vertex at
// infinity makes the outside a set of cells as well: a ghost cell joins this vertex to a
// facet of the convex hull.
//
// The order of insertion is random over large distances and follows Morton's curve over small
// ones (Amenta, Choi and Rote, Incremental constructions con BRIO, 2003). So walks are
// short, and the expected size of a cavity does not depend on the number of points.
//
// Predicates are exact: float64 decides unless the result is within its error bound, then
// expansions do (Shewchuk, Adaptive precision floating-point arithmetic and fast robust
// geometric predicates, 1997). A point on a sphere is judged as if the points had been
// lifted slightly off the paraboloid, each one infinitely more than all points that precede
// it in lexicographic order (Devillers and Teillaud, Perturbations for Delaunay and weighted
// Delaunay 3D triangulations, 2011). So the triangulation is unique. It depends neither
// on the order of the points nor on the order of insertion.
//
// # Degenerate input
//
// Of coinciding points the one with the lowest index is a vertex. If all points lie in a
// plane, on a line, or at one place, the triangulation is that of this plane, line or place:
// its cells are triangles, edges or one point.
//
// All coordinates are multiplied by a power of two, so that the largest is between 1/2
// and 1. Then each is rounded to a multiple of 2⁻¹⁵⁰. This changes a coordinate of float64
// only if it is less than 2⁻⁹⁷ times the largest one.
//
// # Invariant
//
// Between insertions the finite cells and the ghost cells are the Delaunay triangulation of
// the points so far. Cell a has cell b as a neighbor if and only if b has a. All finite
// cells have positive orientation. A ghost cell has positive orientation if a point beyond
// its facet takes the place of the vertex at infinity.
//
// # Cost
//
// O(n log n) for n points spread evenly in the plane or in space. There are less than 2n
// triangles, and about 6.8n tetrahedra. In space the worst case is n² of them, for points on
// two skew lines.
package delaunay
