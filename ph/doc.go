// Package ph computes the persistent homology of Vietoris–Rips filtrations, with
// pairings, and distances between persistence diagrams. It depends on nothing
// else of this module.
//
// # What it computes
//
// Grow a scale from 0 and join any two points that are no farther apart than it;
// fill a triangle as soon as its three edges are there. Components merge and
// loops appear and are filled: each such class is a [Bar], born at one scale and
// dead at another. Degree 0 counts components, degree 1 loops.
//
// Birth and death are lengths of edges, and a bar names those edges: that pairing
// is what makes functions of diagrams differentiable with respect to the points.
// Where lengths tie, edges are ordered by their points, so that the same
// distances always give the same bars and pairing.
//
// # How
//
// An [Engine] finds degree 0 as the minimum spanning tree and degree 1 by the
// reduced Vietoris–Rips filtration of Koyama, Mémoli, Robins and Turner
// (arXiv:2307.16333), in which most triangles are never looked at. It is a
// workspace that allocates nothing when it is used again, made for many clouds
// of up to a thousand points, as in the training of a model.
//
// A [Matcher] finds the bottleneck distance and the pair of bars that attains it
// (Cohen-Steiner, Edelsbrunner and Harer 2007).
package ph
