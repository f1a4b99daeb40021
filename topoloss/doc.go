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
// fills the loop. Each bar names these edges, its critical edges.
//
// # From values to gradients
//
// Every term is a function that returns its value and its derivatives. The first two
// kinds of terms depend on distances between points, the third on pixels.
//
//   - A [Regularizer] is a function of two diagrams, a learnable one P and a true one
//     Q. For each bar of P it gives the derivative by b and d.
//   - A [Comparison] is a function of two clouds. It gives the derivative by distances
//     among learnable points or, if the clouds lie in one space, between learnable and
//     true points.
//   - [Images] applies a Regularizer to the cubical persistence of images. It gives the
//     derivative by pixels.
//
// One pullback takes all derivatives by distances to the points. If the loss has the
// derivative g by a distance ℓ = ‖u−v‖, the point u receives g·(u−v)/ℓ and v receives
// −g·(u−v)/ℓ. Both are 0 where u and v coincide, or are nearer than 2⁻⁶³, where the square of
// a float32 loses digits. If distances are equal, several pairings
// may be possible, with different derivatives. The choice depends on the input alone.
//
// The gradient of a function of diagrams reaches only the points at critical edges. A
// [Gradient] hands it on to their neighbors, or averages it over perturbed clouds.
//
// # The terms
//
// With bars p = (b, d) of length ℓ = d−b:
//
//	Bottleneck    least over matchings of P and Q of the largest distance of a pair
//	Wasserstein   least over matchings of the sum of powers of the distances of pairs
//	Sliced        mean over directions of the distance of projected bars
//	SortedDeaths  Σ (d − q)² over deaths in order: all edges of two spanning trees
//	Entropy       (E(P) − E(Q))², E = Σ p log p of the shares p = ℓ/Σℓ
//	Dsigma        k(P,P) − 2k(P,Q), k the scale-space kernel of Reininghaus et al.
//	Density       mean over x of (ρ_P(x) − ρ_Q(x))², ρ(x) = s·Σ d⁴ exp(−((d−x)/σ)²)
//	Total         Σ ℓ^p of all bars, of all but the k longest, or −Σ ℓ^p of the k longest
//	Push          −½ Σ d over P; it ignores Q and drives points and clusters apart
//
// and with distances of clouds:
//
//	Signature     Σ (A − B)² along both spanning trees (TopoAE)
//	Cross         length of the cross-barcodes of two clouds in one space (MTopDiv)
//	RTD, RTDLite  divergence of two clouds whose points correspond
//	Energy, MMD   distances of distributions: controls that see no topology
//
// The gradient of Bottleneck moves one bar in a step. Those of the other terms move all
// bars that they depend on. [Original] makes the seven terms of the original, the program
// Topo-GEN, in the order of [OriginalNames]. To use a term of your own, put a Regularizer
// or a Comparison into a [Term] of a [Loss].
//
// A term may depend on nothing learnable. For example: P is empty, as in degree 0 for a
// cloud of one point; the bottleneck distance is the distance of a true bar from the
// diagonal; or no learnable bar is longer than Entropy's threshold. Such a term has no
// value and no gradient, and OK is false in its [Value]. If it is so for all terms,
// Fallback terms take their place.
//
// # References
//
// U. Bauer: Ripser (2021, arXiv:1908.02518), on Vietoris–Rips persistence.
// M. Carrière et al.: Optimizing persistent homology based functions (2021,
// arXiv:2010.08356), on its gradients. J. Reininghaus, S. Huber, U. Bauer, R.
// Kwitt: A stable multi-scale kernel for topological machine learning (2015,
// arXiv:1412.6821). B. Jedlicki (2024, hdl:2445/217016), on the density. The other
// terms name their sources. The terms of [OriginalNames] and their defaults are those of
// Topo-GEN, with one exception: the gradients at points that coincide are undefined there
// and 0 here.
package topoloss
