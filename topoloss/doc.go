// Package topoloss compares the shape of two point clouds by losses that can be
// differentiated: a [Regularizer] is a function of the persistence diagrams of a
// learnable and a true cloud, and its derivative flows back to the points.
//
// # From diagrams to points
//
// A bar's birth and death in a Vietoris–Rips filtration are lengths of edges,
// and persistence names those edges: the pairing. So a regularizer needs to
// know nothing but bars. It yields its value and, for each learnable bar, a
// [Slope]: the derivative by the bar's birth and death. One pullback serves
// them all: a length ℓ = ‖u − v‖ with derivative g moves u by g·(u−v)/ℓ and v by
// its negative, and nothing where ℓ = 0.
//
// # The regularizers
//
//	Bottleneck  the bottleneck distance; only the attaining pair moves
//	Entropy     (E(P) − E(Q))², with E = Σ p log p of the bars' shares p
//	Dsigma      k(P,P) − 2k(P,Q), with the kernel of Reininghaus et al.
//	Density     mean squared difference of smoothed, weighted death densities
//	Push        −½ Σ deaths, no target: drives clusters apart
//
// The first three come in degrees 0 and 1, Density and Push in degree 0. A
// [Loss] is a weighted sum of them, or of regularizers of your own.
//
// A loss may depend on nothing learnable: the learnable diagram is empty, say, or
// the bottleneck distance is attained by a true bar and the diagonal. It then
// has no value and no gradient, and says so.
//
// # References
//
// Reininghaus, Huber, Bauer, Kwitt: A stable multi-scale kernel for topological
// machine learning (CVPR 2015, arXiv:1412.6821). Jedlicki: Topological
// regularization of generative models (University of Barcelona 2024,
// hdl:2445/217016), for the density and the original Topo-GEN.
package topoloss
