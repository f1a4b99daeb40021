// Package spindle computes degrees 0 and 1 of the Vietoris–Rips filtration of many points of
// few dimensions over Z/2.
//
// # Problem
//
// The reduced filtration of package reduced visits all edges up to the death of the last
// loop. As long as one long loop lives anywhere, these are all edges everywhere, and their
// number grows with the square of that length. But nearly all of them change nothing: an edge
// ends a loop only if its lune, the set of the points that are joined to both its ends by
// earlier edges, has several connected components. Find those edges without listing the others.
//
// # Idea
//
// Three facts of Euclidean space rule out edges by few points near them. Write e for an edge
// from a to b, ℓ for its length, m for its middle.
//
// The spindle. If a point c sees the ends of e under an angle of at least 150°, then c is in
// the lune, and all other points of the lune are nearer than ℓ to c: the lune is connected.
// Proof: let u be the part of c−m along the edge, v the part orthogonal to it. The angle is at
// least 150° if and only if
//
//	|c−m|² + √3·ℓ·|v| ≤ ℓ²/4.
//
// A point x of the lune has |x−m|² + ℓ²/4 + ℓ·|s| ≤ ℓ², where s is the part of x−m along the
// edge, since the farther end is at most ℓ away. So the part w orthogonal to it has
// |w| ≤ ℓ·√3/2. Then |x−c|² ≤ |x−m|² + |c−m|² + 2|s||u| + 2|w||v|, where 2|u| ≤ ℓ, is at
// most (3ℓ²/4 − ℓ|s|) + (ℓ²/4 − √3ℓ|v|) + ℓ|s| + √3ℓ|v| = ℓ². If the right side of the
// condition is less by margin·ℓ², so is the result. The margin is more than rounding of
// distances to float32 can change, so that ties need no care. The points b for which a given c is in the
// spindle make a cone with apex c, so that one c rules out whole boxes of b: such a c is a
// witness, and the other edges are candidates. Points that are uniform in the plane have 8.7
// candidates each, whatever their number; they are the β-skeleton for β = 1/2 of Kirkpatrick
// and Radke, A framework for computational morphology, 1985.
//
// The hole. If e ends a loop, then there is a hole within ℓ·√(5/4−√3/2) = 0.62·ℓ of a or of b. A
// hole is a position in the bounding box that is at least ℓ/2 away from all points. Proof: each
// component of the lune gives a cycle of four edges that are shorter than ℓ, between a, b and
// two points of the lune. The cone from a over this closed curve is two triangles that share the
// edge e. Let p be a position in a triangle a, b, u with sides up to ℓ, and α, β, γ its
// barycentric coordinates. Leibniz's theorem says that α|p−a|² + β|p−b|² + γ|p−u|² = αβ|a−b|² +
// αγ|a−u|² + βγ|b−u|² ≤ (αβ+αγ+βγ)ℓ². If p is a hole, then |p−u|² ≥ ℓ²/4, and with q = α+β and
// αβ ≤ q²/4 the lesser of |p−a|² and |p−b|² is at most (q/4 + 1−q − (1−q)/(4q))·ℓ² = (5/4 − 3q/4
// − 1/(4q))·ℓ² ≤ (5/4−√3/2)·ℓ², with equality for q = 1/√3.
//
// It is left to show that e ends no loop if no position in the triangles is a hole. Divide the
// triangles finely, and map each vertex of the division to a nearest point. Adjacent vertices go
// to points at a distance less than ℓ, so the image is made of triangles that are there before
// e. On an edge uv of the cycle, the path of the nearest points is homotopic to uv: its half
// next to u spans triangles with u, for its points are nearer than |uv|/2 + ℓ/2 ≤ ℓ to u, and
// its other half spans triangles with v. So the cycle bounds before e. Hence long edges are
// listed only from points near holes.
//
// The chain. An edge whose lune is not empty is homologous, by a triangle that comes with it,
// to the two edges from its ends to any point of the lune, which come before it. Repeated,
// this leads to a path in the relative neighborhood graph, the graph of the edges with empty
// lunes. A cycle in this graph is known from those of its edges that are not in the minimum
// spanning tree: the births of loops. So a column is a set of births, mostly one or two, and no
// other edge needs a rank.
//
// The net. A loop around a large hole would have the search go through all lengths up to its death.
// Most of them are skipped: see net. The edges of the lengths around the death are searched by pairs
// of boxes: if one point is joined to all others of the lunes of all edges between two boxes, then
// these lunes are connected.
//
// # Invariant
//
// The relative neighborhood graph is computed first. Kruskal's algorithm divides its edges into
// merges and births.
// Then edges come in bands of length. After a band, each loop that the edges so far end has
// its death, and the columns that ended these loops are reduced: no two have the same pivot,
// the youngest of their births. A column is a cycle plus boundaries of triangles that are
// there before its edge, whichever points of lunes the chains went through. So its pairing is
// that of the full reduction. Workers find columns in any order, but the columns are reduced in
// the order of their edges. So results do not depend on the number of workers. The computation
// ends with the last loop.
//
// Of points with equal coordinates only the one with the least index is in the tree. An edge
// of length 0 joins it to each of the others. It is in the lunes of all their longer edges, and
// joined to all other points there, as it comes before them where lengths tie.
//
// # Cost
//
// O(n log n) if the density of the points is bounded from above and below, apart from the
// points near holes. In space the first bands take most of the time: most edges of their
// lengths have no witness, and most points are near holes of half such a length. The edges
// of the lengths around the death of a long loop may be a part of all n², as those across the tube of
// a torus.
package spindle
