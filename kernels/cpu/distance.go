package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// distanceRows is how many rows of the matrix of distances one part makes.
const distanceRows = 4

// Distances stores the Euclidean distances between the rows of x.
func (d *Device) Distances(dst, x kernels.Buffer, n, dim int) {
	kernels.CheckCloud("Distances", x, n, dim, dst)
	d.args = args{dst: d.span(dst), x: d.span(x), n: n, k: dim}
	d.pool.run((n+distanceRows-1)/distanceRows, func(a *args, part int) {
		for i := part * distanceRows; i < min(a.n, (part+1)*distanceRows); i++ {
			x := a.x[i*a.k : (i+1)*a.k]
			a.dst[i*a.n+i] = 0
			for j := i + 1; j < a.n; j++ {
				r := float32(distancePlain(x, a.x[j*a.k:(j+1)*a.k]))
				a.dst[i*a.n+j], a.dst[j*a.n+i] = r, r
			}
		}
	}, &d.args)
}

func distancePlain(x, y []float32) float64 {
	var total float64
	for i, v := range x {
		diff := float64(v) - float64(y[i])
		total += diff * diff
	}
	return math.Sqrt(total)
}

// DistancesGrad stores into dx the gradient of ⟨g, Distances(x)⟩.
func (d *Device) DistancesGrad(dx, g, x, dist kernels.Buffer, n, dim int, store kernels.Store) {
	kernels.CheckCloud("DistancesGrad", x, n, dim, g, dist)
	kernels.CheckLen("DistancesGrad", "destination", dx.Len(), n*dim)
	d.args = args{dst: d.span(dx), x: d.span(x), y: d.span(g), z: d.span(dist), n: n, k: dim, add: store == kernels.Add}
	d.pool.run(n, func(a *args, i int) {
		n, dim := a.n, a.k
		dx, x := a.dst[i*dim:(i+1)*dim], a.x[i*dim:(i+1)*dim]
		if !a.add {
			clear(dx)
		}
		for j := range n {
			if r := a.z[i*n+j]; r != 0 {
				addDifference(dx, x, a.x[j*dim:(j+1)*dim], (a.y[i*n+j]+a.y[j*n+i])/r)
			}
		}
	}, &d.args)
}

// addDifference adds c·(x−y) to dst.
func addDifference(dst, x, y []float32, c float32) {
	for k := range dst {
		dst[k] += c * (x[k] - y[k])
	}
}

// columns is how many columns of a matrix one part of a scattering kernel
// works on: all rows, so that what falls on one row is added in order.
const columns = 64

// PairsGrad stores into dx the gradient of g·Σ Coef·‖x_U − x_V‖.
func (d *Device) PairsGrad(dx, x kernels.Buffer, n, dim int, pairs []kernels.Pair, g kernels.Buffer, store kernels.Store) {
	kernels.CheckPairs(dx, x, n, dim, pairs, g)
	d.args = args{
		dst: d.span(dx), x: d.span(x), a: d.span(g)[0], n: n, k: dim, pairs: pairs, add: store == kernels.Add,
		weights: d.scratch(len(pairs)),
	}
	d.pool.run((len(pairs)+columns-1)/columns, func(a *args, part int) {
		for k := part * columns; k < min(len(a.pairs), (part+1)*columns); k++ {
			p := a.pairs[k]
			u, v := int(p.U)*a.k, int(p.V)*a.k
			a.weights[k] = 0
			if r := distancePlain(a.x[u:u+a.k], a.x[v:v+a.k]); r != 0 {
				a.weights[k] = float32(float64(p.Coef) * float64(a.a) / r)
			}
		}
	}, &d.args)
	d.pool.run((dim+columns-1)/columns, func(a *args, part int) {
		lo, hi := part*columns, min(a.k, (part+1)*columns)
		if !a.add {
			for i := range a.n {
				clear(a.dst[i*a.k+lo : i*a.k+hi])
			}
		}
		for k, p := range a.pairs {
			c := a.weights[k]
			if c == 0 {
				continue
			}
			u, v := int(p.U)*a.k, int(p.V)*a.k
			addDifference(a.dst[u+lo:u+hi], a.x[u+lo:u+hi], a.x[v+lo:v+hi], c)
			addDifference(a.dst[v+lo:v+hi], a.x[v+lo:v+hi], a.x[u+lo:u+hi], c)
		}
	}, &d.args)
}

// scratch returns room for n values between the steps of a kernel.
func (d *Device) scratch(n int) []float32 {
	if cap(d.room) < n {
		d.room = make([]float32, n)
	}
	return d.room[:n]
}
