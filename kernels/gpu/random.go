package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

var (
	uniform            = entry{"random", "uniform"}
	normal             = entry{"random", "normal"}
	reparameterize     = entry{"random", "reparameterize"}
	reparameterizeGrad = stored("random", "reparameterize_grad")
)

// Uniform fills dst with values in [0, 1).
func (d *Device) Uniform(dst kernels.Buffer, seed, stream uint64) { d.draw(uniform, dst, seed, stream) }

// Normal fills dst with standard Gaussian values.
func (d *Device) Normal(dst kernels.Buffer, seed, stream uint64) { d.draw(normal, dst, seed, stream) }

// draw launches kernel e, which fills dst with random values. Element i depends only on
// seed, stream and i.
func (d *Device) draw(e entry, dst kernels.Buffer, seed, stream uint64) {
	d.launch(e, Dim{X: blocks(dst.Len(), work.PerBlock)}, Dim{X: work.Threads}, d.span(dst), Int32(dst.Len()), Uint64(seed), Uint64(stream))
}

// Reparameterize sets z = mu + eps·e^(logvar/2).
func (d *Device) Reparameterize(z, mu, logvar, eps kernels.Buffer) {
	check.Same("Reparameterize", z, mu, logvar, eps)
	d.each(reparameterize, z.Len(), d.span(z), d.span(mu), d.span(logvar), d.span(eps))
}

// ReparameterizeGrad stores dz into dmu and ½·dz·eps·e^(logvar/2) into dlogvar.
func (d *Device) ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
	check.Same("ReparameterizeGrad", dmu, dlogvar, dz, logvar, eps)
	d.MapGrad(kernels.Identity, dmu, dz, kernels.Buffer{}, dz, muMode)
	d.each(reparameterizeGrad[logvarMode], dlogvar.Len(), d.span(dlogvar), d.span(dz), d.span(logvar), d.span(eps))
}
