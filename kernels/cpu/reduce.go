package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// Sum reduces an array of shape [K0, R0, K1, R1] over R0 and R1. A part is one
// value of K0 and a run of K1, so that each sum is one part's own, except for
// sums of everything into one value, which go through total.
func (d *Device) Sum(dst, src kernels.Buffer, s kernels.SumShape, scale float32, store kernels.Store) {
	kernels.CheckLen("Sum", "source", src.Len(), s.K0*s.R0*s.K1*s.R1)
	kernels.CheckLen("Sum", "destination", dst.Len(), s.K0*s.K1)
	if s.K0*s.K1 == 1 {
		out := d.span(dst)
		v := float32(d.total(args{x: d.span(src)}, func(a *args, lo, hi int) float64 {
			return sumSpan(a.x[lo:hi])
		}) * float64(scale))
		put(out, 0, v, store == kernels.Add)
		return
	}
	if s.K0*s.K1 == 0 {
		return
	}
	d.args = args{dst: d.span(dst), x: d.span(src), n: s.R0, m: s.K1, k: s.R1, a: scale, add: store == kernels.Add}
	d.pool.run(s.K0*columnParts(s.K1), func(a *args, part int) {
		k0, column := part/columnParts(a.m), part%columnParts(a.m)
		lo, hi := column*columnRun, min(a.m, (column+1)*columnRun)
		var sums [columnRun]float64
		x := a.x[k0*a.n*a.m*a.k:]
		for r := range a.n {
			for c := lo; c < hi; c++ {
				if a.k == 1 {
					sums[c-lo] += float64(x[r*a.m+c])
				} else {
					at := (r*a.m + c) * a.k
					sums[c-lo] += sumSpan(x[at : at+a.k])
				}
			}
		}
		for c := lo; c < hi; c++ {
			put(a.dst, k0*a.m+c, float32(sums[c-lo]*float64(a.a)), a.add)
		}
	}, &d.args)
}

// columnRun is how many neighbouring sums one part keeps.
const columnRun = 16

func columnParts(columns int) int { return (columns + columnRun - 1) / columnRun }

func sumSpan(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v)
	}
	return s
}

// total adds body's results over the chunks of len(a.x) elements in order.
func (d *Device) total(a args, body func(a *args, lo, hi int) float64) float64 {
	parts := chunks(len(a.x))
	if cap(d.partial) < parts {
		d.partial = make([]float64, parts)
	}
	a.partial, a.reduce = d.partial[:parts], body
	d.args = a
	d.pool.run(parts, func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		a.partial[part] = a.reduce(a, lo, hi)
	}, &d.args)
	var s float64
	for _, v := range d.partial[:parts] {
		s += v
	}
	return s
}

// Dot stores Σ aᵢbᵢ into dst.
func (d *Device) Dot(dst, a, b kernels.Buffer) {
	kernels.CheckSame("Dot", a, b)
	d.scalar("Dot", dst, args{x: d.span(a), y: d.span(b)}, func(a *args, lo, hi int) float64 {
		var s float64
		y := a.y[lo:hi]
		for i, v := range a.x[lo:hi] {
			s += float64(v) * float64(y[i])
		}
		return s
	})
}

// scalar stores a total into dst, of length 1.
func (d *Device) scalar(kernel string, dst kernels.Buffer, a args, body func(a *args, lo, hi int) float64) {
	kernels.CheckLen(kernel, "destination", dst.Len(), 1)
	d.span(dst)[0] = float32(d.total(a, body))
}

// BCE stores the summed binary cross-entropy of probabilities.
func (d *Device) BCE(dst, p, t kernels.Buffer) {
	kernels.CheckSame("BCE", p, t)
	d.scalar("BCE", dst, args{x: d.span(p), y: d.span(t)}, func(a *args, lo, hi int) float64 {
		var s float64
		t := a.y[lo:hi]
		for i, p := range a.x[lo:hi] {
			p, t := float64(p), float64(t[i])
			s -= t*max(math.Log(p), -100) + (1-t)*max(math.Log1p(-p), -100)
		}
		return s
	})
}

// BCEGrad stores the gradient of BCE with respect to the probabilities.
func (d *Device) BCEGrad(dp, p, t, g kernels.Buffer, store kernels.Store) {
	kernels.CheckSame("BCEGrad", dp, p, t)
	kernels.CheckLen("BCEGrad", "g", g.Len(), 1)
	d.args = args{dst: d.span(dp), x: d.span(p), y: d.span(t), a: d.span(g)[0], add: store == kernels.Add}
	d.pool.run(chunks(dp.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			p, t := a.x[i], a.y[i]
			put(a.dst, i, a.a*(p-t)/max(p*(1-p), 1e-12), a.add)
		}
	}, &d.args)
}

// BCELogits stores the summed binary cross-entropy of logits.
func (d *Device) BCELogits(dst, x, t kernels.Buffer) {
	kernels.CheckSame("BCELogits", x, t)
	d.scalar("BCELogits", dst, args{x: d.span(x), y: d.span(t)}, func(a *args, lo, hi int) float64 {
		var s float64
		t := a.y[lo:hi]
		for i, x := range a.x[lo:hi] {
			s += softplus(float64(x)) - float64(x)*float64(t[i])
		}
		return s
	})
}

// BCELogitsGrad stores the gradient of BCELogits with respect to the logits.
func (d *Device) BCELogitsGrad(dx, x, t, g kernels.Buffer, store kernels.Store) {
	kernels.CheckSame("BCELogitsGrad", dx, x, t)
	kernels.CheckLen("BCELogitsGrad", "g", g.Len(), 1)
	d.args = args{dst: d.span(dx), x: d.span(x), y: d.span(t), a: d.span(g)[0], add: store == kernels.Add}
	d.pool.run(chunks(dx.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			put(a.dst, i, a.a*float32(sigmoid(float64(a.x[i]))-float64(a.y[i])), a.add)
		}
	}, &d.args)
}

// KLD stores the divergence from the unit Gaussian.
func (d *Device) KLD(dst, mu, logvar kernels.Buffer) {
	kernels.CheckSame("KLD", mu, logvar)
	d.scalar("KLD", dst, args{x: d.span(mu), y: d.span(logvar)}, func(a *args, lo, hi int) float64 {
		var s float64
		for i := lo; i < hi; i++ {
			mu, logvar := float64(a.x[i]), float64(a.y[i])
			s -= 0.5 * (1 + logvar - mu*mu - math.Exp(logvar))
		}
		return s
	})
}

// KLDGrad stores the gradients of KLD.
func (d *Device) KLDGrad(dmu, dlogvar, mu, logvar, g kernels.Buffer, muStore, logvarStore kernels.Store) {
	kernels.CheckSame("KLDGrad", dmu, dlogvar, mu, logvar)
	kernels.CheckLen("KLDGrad", "g", g.Len(), 1)
	d.args = args{
		dst: d.span(dmu), dst2: d.span(dlogvar), x: d.span(mu), y: d.span(logvar), a: d.span(g)[0],
		add: muStore == kernels.Add, add2: logvarStore == kernels.Add,
	}
	d.pool.run(chunks(dmu.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			put(a.dst, i, a.a*a.x[i], a.add)
			put(a.dst2, i, a.a*float32(0.5*math.Expm1(float64(a.y[i]))), a.add2)
		}
	}, &d.args)
}
