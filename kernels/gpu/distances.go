package gpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Names of kernels for points.
var (
	distances16     = entry{"distances", "distances_16"}
	distances32     = entry{"distances", "distances_32"}
	distanceWeights = entry{"distances", "distance_weights"}
	distancesGrad   = entry{"distances", "distances_grad"}
	pairWeights     = entry{"distances", "pair_weights"}
	pairRows        = entry{"distances", "pair_rows"}
)

// manyPoints is from where on matrices of distances are made of large tiles,
// which read less: there are more of them then than a GPU has multiprocessors.
const manyPoints = 512

// Distances stores the Euclidean distances between the rows of x. They are sums
// of squares in float32, so that differences below 2⁻⁶³ count as none and those
// above 2⁶³ as infinite.
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

// DistancesGrad stores into dx the gradient of ⟨g, Distances(x)⟩.
func (d *Device) DistancesGrad(dx, g, x, dist kernels.Buffer, n, dim int, store kernels.Store) {
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
		to, d.span(weights), from, Int32(n), Int32(dim), Int32(int(store)))
	d.Free(weights)
}

// PairsGrad stores into dx the gradient of g·Σ Coef·‖x_U − x_V‖: the weight of
// each pair by a warp, then what falls on each part of a point by another.
func (d *Device) PairsGrad(dx, x kernels.Buffer, n, dim int, pairs []kernels.Pair, g kernels.Buffer, store kernels.Store) {
	check.Pairs(dx, x, n, dim, pairs, g)
	to, from, factor := d.span(dx), d.span(x), d.span(g)
	if n*dim == 0 {
		return
	}
	listed := 0
	if store == kernels.Set {
		listed = n
	}
	l := &d.additions
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
		to, from, d.span(weights), joined, d.span(list), Int32(l.rows), Int32(blocks(dim, work.RowElements)), Int32(int(store)), Int32(dim))
	d.Free(weights)
	d.Free(list)
}
