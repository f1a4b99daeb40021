// Package topoloss compares the shapes of point clouds by losses that can be
// differentiated, so that a model, or a cloud itself, learns the shape of data.
//
// # Terms by name
//
// A term says what to compare, where, and how much it weighs. [Parse] reads a list of
// them,
//
//	bottleneck0@output=10,signature@latent=0.43,cross0@samples=30(k=64)
//
// and [New] makes it an [Objective], the weighted sum that training minimises. The
// places are the reconstructions of a batch (output), its latent vectors (latent), and
// points decoded from draws of the prior (samples). [Help] describes every kind of
// term and its options. Options that all kinds share say in which steps a term counts
// and how its weight grows. In each step:
//
//	target, err := objective.Target(ctx, batch) // once for each true batch
//	r, err := objective.Apply(ctx, topoloss.Step{Batch: batch, Output: output}, target)
//	if r.OK {
//		loss = autograd.Add(loss, r.Var)
//	}
//
// # From points to bars
//
// Join the points of a cloud that are closer than t, fill every triangle, and
// let t grow: the Vietoris–Rips filtration. Components merge, loops appear and
// are filled, and persistent homology lists them: a bar from the t of birth, b, to
// that of death, d, for each component (degree 0) and each loop (degree 1). The
// bars of one degree are a diagram; package ph computes them. Births and deaths
// are distances between points. In degree 0 the bars are (0, d) for the lengths d
// of the edges of the minimum spanning tree. In degree 1, b is the length of the
// edge that closes a loop and d that of the longest edge of the triangle that
// fills it. The pairing names these edges.
//
// # From values to gradients
//
// Every term is a small function that gives its value and its derivative with respect
// to numbers that are distances.
//
//   - A [Regularizer] is a function of two diagrams, a learnable one P and a true one
//     Q. For each bar of P it gives the derivative by b and d.
//   - A [Comparison] is a function of two clouds. It gives the derivative by distances
//     among learnable points or, if the clouds lie in one space, between learnable and
//     true points.
//   - [Images] applies a Regularizer to cubical persistence. Its derivatives are those
//     by pixels.
//
// One pullback then serves all: where ℓ = ‖u−v‖ has derivative g, the gradient at the
// point u is g·(u−v)/ℓ, and at v the opposite; it is 0 where u and v coincide. Where
// distances tie, pairing and derivatives are those of one of the choices, always the
// same.
//
// Gradients of diagrams reach few points, those at critical edges. A [Gradient] hands
// them on to neighbours, or averages them over perturbed clouds.
//
// # The terms
//
// With bars p = (b, d) of length ℓ = d−b:
//
//	Bottleneck    least over matchings of P and Q of the farthest that a bar moves
//	Wasserstein   least over matchings of the sum of powers of moves
//	Sliced        mean over directions of the distance of projected bars
//	SortedDeaths  Σ (d − q)² over deaths in order: all edges of two spanning trees
//	Entropy       (E(P) − E(Q))², E = Σ p log p of the shares p = ℓ/Σℓ
//	Dsigma        k(P,P) − 2k(P,Q), k the scale-space kernel of Reininghaus et al.
//	Density       mean over x of (ρ_P(x) − ρ_Q(x))², ρ(x) = s·Σ d⁴ exp(−((d−x)/σ)²)
//	Total         Σ ℓ^p of all bars, of all but the k longest, or −Σ of the k longest
//	Push          −½ Σ d, whatever Q: drives points and clusters apart
//
// and with distances of clouds:
//
//	Signature     Σ (A − B)² along both spanning trees (TopoAE)
//	Cross         length of the cross-barcodes of two clouds in one space (MTopDiv)
//	RTD, RTDLite  divergence of two clouds whose points correspond
//	Energy, MMD   controls that see no topology
//
// Bottleneck moves one bar at a time, the others all. [Original] makes the terms of
// the original's seven weights, in the order of [OriginalNames]. A term of your own is
// a Regularizer or a Comparison in a [Term] of a [Loss].
//
// A term may depend on nothing learnable: P is empty, as that of one point in degree 0;
// or the bottleneck distance is that of a true bar to the diagonal; or no learnable bar
// is longer than Entropy's threshold. Then it has no value and no gradient, and the
// result says so. Fallback terms can take its place.
//
// # References
//
// U. Bauer: Ripser (2021, arXiv:1908.02518), on Vietoris–Rips persistence.
// M. Carrière et al.: Optimizing persistent homology based functions (2021,
// arXiv:2010.08356), on its gradients. J. Reininghaus, S. Huber, U. Bauer, R.
// Kwitt: A stable multi-scale kernel for topological machine learning (2015,
// arXiv:1412.6821). B. Jedlicki (2024, hdl:2445/217016), on the density. The other
// terms name their sources. The original's seven terms and their defaults are those of
// Topo-GEN, except that where its gradients are undefined, at points that coincide, they
// are 0 here.
package topoloss
