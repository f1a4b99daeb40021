// Package topoloss compares the shapes of point clouds by losses that can be
// differentiated, so that a model, or a cloud itself, learns the shape of data.
//
// # From points to bars
//
// Join the points of a cloud that are closer than t, fill every triangle, and
// let t grow: the Vietoris–Rips filtration. Components merge, loops appear and
// are filled, and persistent homology lists them: a bar from the t of birth, b, to
// that of death, d, for each component (degree 0) and each loop (degree 1). The
// bars of one degree are a diagram; package ph computes them. Births and deaths
// are distances between points: in degree 0 the bars are (0, d) for the lengths d
// of the edges of the minimum spanning tree; in degree 1, b is the length of the
// edge that closes a loop and d that of the longest edge of the triangle that
// fills it. The pairing names these edges.
//
// # From bars to gradients
//
// A [Regularizer] is a function of a learnable diagram P and a true one Q. It
// gives its value and for each bar of P a [BarGradient], the derivative of the value
// with respect to b and d. It knows nothing else. One pullback then serves all
// regularizers: where ℓ = ‖u−v‖ is a birth or death with slope g, the gradient
// at the point u is g·(u−v)/ℓ, and at v the opposite; it is 0 where u and v
// coincide. Where distances tie, pairing and gradients are those of one of the
// choices, always the same.
//
// # The regularizers
//
// With bars p = (b, d) of length ℓ = d−b:
//
//	Bottleneck  least over matchings of P and Q of the farthest that a bar moves
//	Entropy     (E(P) − E(Q))², E = Σ p log p of the shares p = ℓ/Σℓ
//	Dsigma      k(P,P) − 2k(P,Q), k the scale-space kernel of Reininghaus et al.
//	Density     mean over x of (ρ_P(x) − ρ_Q(x))², ρ(x) = s·Σ d⁴ exp(−((d−x)/σ)²)
//	Push        −½ Σ d, whatever Q: drives points and clusters apart
//
// Bottleneck moves one bar at a time, the others all. [Weighted] makes the
// [Loss] of the first three in degrees 0 and 1 and the fourth in degree 0, in the
// order of [Names]. A regularizer of your own is a method, or a [Func], in
// another [Term].
//
// A loss may depend on nothing learnable: P is empty, as that of one point in
// degree 0; or the bottleneck distance is that of a true bar to the diagonal; or
// no learnable bar is longer than Entropy's threshold. Then it has no value and
// no gradient, and its [Result] says so. [Loss.Fallback] can take its place.
//
// Such gradients reach few points, those at critical edges. [Gradient] hands them
// on to the neighbours of these points, which saves many steps.
//
// # References
//
// U. Bauer: Ripser (2021, arXiv:1908.02518), on Vietoris–Rips persistence.
// M. Carrière et al.: Optimizing persistent homology based functions (2021,
// arXiv:2010.08356), on its gradients. J. Reininghaus, S. Huber, U. Bauer, R.
// Kwitt: A stable multi-scale kernel for topological machine learning (2015,
// arXiv:1412.6821). B. Jedlicki (2024, hdl:2445/217016), on the density. The
// regularizers and their defaults are those of Topo-GEN, except that where its
// gradients are undefined, at points that coincide, they are 0 here.
package topoloss
