package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// fewDimensions is up to where distances are computed for many points at once
// rather than along the points' rows.
const fewDimensions = 16

// distanceRows is how many rows of the matrix of distances one part makes.
const distanceRows = 16

// Distances stores the Euclidean distances between the rows of x. They are sums
// of squares in float32, so that differences below 2⁻⁶³ count as none and those
// above 2⁶³ as infinite.
func (d *Device) Distances(dst, x kernels.Buffer, n, dim int) {
	check.Cloud("Distances", x, n, dim, dst)
	a := args{dst: d.span(dst), x: d.span(x), n: n, k: dim}
	if n == 0 {
		return
	}
	if dim <= fewDimensions {
		a.w = d.scratch(n * dim)
		if dim > 0 {
			transpose(d.loops, &a.w[0], n, &a.x[0], dim, n, dim)
		}
		d.run(ceilDiv(n, distanceRows), func(a *args, part int) {
			for i := part * distanceRows; i < min(a.n, (part+1)*distanceRows); i++ {
				a.loops.distanceColumns(a.dst[i*a.n:(i+1)*a.n], first(a.w), a.n, a.x[i*a.k:(i+1)*a.k])
			}
		}, a)
		return
	}
	// Each part makes the rows from the diagonal on and mirrors them.
	d.run(ceilDiv(n, distanceRows), func(a *args, part int) {
		lo, hi := part*distanceRows, min(a.n, (part+1)*distanceRows)
		for i := lo; i < hi; i += distanceBlock {
			a.distancesFrom(i, min(i+distanceBlock, hi))
		}
		for i := lo; i < hi; i++ {
			row := a.dst[i*a.n : (i+1)*a.n]
			row[i] = 0
			for j := i + 1; j < a.n; j++ {
				a.dst[j*a.n+i] = row[j]
			}
		}
	}, a)
}

// distanceBlock is how many rows are computed at once.
const distanceBlock = 4

// distancesFrom sets rows lo to hi of a matrix of distances right of the diagonal.
func (a *args) distancesFrom(lo, hi int) {
	n, dim := a.n, a.k
	if hi < n {
		a.loops.distanceRows(&a.dst[lo*n+hi], 4*n, &a.x[lo*dim], hi-lo, &a.x[hi*dim], n-hi, dim)
	}
	for i := lo; i+1 < hi; i++ {
		a.loops.distanceRows(&a.dst[i*n+i+1], 4*n, &a.x[i*dim], 1, &a.x[(i+1)*dim], hi-i-1, dim)
	}
}

// first returns the address of the first element, nil if there is none.
func first(x []float32) *float32 {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}

// DistancesGrad stores into dx the gradient of ⟨g, Distances(x)⟩.
func (d *Device) DistancesGrad(dx, g, x, dist kernels.Buffer, n, dim int, store kernels.Store) {
	check.Cloud("DistancesGrad", x, n, dim, g, dist)
	check.Len("DistancesGrad", "destination", dx.Len(), n*dim)
	if n*dim == 0 {
		return
	}
	room := d.scratch(n*n + n*dim)
	a := args{
		dst: d.span(dx), x: d.span(x), y: d.span(g), z: d.span(dist), n: n, k: dim, add: store == kernels.Add,
		w: room[:n*n],
	}
	if dim <= fewDimensions {
		a.dst2 = room[n*n:]
		transpose(d.loops, &a.dst2[0], n, &a.x[0], dim, n, dim)
	}
	d.run(ceilDiv(n, distanceRows), distancesGradPart, a)
}

func distancesGradPart(a *args, part int) {
	n, dim := a.n, a.k
	lo, hi := part*distanceRows, min(a.n, (part+1)*distanceRows)
	// The weights of row i are those of distances from i and to i.
	transpose(a.loops, &a.w[lo*n], n, &a.y[lo], n, n, hi-lo)
	for i := lo; i < hi; i++ {
		weights, x, dx := a.w[i*n:(i+1)*n], a.x[i*dim:(i+1)*dim], a.dst[i*dim:(i+1)*dim]
		a.loops.pairWeights(weights, a.y[i*n:(i+1)*n], a.z[i*n:(i+1)*n])
		if dim <= fewDimensions {
			for k := range dx {
				put(dx, k, a.loops.sumDifferences(weights, a.dst2[k*n:(k+1)*n], x[k]), a.add)
			}
			continue
		}
		if !a.add {
			clear(dx)
		}
		a.loops.addDifferences(dx, x, &a.x[0], dim, weights)
	}
}

// PairsGrad stores into dx the gradient of g·Σ Coef·‖x_U − x_V‖.
func (d *Device) PairsGrad(dx, x kernels.Buffer, n, dim int, pairs []kernels.Pair, g kernels.Buffer, store kernels.Store) {
	check.Pairs(dx, x, n, dim, pairs, g)
	if n*dim == 0 {
		return
	}
	d.run(ceilDiv(len(pairs), columns), func(a *args, part int) {
		for k := part * columns; k < min(len(a.pairs), (part+1)*columns); k++ {
			p := a.pairs[k]
			u, v := int(p.U)*a.k, int(p.V)*a.k
			weight := a.w[k : k+1]
			a.loops.distanceRows(&weight[0], 0, &a.x[u], 1, &a.x[v], 1, a.k)
			if weight[0] != 0 {
				weight[0] = p.Coef * a.a / weight[0]
			}
		}
	}, args{
		dst: d.span(dx), x: d.span(x), a: d.span(g)[0], n: n, k: dim, pairs: pairs, add: store == kernels.Add,
		w: d.scratch(len(pairs)),
	})
	d.run(ceilDiv(dim, columns), func(a *args, part int) {
		lo, hi := part*columns, min(a.k, (part+1)*columns)
		if !a.add {
			for i := range a.n {
				clear(a.dst[i*a.k+lo : i*a.k+hi])
			}
		}
		push := a.loops.addDifferences
		if hi-lo < 8 { // not worth a vector
			push = addDifferencesPlain
		}
		for k, p := range a.pairs {
			u, v, weight := int(p.U)*a.k, int(p.V)*a.k, a.w[k:k+1]
			push(a.dst[u+lo:u+hi], a.x[u+lo:u+hi], &a.x[v+lo], 0, weight)
			push(a.dst[v+lo:v+hi], a.x[v+lo:v+hi], &a.x[u+lo], 0, weight)
		}
	}, d.args)
}

// scratch returns room for n values between the steps of a kernel.
func (d *Device) scratch(n int) []float32 {
	if cap(d.room) < n {
		d.room = make([]float32, n)
	}
	return d.room[:n]
}
