package autograd

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// BCE returns the binary cross-entropy −Σ t·log p + (1−t)·log(1−p) of the
// probabilities p against targets t in [0, 1] of the same shape, summed into a
// scalar of shape []. Logarithms are clamped at −100 and the gradient's
// denominator p(1−p) at 1e-12, as in PyTorch. No gradient flows into t, which
// must not ask for one.
func BCE(p, t *Var) *Var {
	sameShape("BCE", p, t)
	constantTarget("BCE", t)
	tape := p.Tape()
	y := tape.Result(nil, p, t)
	fused.BCE(tape.device, y.value, p.value, t.value)
	y.OnBackward(func() {
		dp, store := p.GradTarget()
		fused.BCEGrad(tape.device, dp, p.value, t.value, y.grad, store)
	})
	return y
}

// BCELogits returns the binary cross-entropy of Sigmoid(x) against targets t in
// [0, 1] of the same shape, summed into a scalar of shape []: the same as
// BCE(Sigmoid(x), t), but exact for logits of any size. No gradient flows into
// t, which must not ask for one.
func BCELogits(x, t *Var) *Var {
	sameShape("BCELogits", x, t)
	constantTarget("BCELogits", t)
	tape := x.Tape()
	y := tape.Result(nil, x, t)
	fused.BCELogits(tape.device, y.value, x.value, t.value)
	y.OnBackward(func() {
		dx, store := x.GradTarget()
		fused.BCELogitsGrad(tape.device, dx, x.value, t.value, y.grad, store)
	})
	return y
}

// KLD returns the Kullback–Leibler divergence of the Gaussians with means mu
// and variances e^logvar, of one shape, from the unit Gaussian,
// −½ Σ (1 + logvar − mu² − e^logvar), summed into a scalar of shape [].
func KLD(mu, logvar *Var) *Var {
	sameShape("KLD", mu, logvar)
	t := mu.Tape()
	y := t.Result(nil, mu, logvar)
	fused.KLD(t.device, y.value, mu.value, logvar.value)
	y.OnBackward(func() {
		mu.pairTarget(logvar, func(dmu, dlogvar kernels.Buffer, muStore, logvarStore kernels.Store) {
			fused.KLDGrad(t.device, dmu, dlogvar, mu.value, logvar.value, y.grad, muStore, logvarStore)
		})
	})
	return y
}

// MSE returns the mean of (a − b)² over all elements of a and b, which have one
// shape, as a scalar of shape []. The mean of nothing is taken as 0.
func MSE(a, b *Var) *Var {
	sameShape("MSE", a, b)
	return Mean(Square(Sub(a, b)))
}

func sameShape(operation string, a, b *Var) {
	if !slices.Equal(a.shape, b.shape) {
		panic(fmt.Sprintf("autograd: %s of shapes %s and %s, which must be equal", operation, text(a.shape), text(b.shape)))
	}
}

func constantTarget(operation string, t *Var) {
	if t.needsGrad {
		panic(fmt.Sprintf("autograd: the target of %s asks for a gradient, which it does not get; use Detach", operation))
	}
}

// pairTarget calls f with the gradient targets of a and b, for kernels that
// store both at once: with a temporary one for an input that needs no gradient
// or is the same as the other.
func (a *Var) pairTarget(b *Var, f func(da, db kernels.Buffer, aStore, bStore kernels.Store)) {
	target := func(v *Var) (kernels.Buffer, kernels.Store) {
		if v.needsGrad {
			return v.GradTarget()
		}
		return a.tape.Scratch(v.Len()), kernels.Set
	}
	da, aStore := target(a)
	if a == b {
		db := a.tape.Scratch(a.Len())
		f(da, db, aStore, kernels.Set)
		a.tape.device.AddScaled(da, 1, db)
		return
	}
	db, bStore := target(b)
	f(da, db, aStore, bStore)
}
