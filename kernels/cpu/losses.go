package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// BCE stores the summed binary cross-entropy of probabilities.
func (d *Device) BCE(dst, p, t kernels.Buffer) {
	kernels.CheckScalars("BCE", dst)
	kernels.CheckSame("BCE", p, t)
	d.args = args{x: d.span(p), y: d.span(t)}
	d.total(dst, p.Len(), func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		t := a.y[lo:hi]
		var total float64
		for i, p := range a.x[lo:hi] {
			logP, log1P := math.Log(float64(p)), math.Log1p(-float64(p))
			total -= float64(t[i])*max(logP, -100) + (1-float64(t[i]))*max(log1P, -100)
		}
		a.partial[part] = total
	})
}

// BCEGrad stores g·∂BCE/∂p into dp.
func (d *Device) BCEGrad(dp, p, t, g kernels.Buffer, store kernels.Store) {
	kernels.CheckScalars("BCEGrad", g)
	kernels.CheckSame("BCEGrad", dp, p, t)
	d.args = args{dst: d.span(dp), x: d.span(p), y: d.span(t), a: d.span(g)[0], add: store == kernels.Add}
	d.pool.run(chunks(dp.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			p := a.x[i]
			v := a.a * (p - a.y[i]) / max(p*(1-p), 1e-12)
			if a.add {
				v += a.dst[i]
			}
			a.dst[i] = v
		}
	}, &d.args)
}

// BCELogits stores the summed binary cross-entropy of logits.
func (d *Device) BCELogits(dst, x, t kernels.Buffer) {
	kernels.CheckScalars("BCELogits", dst)
	kernels.CheckSame("BCELogits", x, t)
	d.args = args{x: d.span(x), y: d.span(t)}
	d.total(dst, x.Len(), func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		t := a.y[lo:hi]
		var total float64
		for i, x := range a.x[lo:hi] {
			total += softplus(float64(x)) - float64(x)*float64(t[i])
		}
		a.partial[part] = total
	})
}

// BCELogitsGrad stores g·(sigmoid(x)−t) into dx.
func (d *Device) BCELogitsGrad(dx, x, t, g kernels.Buffer, store kernels.Store) {
	kernels.CheckScalars("BCELogitsGrad", g)
	kernels.CheckSame("BCELogitsGrad", dx, x, t)
	d.args = args{dst: d.span(dx), x: d.span(x), y: d.span(t), a: d.span(g)[0], add: store == kernels.Add}
	d.pool.run(chunks(dx.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			v := float32(float64(a.a) * (sigmoid(float64(a.x[i])) - float64(a.y[i])))
			if a.add {
				v += a.dst[i]
			}
			a.dst[i] = v
		}
	}, &d.args)
}

// KLD stores the summed divergence of N(mu, e^logvar) from the unit Gaussian.
func (d *Device) KLD(dst, mu, logvar kernels.Buffer) {
	kernels.CheckScalars("KLD", dst)
	kernels.CheckSame("KLD", mu, logvar)
	d.args = args{x: d.span(mu), y: d.span(logvar)}
	d.total(dst, mu.Len(), func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		logvar := a.y[lo:hi]
		var total float64
		for i, m := range a.x[lo:hi] {
			m, l := float64(m), float64(logvar[i])
			// e^l − 1 − l is never negative; Expm1 keeps it exact near 0.
			total += 0.5 * (m*m + (math.Expm1(l) - l))
		}
		a.partial[part] = total
	})
}

// KLDGrad stores g·mu into dmu and g·½(e^logvar − 1) into dlogvar.
func (d *Device) KLDGrad(dmu, dlogvar, mu, logvar, g kernels.Buffer, muStore, logvarStore kernels.Store) {
	kernels.CheckScalars("KLDGrad", g)
	kernels.CheckSame("KLDGrad", dmu, dlogvar, mu, logvar)
	d.args = args{
		dst: d.span(dmu), dst2: d.span(dlogvar), x: d.span(mu), y: d.span(logvar), a: d.span(g)[0],
		add: muStore == kernels.Add, add2: logvarStore == kernels.Add,
	}
	d.pool.run(chunks(dmu.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			m := a.a * a.x[i]
			l := float32(0.5 * float64(a.a) * math.Expm1(float64(a.y[i])))
			if a.add {
				m += a.dst[i]
			}
			if a.add2 {
				l += a.dst2[i]
			}
			a.dst[i], a.dst2[i] = m, l
		}
	}, &d.args)
}
