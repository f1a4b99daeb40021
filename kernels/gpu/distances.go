package gpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Kernels for distances between points and their gradients. distances16 and distances32
// compute the same distances, in tiles of 16×16 or 32×32.
var (
	distances16     = entry{"distances", "distances_16"}
	distances32     = entry{"distances", "distances_32"}
	distanceWeights = entry{"distances", "distance_weights"}
	distancesGrad   = entry{"distances", "distances_grad"}
	pairWeights     = entry{"distances", "pair_weights"}
	pairRows        = entry{"distances", "pair_rows"}
)

// manyPoints is the number of points from which Distances uses tiles of 32×32 distances
// instead of 16×16. Large tiles read less memory. From 512 points on there are at least
// 136 of them, enough for all multiprocessors.
const manyPoints = 512

// Distances stores the Euclidean distances between the n rows of x into the n×n matrix
// dst. A row of x is a point with dim coordinates.
//
// The kernel sums squares of differences in float32. Differences below 2⁻⁶³ square to
// less than the smallest normal number and may vanish; differences above 2⁶³ give
// infinity. The Gram form ‖x‖² + ‖y‖² − 2⟨x, y⟩ would be faster, but it cancels for
// near points. Cost: about n²/2·dim differences, squared and summed: 3 floating-point
// operations each.
func (d *Device) Distances(dst, x kernels.Buffer, n, dim int) {
	check.Cloud("Distances", x, n, dim, dst)
	to, from := d.span(dst), d.span(x)
	if n*dim == 0 {
		d.Fill(dst, 0)
		return
	}
	e, tile := distances16, 16
	if n >= manyPoints {
		e, tile = distances32, 32
	}
	across := blocks(n, tile)
	d.launch(e, Dim{X: across, Y: across/2 + 1}, Dim{X: work.Threads}, to, from, Int32(n), Int32(dim))
}

// DistancesGrad stores into dx the gradient by x of Σ g[i][j]·dist[i][j], where dist is the
// distance matrix of x. A first kernel computes the weight (g[i][j] + g[j][i])/dist[i][j] of
// each pair of points, a second one sums weighted differences of points. The weights need
// a workspace of n² elements.
func (d *Device) DistancesGrad(dx, g, x, dist kernels.Buffer, n, dim int, mode kernels.WriteMode) {
	check.Cloud("DistancesGrad", x, n, dim, g, dist)
	check.Len("DistancesGrad", "destination", dx.Len(), n*dim)
	const tile = 32
	to, from, lengths, factors := d.span(dx), d.span(x), d.span(dist), d.span(g)
	if n*dim == 0 {
		return
	}
	weights := d.Alloc(n * n)
	across := blocks(n, tile)
	d.launch(distanceWeights, Dim{X: across, Y: across}, Dim{X: work.Threads}, d.span(weights), factors, lengths, Int32(n))
	d.launch(distancesGrad, Dim{X: blocks(dim, tile), Y: across}, Dim{X: work.Threads},
		to, d.span(weights), from, Int32(n), Int32(dim), Int32(int(mode)))
	d.Free(weights)
}

// PairsGrad stores into dx the gradient by x of g·Σ Coef·‖x_U − x_V‖. The sum runs over the
// pairs (U, V, Coef); g is one number.
//
// A warp of the first kernel computes the weight g·Coef/‖x_U − x_V‖ of one pair. A warp of
// the second kernel computes work.RowElements elements of one row of dx: it adds the
// weighted differences between the row's point and the other point of each of its pairs,
// in the order of the pairs.
func (d *Device) PairsGrad(dx, x kernels.Buffer, n, dim int, pairs []kernels.Pair, g kernels.Buffer, mode kernels.WriteMode) {
	check.Pairs(dx, x, n, dim, pairs, g)
	to, from, factor := d.span(dx), d.span(x), d.span(g)
	if n*dim == 0 {
		return
	}
	listed := 0
	if mode == kernels.Overwrite {
		listed = n
	}
	l := &d.entries
	l.begin()
	for k, p := range pairs {
		l.add(p.U, 2*k)
		l.add(p.V, 2*k+1)
	}
	l.finish(listed)
	start := len(l.words)
	for _, p := range pairs {
		l.words = append(l.words, p.U, p.V, int32(math.Float32bits(p.Coef)))
	}
	list, weights := d.upload(l.words), d.Alloc(len(pairs))
	joined := d.span(list.Slice(start, len(l.words)))
	d.launch(pairWeights, Dim{X: blocks(len(pairs), work.Warps)}, Dim{X: work.Threads},
		d.span(weights), from, joined, factor, Int32(len(pairs)), Int32(dim))
	d.launch(pairRows, l.grid(dim), Dim{X: work.Threads},
		to, from, d.span(weights), joined, d.span(list), Int32(l.rows), Int32(blocks(dim, work.RowElements)), Int32(int(mode)), Int32(dim))
	d.Free(weights)
	d.Free(list)
}
