package cpu

import (
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Distances of point clouds.
//
// Problem: all Euclidean distances of n points, and their gradient, for few dimensions
// (point clouds) as well as for many (images as points).
//
// Idea: with at most 16 dimensions, each lane of a vector is another point. The cloud is
// transposed first, so that coordinate k of all points is consecutive in memory. With more
// dimensions, the lanes of a vector are coordinates of one point. The sums of up to 4×4
// distances stay in registers, and only distances above the diagonal are computed.
//
// Invariant: ‖x−y‖² is computed as Σ (xₖ−yₖ)², and not as ‖x‖² − 2⟨x, y⟩ + ‖y‖² by a matrix
// product, so distances of near points lose no accuracy. A part is 16 rows of the matrix, for
// any number of threads.
//
// Cost: 3·d floating-point operations for each distance.

const (
	fewDimensions = 16 // largest number of dimensions for which the lanes of a vector are points
	distanceRows  = 16 // rows of the matrix of distances in a part
	distanceBlock = 4  // rows of the matrix of distances that DistanceRows computes together

	distanceCache = 128 << 10 // bytes of the points that all rows of a part meet before the next
)

// Distances stores the Euclidean distances between the n rows of x, points of dim
// dimensions, into the n×n matrix dst. Squares are computed in float32. A difference of two
// coordinates below 2⁻⁶³ may therefore count as 0, and one above 2⁶³ as infinite.
func (d *Device) Distances(dst, x kernels.Buffer, n, dim int) {
	check.Cloud("Distances", x, n, dim, dst)
	a := args{dst: d.span(dst), x: d.span(x), n: n, k: dim}
	if n == 0 {
		return
	}
	if dim <= fewDimensions {
		a.w = d.grow(n * dim)
		if dim > 0 {
			d.loops.Transpose(&a.w[0], n, &a.x[0], dim, n, dim)
		}
		d.run(ceilDiv(n, distanceRows), func(a *args, part int) {
			for i := part * distanceRows; i < min(a.n, (part+1)*distanceRows); i++ {
				a.loops.DistanceColumns(a.dst[i*a.n:(i+1)*a.n], first(a.w), a.n, a.x[i*a.k:(i+1)*a.k])
			}
		}, a)
		return
	}
	d.run(ceilDiv(n, distanceRows), upperDistances, a)
}

// upperDistances computes the distances above the diagonal in the rows of one part. It
// copies each distance to its mirror position below the diagonal. All rows of the part meet
// a block of points before the next block, so that the block is read from the second-level
// cache.
func upperDistances(a *args, part int) {
	n, dim := a.n, a.k
	lo, hi := part*distanceRows, min(n, (part+1)*distanceRows)
	block := max(distanceRows, distanceCache/(4*dim))
	for from := lo; from < n; from += block {
		to := min(n, from+block)
		for i := lo; i < hi; i += distanceBlock {
			end := min(i+distanceBlock, hi)
			if first := max(from, end); first < to {
				a.loops.DistanceRows(&a.dst[i*n+first], 4*n, &a.x[i*dim], end-i, &a.x[first*dim], to-first, dim)
			}
		}
	}
	for i := lo; i < hi; i += distanceBlock {
		end := min(i+distanceBlock, hi)
		for r := i; r+1 < end; r++ {
			a.loops.DistanceRows(&a.dst[r*n+r+1], 4*n, &a.x[r*dim], 1, &a.x[(r+1)*dim], end-r-1, dim)
		}
	}
	for i := lo; i < hi; i++ {
		a.dst[i*n+i] = 0
		for j := i + 1; j < hi; j++ {
			a.dst[j*n+i] = a.dst[i*n+j]
		}
	}
	if hi < n {
		a.loops.Transpose(&a.dst[hi*n+lo], n, &a.dst[lo*n+hi], n, hi-lo, n-hi)
	}
}

// first returns the address of the first element of x, or nil if x is empty.
func first(x []float32) *float32 {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}

// DistancesGrad stores into dx the gradient of ⟨g, Distances(x)⟩ with respect to x, or adds
// it to dx. dist holds Distances(x).
func (d *Device) DistancesGrad(dx, g, x, dist kernels.Buffer, n, dim int, mode kernels.WriteMode) {
	check.Cloud("DistancesGrad", x, n, dim, g, dist)
	check.Len("DistancesGrad", "destination", dx.Len(), n*dim)
	if n*dim == 0 {
		return
	}
	scratch := d.grow(n*n + n*dim)
	a := args{
		dst: d.span(dx), x: d.span(x), y: d.span(g), z: d.span(dist), n: n, k: dim, add: mode == kernels.Accumulate,
		w: scratch[:n*n],
	}
	if dim <= fewDimensions {
		a.dst2 = scratch[n*n:] // the transposed cloud
		d.loops.Transpose(&a.dst2[0], n, &a.x[0], dim, n, dim)
	}
	d.run(ceilDiv(n, distanceRows), distancesGradPart, a)
}

// distancesGradPart computes the rows of the gradient in one part. Row i is
// dxᵢ = Σⱼ wᵢⱼ·(xᵢ − xⱼ) with the weights wᵢⱼ = (gᵢⱼ + gⱼᵢ)/distᵢⱼ, or 0 where distᵢⱼ = 0.
func distancesGradPart(a *args, part int) {
	n, dim := a.n, a.k
	lo, hi := part*distanceRows, min(a.n, (part+1)*distanceRows)
	a.loops.Transpose(&a.w[lo*n], n, &a.y[lo], n, n, hi-lo) // wᵢⱼ = gⱼᵢ
	for i := lo; i < hi; i++ {
		weights, x, dx := a.w[i*n:(i+1)*n], a.x[i*dim:(i+1)*dim], a.dst[i*dim:(i+1)*dim]
		a.loops.PairWeights(weights, a.y[i*n:(i+1)*n], a.z[i*n:(i+1)*n])
		if dim <= fewDimensions {
			for k := range dx {
				simd.Put(dx, k, a.loops.SumDifferences(weights, a.dst2[k*n:(k+1)*n], x[k]), a.add)
			}
			continue
		}
		if !a.add {
			clear(dx)
		}
		a.loops.AddDifferences(dx, x, &a.x[0], dim, weights)
	}
}

// pairsPart is the number of pairs in a part of the first step of PairsGrad.
const pairsPart = 64

// PairsGrad stores into dx the gradient of g·Σ Coef·‖x_U − x_V‖ with respect to x, where the
// sum is over the pairs (U, V, Coef), or adds it to dx. The first step computes the weight
// Coef·g/‖x_U − x_V‖ of each pair. One part of the first step is a range of pairs. The second
// step adds the weighted differences to rows U and V of dx. One part of the second step is a
// range of columns, so that each element of dx is a sum in the order of the pairs, for any
// number of threads.
func (d *Device) PairsGrad(dx, x kernels.Buffer, n, dim int, pairs []kernels.Pair, g kernels.Buffer, mode kernels.WriteMode) {
	check.Pairs(dx, x, n, dim, pairs, g)
	if n*dim == 0 {
		return
	}
	d.run(ceilDiv(len(pairs), pairsPart), func(a *args, part int) {
		for k := part * pairsPart; k < min(len(a.pairs), (part+1)*pairsPart); k++ {
			p := a.pairs[k]
			u, v := int(p.U)*a.k, int(p.V)*a.k
			weight := a.w[k : k+1]
			a.loops.DistanceRows(&weight[0], 0, &a.x[u], 1, &a.x[v], 1, a.k)
			if weight[0] != 0 {
				weight[0] = p.Coef * a.a / weight[0]
			}
		}
	}, args{
		dst: d.span(dx), x: d.span(x), a: d.span(g)[0], n: n, k: dim, pairs: pairs, add: mode == kernels.Accumulate,
		w: d.grow(len(pairs)),
	})
	d.run(ceilDiv(dim, scatterColumns), func(a *args, part int) {
		lo, hi := part*scatterColumns, min(a.k, (part+1)*scatterColumns)
		if !a.add {
			for i := range a.n {
				clear(a.dst[i*a.k+lo : i*a.k+hi])
			}
		}
		loops := a.loops
		if hi-lo < 8 { // fewer columns than a vector of AVX2 has lanes
			loops = simd.For(simd.Plain)
		}
		for k, p := range a.pairs {
			u, v, weight := int(p.U)*a.k, int(p.V)*a.k, a.w[k:k+1]
			loops.AddDifferences(a.dst[u+lo:u+hi], a.x[u+lo:u+hi], &a.x[v+lo], 0, weight)
			loops.AddDifferences(a.dst[v+lo:v+hi], a.x[v+lo:v+hi], &a.x[u+lo], 0, weight)
		}
	}, d.args)
}

// grow returns n elements of scratch memory with unspecified contents. The memory is valid
// until the next call.
func (d *Device) grow(n int) []float32 {
	d.scratch = reuse.Slice(d.scratch, n)
	return d.scratch
}
