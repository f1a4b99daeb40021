package models

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// A VAE is a variational autoencoder (Kingma and Welling 2014). That of the program
// Topo-GEN, for grey images of 28×28 pixels in [0, 1], has these layers, named as in
// PyTorch:
//
//	encoder.conv1      1 → 32 channels, 28×28 → 14×14, ReLU
//	encoder.conv2      32 → 64, 14×14 → 7×7, ReLU
//	encoder.fc1        3136 → 256, ReLU
//	encoder.fc_mu      256 → latent, the mean
//	encoder.fc_logvar  256 → latent, the logarithm of the variance
//	decoder.fc1        latent → 256, ReLU
//	decoder.fc2        256 → 3136, ReLU
//	decoder.deconv1    64 → 32, 7×7 → 14×14, ReLU
//	decoder.deconv2    32 → 1, 14×14 → 28×28, sigmoid
//
// Convolutions have kernel 4, stride 2 and padding 1.
type VAE struct {
	shape        []int    // of an example
	encoder      nn.Named // from examples to features
	mean, logVar *nn.Linear
	decoder      nn.Named
	likelihood   *likelihood
	beta         float64
}

// NewVAE returns the VAE of Topo-GEN on dev with the given number of latent variables, at
// least one. The seed decides the initial parameters.
func NewVAE(dev kernels.Device, latent int, seed uint64) *VAE {
	shape := []int{1, 28, 28}
	s := Spec{Latent: latent}
	if latent < 1 {
		s.Latent = -1 // Resolve replaces 0 by a default; Validate refuses −1
	}
	if err := s.Validate(shape, true); err != nil {
		panic("models: a VAE: " + err.Error())
	}
	return newVAE(dev, s.Resolve(shape, true), shape, seed)
}

// KindVAE names the kind of a [VAE].
const KindVAE = "vae"

func (kinds) VAE() []Kind {
	return []Kind{{KindVAE, "variational autoencoder", []string{"beta"}, func(dev kernels.Device, s Spec, shape []int, seed uint64) Model {
		return newVAE(dev, s, shape, seed)
	}}}
}

func newVAE(dev kernels.Device, s Spec, shape []int, seed uint64) *VAE {
	in := nn.NewInitializer(dev, seed)
	v := &VAE{shape: shape, beta: s.Beta}
	var features int
	v.encoder, features = newEncoder(in, s, shape, nn.ReLU)
	v.mean = nn.NewLinear(in, features, s.Latent, nn.Identity)
	v.logVar = nn.NewLinear(in, features, s.Latent, nn.Identity)
	v.decoder = newDecoder(in, s, shape, s.output())
	v.likelihood = newLikelihood(dev, s)
	return v
}

// Visit visits all parameters.
func (v *VAE) Visit(f nn.Visitor) {
	v.encoder.Visit(f.Under("encoder"))
	v.mean.Visit(f.Under("encoder.fc_mu"))
	v.logVar.Visit(f.Under("encoder.fc_logvar"))
	v.decoder.Visit(f.Under("decoder"))
	v.likelihood.Visit(f.Under("decoder"))
}

// Latent returns the number of latent variables.
func (v *VAE) Latent() int { return v.mean.Bias.Value.Len() }

// LossNames returns "bce" or "nll", and "kld".
func (v *VAE) LossNames() []string { return []string{v.likelihood.lossName(), "kld"} }

// Posterior returns means and log-variances, N×latent, of N examples.
func (v *VAE) Posterior(x *autograd.Var) (mean, logVar *autograd.Var) {
	h := v.encoder.Forward(x)
	return v.mean.Forward(h), v.logVar.Forward(h)
}

// Encode returns the mean of the posterior.
func (v *VAE) Encode(x *autograd.Var) *autograd.Var {
	mean, _ := v.Posterior(x)
	return mean
}

// Decode returns, for N×latent latent vectors, the means of the likelihoods of N examples.
func (v *VAE) Decode(z *autograd.Var) *autograd.Var { return v.decoder.Forward(z) }

// Layers returns the layers of Encode and Decode.
func (v *VAE) Layers() (encoder, decoder nn.Layer) {
	return withHead(v.encoder, "fc_mu", v.mean), v.decoder.Under("decoder")
}

// Forward encodes examples, samples latent vectors with the noise of seed and
// stream, as [nn.Reparameterize] does, and decodes them. The losses are the
// negative log-likelihood of x, "bce" or "nll", and "kld", the divergence of the
// latent variables from the unit Gaussian, which counts β times in the total.
func (v *VAE) Forward(x *autograd.Var, seed, stream uint64) Output {
	mean, logVar := v.Posterior(x)
	z := nn.Reparameterize(mean, logVar, seed, stream)
	y := v.Decode(z)
	loss, kld := v.likelihood.loss(y, x), nn.KLD(mean, logVar)
	weighted := kld
	if v.beta != 1 {
		weighted = autograd.Scale(kld, float32(v.beta))
	}
	return Output{
		Reconstruction: y, Latent: z,
		Losses: []Loss{loss, {"kld", kld}}, Total: autograd.Add(loss.Var, weighted),
	}
}
