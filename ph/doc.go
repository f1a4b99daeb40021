// Package ph computes the persistent homology of point clouds, of distances, of images and
// of any other filtered complex, with pairings and representatives. It depends on no other
// package of this module.
//
// # What it computes
//
// Let a scale grow from 0. Join any two points that are no farther apart than the scale,
// and fill a triangle, a tetrahedron and so on as soon as all its edges are there: this is
// the Vietoris–Rips filtration. Connected components merge, loops appear and are filled,
// voids are enclosed and filled. Each of them is a [Class]. Its [Bar] has the scale of its
// birth and the scale of its death. Degree 0 has connected components, degree 1 loops,
// degree 2 voids.
//
// Birth and death are lengths of edges, and a bar names those edges. This pairing makes
// functions of diagrams differentiable with respect to the points. Where lengths tie, edges
// are ordered by their points. So the pairing depends on the distances alone.
//
//	points := ph.Points[float64]{Dim: 2, Coords: []float64{0, 0, 1, 0, 1, 1, 0, 1}}
//	result, err := ph.Rips(ctx, points, ph.Options{MaxDegree: 1})
//	…
//	fmt.Println(result.Diagrams()[1]) // degree 1: [1, 1.4142135623730951)
//
// [Rips] and [Engine.Rips] take points or distances, [Each] many clouds at once. [Compute]
// takes any [Filtration]; packages below this one have those of images (cubical), of points in
// the plane and in space (alpha), and of lists of simplices (simplicial). Package distance
// compares diagrams.
//
// # How
//
// Degree 0 is the minimum spanning tree. Degree 1 over Z/2 is computed by the reduced
// Vietoris–Rips filtration, in which most triangles are never visited (Koyama, Mémoli,
// Robins and Turner, arXiv:2307.16333). Higher degrees, and coefficients in other fields,
// take the reduction of the coboundary matrix with clearing and apparent pairs (Bauer,
// Ripser: efficient computation of Vietoris–Rips persistence barcodes, 2021). Each way is
// explained in its package under internal: metric lists edges, reduced and flagcomplex
// compute Rips filtrations, cohomology any other.
//
// Large problems are shared by several goroutines. Workers prepare results ahead, and one
// goroutine commits them in order. So results do not depend on the number of workers.
package ph
