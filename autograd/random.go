package autograd

import "github.com/topogen/topogen/kernels"

// Uniform puts random constants on the tape, uniform in [0, 1). They are a
// function of seed, stream and their index alone, the same on every device: use
// one seed for a run and another stream for each step and purpose.
func (t *Tape) Uniform(seed, stream uint64, shape ...int) *Var {
	y := t.Result(shape)
	t.device.Uniform(y.value, seed, stream)
	return y
}

// Normal puts random constants on the tape, of the standard Gaussian, a
// function of seed, stream and their index alone.
func (t *Tape) Normal(seed, stream uint64, shape ...int) *Var {
	y := t.Result(shape)
	t.device.Normal(y.value, seed, stream)
	return y
}

// Reparameterize returns mu + ε·e^(logvar/2), a sample of the Gaussians with
// means mu and variances e^logvar, of one shape, through which gradients flow
// (Kingma and Welling 2014). The standard Gaussian ε is that of [Tape.Normal]
// with the same seed and stream.
func Reparameterize(mu, logvar *Var, seed, stream uint64) *Var {
	sameShape("Reparameterize", mu, logvar)
	t := mu.Tape()
	z := t.Result(mu.shape, mu, logvar)
	epsilon := t.arena.alloc(mu.Len())
	t.device.Normal(epsilon, seed, stream)
	t.device.Reparameterize(z.value, mu.value, logvar.value, epsilon)
	z.OnBackward(func() {
		mu.pairTarget(logvar, func(dmu, dlogvar kernels.Buffer, muStore, logvarStore kernels.Store) {
			t.device.ReparameterizeGrad(dmu, dlogvar, z.grad, logvar.value, epsilon, muStore, logvarStore)
		})
	})
	return z
}
