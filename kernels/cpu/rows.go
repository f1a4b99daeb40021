package cpu

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

// Distances stores the distances between the rows of x. A part is one row.
func (d *Device) Distances(dst, x kernels.Buffer, n, dim int) {
	kernels.CheckLen("Distances", "x", x.Len(), n*dim)
	kernels.CheckLen("Distances", "destination", dst.Len(), n*n)
	d.args = args{dst: d.span(dst), x: d.span(x), n: n, m: dim}
	d.pool.run(n, func(a *args, i int) {
		p := a.x[i*a.m : (i+1)*a.m]
		a.dst[i*a.n+i] = 0
		for j := range i {
			v := float32(math.Sqrt(squaredDistance(p, a.x[j*a.m:(j+1)*a.m])))
			a.dst[i*a.n+j], a.dst[j*a.n+i] = v, v
		}
	}, &d.args)
}

func squaredDistance(p, q []float32) float64 {
	var s0, s1 float64
	q = q[:len(p)]
	k := 0
	for ; k+1 < len(p); k += 2 {
		u, v := float64(p[k])-float64(q[k]), float64(p[k+1])-float64(q[k+1])
		s0 += u * u
		s1 += v * v
	}
	if k < len(p) {
		u := float64(p[k]) - float64(q[k])
		s0 += u * u
	}
	return s0 + s1
}

// DistancesGrad stores the gradient of Distances. A part is one row of dx.
func (d *Device) DistancesGrad(dx, g, x, dist kernels.Buffer, n, dim int, store kernels.Store) {
	kernels.CheckLen("DistancesGrad", "x", x.Len(), n*dim)
	kernels.CheckSame("DistancesGrad", dx, x)
	kernels.CheckLen("DistancesGrad", "g", g.Len(), n*n)
	kernels.CheckLen("DistancesGrad", "dist", dist.Len(), n*n)
	d.args = args{dst: d.span(dx), x: d.span(x), y: d.span(g), z: d.span(dist), n: n, m: dim, add: store == kernels.Add}
	d.pool.run(n, func(a *args, i int) {
		dx, p := a.dst[i*a.m:(i+1)*a.m], a.x[i*a.m:(i+1)*a.m]
		if !a.add {
			clear(dx)
		}
		for j := range a.n {
			dist := a.z[i*a.n+j]
			if dist == 0 {
				continue
			}
			addDifference(dx, (a.y[i*a.n+j]+a.y[j*a.n+i])/dist, p, a.x[j*a.m:(j+1)*a.m])
		}
	}, &d.args)
}

// addDifference adds c·(p−q) to dst.
func addDifference(dst []float32, c float32, p, q []float32) {
	p, q = p[:len(dst)], q[:len(dst)]
	for k := range dst {
		dst[k] += c * (p[k] - q[k])
	}
}

// PairsGrad stores the gradient of a weighted sum of lengths.
func (d *Device) PairsGrad(dx, x kernels.Buffer, n, dim int, pairs []kernels.Pair, g kernels.Buffer, store kernels.Store) {
	kernels.CheckLen("PairsGrad", "x", x.Len(), n*dim)
	kernels.CheckSame("PairsGrad", dx, x)
	kernels.CheckLen("PairsGrad", "g", g.Len(), 1)
	out, points, scale := d.span(dx), d.span(x), d.span(g)[0]
	if store == kernels.Set {
		d.Fill(dx, 0)
	}
	// A few pairs a bar: one thread does them in their order.
	for k, pair := range pairs {
		u, v := int(pair.U), int(pair.V)
		if min(u, v) < 0 || max(u, v) >= n {
			panic(fmt.Sprintf("kernels: PairsGrad: pair %d is (%d, %d), of %d points", k, u, v, n))
		}
		p, q := points[u*dim:(u+1)*dim], points[v*dim:(v+1)*dim]
		length := float32(math.Sqrt(squaredDistance(p, q)))
		if length == 0 {
			continue
		}
		c := pair.Coef * scale / length
		addDifference(out[u*dim:(u+1)*dim], c, p, q)
		addDifference(out[v*dim:(v+1)*dim], -c, p, q)
	}
}

// GatherRows sets row k of dst to row index[k] of src.
func (d *Device) GatherRows(dst, src kernels.Buffer, width int, index []int32) {
	d.checkRows("GatherRows", "destination", dst, src, width, index)
	d.args = args{dst: d.span(dst), x: d.span(src), m: width, index: index}
	per := rowsPerPart(width)
	d.pool.run((len(index)+per-1)/per, func(a *args, part int) {
		per := rowsPerPart(a.m)
		for k := part * per; k < min(len(a.index), (part+1)*per); k++ {
			from := int(a.index[k]) * a.m
			copy(a.dst[k*a.m:(k+1)*a.m], a.x[from:from+a.m])
		}
	}, &d.args)
}

// ScatterRows adds row k of src to row index[k] of dst. A part is a run of
// columns, so that rows that repeat meet in one part, in order.
func (d *Device) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	d.checkRows("ScatterRows", "source", src, dst, width, index)
	d.args = args{dst: d.span(dst), x: d.span(src), m: width, index: index}
	d.pool.run((width+scatterRun-1)/scatterRun, func(a *args, part int) {
		lo, hi := part*scatterRun, min(a.m, (part+1)*scatterRun)
		for k, row := range a.index {
			dst, x := a.dst[int(row)*a.m+lo:int(row)*a.m+hi], a.x[k*a.m+lo:k*a.m+hi]
			for i, v := range x {
				dst[i] += v
			}
		}
	}, &d.args)
}

const scatterRun = 256

func (d *Device) checkRows(kernel, name string, list, table kernels.Buffer, width int, index []int32) {
	kernels.CheckLen(kernel, name, list.Len(), len(index)*width)
	if width == 0 {
		return
	}
	n := table.Len() / width
	kernels.CheckLen(kernel, "table of whole rows", table.Len(), n*width)
	for k, row := range index {
		if row < 0 || int(row) >= n {
			panic(fmt.Sprintf("kernels: %s: index %d is %d, of %d rows", kernel, k, row, n))
		}
	}
}
