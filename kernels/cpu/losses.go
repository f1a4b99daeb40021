package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// BCE stores into dst the binary cross-entropy of the probabilities p against the targets t,
// summed over all elements.
func (d *Device) BCE(dst, p, t kernels.Buffer) {
	check.Scalars("BCE", dst)
	check.Same("BCE", p, t)
	d.total(dst, func(a *args, lo, hi int) float64 { return a.loops.BCE(a.x[lo:hi], a.y[lo:hi]) }, p, t)
}

// BCEGrad stores g·∂BCE/∂p into dp, or adds it to dp. g has one element.
func (d *Device) BCEGrad(dp, p, t, g kernels.Buffer, mode kernels.WriteMode) {
	check.Scalars("BCEGrad", g)
	check.Same("BCEGrad", dp, p, t)
	d.run(chunks(dp.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.BCEGrad(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.a, a.add)
	}, args{dst: d.span(dp), x: d.span(p), y: d.span(t), a: d.span(g)[0], add: mode == kernels.Accumulate})
}

// BCELogits stores into dst the binary cross-entropy of the logits x against the targets t,
// summed over all elements.
func (d *Device) BCELogits(dst, x, t kernels.Buffer) {
	check.Scalars("BCELogits", dst)
	check.Same("BCELogits", x, t)
	d.total(dst, func(a *args, lo, hi int) float64 { return a.loops.BCELogits(a.x[lo:hi], a.y[lo:hi]) }, x, t)
}

// BCELogitsGrad stores g·(sigmoid(x)−t) into dx, or adds it to dx. g has one element.
func (d *Device) BCELogitsGrad(dx, x, t, g kernels.Buffer, mode kernels.WriteMode) {
	check.Scalars("BCELogitsGrad", g)
	check.Same("BCELogitsGrad", dx, x, t)
	d.run(chunks(dx.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.BCELogitsGrad(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.a, a.add)
	}, args{dst: d.span(dx), x: d.span(x), y: d.span(t), a: d.span(g)[0], add: mode == kernels.Accumulate})
}

// KLD stores into dst the Kullback–Leibler divergence of N(mu, e^logvar) from the standard
// Gaussian, summed over all elements.
func (d *Device) KLD(dst, mu, logvar kernels.Buffer) {
	check.Scalars("KLD", dst)
	check.Same("KLD", mu, logvar)
	d.total(dst, func(a *args, lo, hi int) float64 { return a.loops.KLD(a.x[lo:hi], a.y[lo:hi]) }, mu, logvar)
}

// KLDGrad stores g·mu into dmu and g·½(e^logvar − 1) into dlogvar, or adds them. g has one
// element.
func (d *Device) KLDGrad(dmu, dlogvar, mu, logvar, g kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
	check.Scalars("KLDGrad", g)
	check.Same("KLDGrad", dmu, dlogvar, mu, logvar)
	d.run(chunks(dmu.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Affine(a.dst[lo:hi], a.x[lo:hi], a.a, 0, a.add)
		a.loops.KLDGradLogvar(a.dst2[lo:hi], a.y[lo:hi], a.a, a.add2)
	}, args{
		dst: d.span(dmu), dst2: d.span(dlogvar), x: d.span(mu), y: d.span(logvar), a: d.span(g)[0],
		add: muMode == kernels.Accumulate, add2: logvarMode == kernels.Accumulate,
	})
}

// Reparameterize sets z = mu + eps·e^(logvar/2). If eps is standard Gaussian, z is a sample
// of N(mu, e^logvar).
func (d *Device) Reparameterize(z, mu, logvar, eps kernels.Buffer) {
	check.Same("Reparameterize", z, mu, logvar, eps)
	d.run(chunks(z.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Reparameterize(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi])
	}, args{dst: d.span(z), x: d.span(mu), y: d.span(logvar), z: d.span(eps)})
}

// ReparameterizeGrad stores dz into dmu and ½·dz·eps·e^(logvar/2) into dlogvar, or adds
// them. dz is the gradient with respect to the z of Reparameterize.
func (d *Device) ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
	check.Same("ReparameterizeGrad", dmu, dlogvar, dz, logvar, eps)
	d.run(chunks(dmu.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Affine(a.dst[lo:hi], a.x[lo:hi], 1, 0, a.add)
		a.loops.ReparameterizeGradLogvar(a.dst2[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], a.add2)
	}, args{
		dst: d.span(dmu), dst2: d.span(dlogvar), x: d.span(dz), y: d.span(logvar), z: d.span(eps),
		add: muMode == kernels.Accumulate, add2: logvarMode == kernels.Accumulate,
	})
}
