package nn

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// KLD returns the Kullback–Leibler divergence of the Gaussians with means mu
// and variances e^logvar, two arrays of the same shape, from the standard Gaussian,
// −½ Σ (1 + logvar − mu² − e^logvar), summed into a scalar of shape [].
func KLD(mu, logvar *autograd.Var) *autograd.Var {
	checkShapes("KLD", mu, logvar)
	t := mu.Tape()
	y := t.Result(nil, mu, logvar)
	fused.KLD(t.Device(), y.Value(), mu.Value(), logvar.Value())
	y.OnBackward(func() {
		withTargets(mu, logvar, func(dmu, dlogvar kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
			fused.KLDGrad(t.Device(), dmu, dlogvar, mu.Value(), logvar.Value(), y.Grad(), muMode, logvarMode)
		})
	})
	return y
}

// Reparameterize returns mu + ε·e^(logvar/2), a sample of the Gaussians with
// means mu and variances e^logvar, two arrays of the same shape (Kingma and Welling 2014).
// Gradients flow through it to mu and logvar. The noise ε equals the result of
// [autograd.Tape.Normal] with the same seed, stream and shape.
func Reparameterize(mu, logvar *autograd.Var, seed, stream uint64) *autograd.Var {
	checkShapes("Reparameterize", mu, logvar)
	t := mu.Tape()
	z := t.Result(mu.Shape(), mu, logvar)
	epsilon := t.Scratch(mu.Len())
	t.Device().Normal(epsilon, seed, stream)
	fused.Reparameterize(t.Device(), z.Value(), mu.Value(), logvar.Value(), epsilon)
	z.OnBackward(func() {
		withTargets(mu, logvar, func(dmu, dlogvar kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
			fused.ReparameterizeGrad(t.Device(), dmu, dlogvar, z.Grad(), logvar.Value(), epsilon, muMode, logvarMode)
		})
	})
	return z
}

// withTargets calls f with the gradient targets of a and b, for kernels that store both
// gradients at once. The target is temporary for an input that needs no gradient. If a and
// b are the same variable, the target of b is temporary and withTargets adds it to that
// of a.
func withTargets(a, b *autograd.Var, f func(da, db kernels.Buffer, aMode, bMode kernels.WriteMode)) {
	t := a.Tape()
	target := func(v *autograd.Var) (kernels.Buffer, kernels.WriteMode) {
		if v.NeedsGrad() {
			return v.GradTarget()
		}
		return t.Scratch(v.Len()), kernels.Overwrite
	}
	da, aMode := target(a)
	if a == b {
		db := t.Scratch(a.Len())
		f(da, db, aMode, kernels.Overwrite)
		t.Device().AddScaled(da, 1, db)
		return
	}
	db, bMode := target(b)
	f(da, db, aMode, bMode)
}
