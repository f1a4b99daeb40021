// Package ph computes the persistent homology of Vietoris–Rips filtrations, with
// pairings and representatives. It depends on nothing else of this module.
//
// # What it computes
//
// Grow a scale from 0 and join any two points that are no farther apart than it;
// fill a triangle, a tetrahedron and so on as soon as its edges are there.
// Components merge, loops appear and are filled, voids are enclosed and filled:
// each such class is a [Bar], born at one scale and dead at another. Degree 0
// counts components, degree 1 loops, degree 2 voids.
//
// Birth and death are lengths of edges, and a bar names those edges: that pairing
// is what makes functions of diagrams differentiable with respect to the points.
// Where lengths tie, edges are ordered by their points, so that the pairing
// depends on the distances alone.
//
// # How
//
// An [Engine] finds degree 0 as the minimum spanning tree and degree 1 by the
// reduced Vietoris–Rips filtration of Koyama, Mémoli, Robins and Turner
// (arXiv:2307.16333), in which most triangles are never looked at. Higher degrees,
// and coefficients in other fields than Z/2, are computed by the reduction of
// the coboundary matrix as in Ripser (Bauer, Ripser: efficient computation of
// Vietoris–Rips persistence barcodes, 2021), with apparent pairs in an order of
// simplices that leaves few others. The comments on the types reduced and
// criticals tell how each works. Several goroutines share large problems: they find
// out ahead what is then put together in order, so that results do not depend on
// their number.
//
// Package distance, below this one, compares diagrams.
package ph
