package models

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An InfoVAE is a [VAE] that also minimises the maximum mean discrepancy between its latent
// vectors and draws from the prior (Zhao, Song and Ermon, arXiv:1706.02262). The divergence
// of a VAE pulls the posterior of each example to the prior, and may leave nothing of the
// example in it. The discrepancy pulls the latent vectors of a whole batch. In the paper's
// terms, α is 1 − Beta of the [Spec], and λ is MMD + Beta.
type InfoVAE struct {
	*VAE
	mmd float64 // weight
}

// KindInfoVAE names the kind of an [InfoVAE].
const KindInfoVAE = "infovae"

func (kinds) InfoVAE() []Kind {
	return []Kind{{KindInfoVAE, "VAE with the discrepancy of a Wasserstein autoencoder", []string{"beta", "mmd"}, func(dev kernels.Device, s Spec, shape []int, seed uint64) Model {
		return &InfoVAE{newVAE(dev, s, shape, seed), s.MMD}
	}}}
}

// LossNames returns the losses of a VAE, and "mmd".
func (v *InfoVAE) LossNames() []string { return append(v.VAE.LossNames(), "mmd") }

// Forward adds to the losses of a VAE "mmd", n times the discrepancy of n latent vectors from
// n draws of the prior. The batch must have at least two examples.
func (v *InfoVAE) Forward(x *autograd.Var, seed, stream uint64) Output {
	out := v.VAE.Forward(x, seed, stream)
	// The VAE has drawn the noise of seed and stream. Those draws would depend on the latent
	// vectors.
	prior := x.Tape().Normal(^seed, stream, out.Latent.Shape()...)
	mmd := autograd.Scale(Discrepancy(out.Latent, prior), float32(x.Shape()[0]))
	out.Losses = append(out.Losses, Loss{"mmd", mmd})
	out.Total = autograd.Add(out.Total, autograd.Scale(mmd, float32(v.mmd)))
	return out
}
