package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

var (
	bce           = entry{"losses", "bce"}
	bceGrad       = stored("losses", "bce_grad")
	bceLogits     = entry{"losses", "bce_logits"}
	bceLogitsGrad = stored("losses", "bce_logits_grad")
	kld           = entry{"losses", "kld"}
	kldGradMu     = stored("losses", "kld_grad_mu")
	kldGradLogvar = stored("losses", "kld_grad_logvar")
)

// stored returns the two kernels of a function: one sets the destination to the result,
// the other adds the result to the destination.
func stored(file, name string) [2]entry {
	return [2]entry{kernels.Overwrite: {file, name}, kernels.Accumulate: {file, name + "_add"}}
}

// BCE stores into dst, one number, the binary cross-entropy of probabilities p with
// targets t, summed over the elements.
func (d *Device) BCE(dst, p, t kernels.Buffer) {
	check.Scalars("BCE", dst)
	check.Same("BCE", p, t)
	d.reduce(bce, dst, p, t)
}

// BCEGrad stores g·(p−t)/max(p(1−p), 1e-12) into dp. g is one number, the derivative of
// the final loss by BCE.
func (d *Device) BCEGrad(dp, p, t, g kernels.Buffer, mode kernels.WriteMode) {
	check.Same("BCEGrad", dp, p, t)
	check.Scalars("BCEGrad", g)
	d.each(bceGrad[mode], dp.Len(), d.span(dp), d.span(p), d.span(t), d.span(g))
}

// BCELogits stores into dst, one number, the binary cross-entropy of the probabilities
// sigmoid(x) with targets t, summed over the elements.
func (d *Device) BCELogits(dst, x, t kernels.Buffer) {
	check.Scalars("BCELogits", dst)
	check.Same("BCELogits", x, t)
	d.reduce(bceLogits, dst, x, t)
}

// BCELogitsGrad stores g·(sigmoid(x)−t) into dx. g is one number.
func (d *Device) BCELogitsGrad(dx, x, t, g kernels.Buffer, mode kernels.WriteMode) {
	check.Same("BCELogitsGrad", dx, x, t)
	check.Scalars("BCELogitsGrad", g)
	d.each(bceLogitsGrad[mode], dx.Len(), d.span(dx), d.span(x), d.span(t), d.span(g))
}

// KLD stores into dst, one number, the Kullback–Leibler divergence of the Gaussians
// N(mu, e^logvar) from N(0, 1), summed over the elements.
func (d *Device) KLD(dst, mu, logvar kernels.Buffer) {
	check.Scalars("KLD", dst)
	check.Same("KLD", mu, logvar)
	d.reduce(kld, dst, mu, logvar)
}

// KLDGrad stores g·mu into dmu and g·½(e^logvar − 1) into dlogvar. g is one number.
func (d *Device) KLDGrad(dmu, dlogvar, mu, logvar, g kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
	check.Same("KLDGrad", dmu, dlogvar, mu, logvar)
	check.Scalars("KLDGrad", g)
	d.each(kldGradMu[muMode], dmu.Len(), d.span(dmu), d.span(mu), d.span(g))
	d.each(kldGradLogvar[logvarMode], dlogvar.Len(), d.span(dlogvar), d.span(logvar), d.span(g))
}
