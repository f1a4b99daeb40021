package models

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// A VAE is a variational autoencoder (Kingma and Welling 2014) of grey images
// of 28×28 pixels in [0, 1]. Its parameters are named as in PyTorch:
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
	conv1, conv2     *nn.Conv2d
	hidden           *nn.Linear
	mean, logVar     *nn.Linear
	expand1, expand2 *nn.Linear
	deconv1, deconv2 *nn.ConvTranspose2d
}

// NewVAE returns a VAE on dev with the given number of latent variables, at
// least one, and initial parameters decided by the seed.
func NewVAE(dev kernels.Device, latent int, seed uint64) *VAE {
	if latent < 1 {
		panic(fmt.Sprintf("models: a VAE with %d latent variables", latent))
	}
	const relu, none = nn.ReLU, nn.Identity
	in := nn.NewInitializer(dev, seed)
	half := nn.ConvOptions{Stride: 2, Padding: 1}
	return &VAE{
		conv1:   nn.NewConv2d(in, 1, 32, 4, half, relu),
		conv2:   nn.NewConv2d(in, 32, 64, 4, half, relu),
		hidden:  nn.NewLinear(in, 64*7*7, 256, relu),
		mean:    nn.NewLinear(in, 256, latent, none),
		logVar:  nn.NewLinear(in, 256, latent, none),
		expand1: nn.NewLinear(in, latent, 256, relu),
		expand2: nn.NewLinear(in, 256, 64*7*7, relu),
		deconv1: nn.NewConvTranspose2d(in, 64, 32, 4, half, relu),
		deconv2: nn.NewConvTranspose2d(in, 32, 1, 4, half, nn.Sigmoid),
	}
}

// Visit visits all parameters.
func (v *VAE) Visit(f nn.Visitor) {
	for _, part := range []struct {
		name  string
		layer nn.Layer
	}{
		{"encoder.conv1", v.conv1}, {"encoder.conv2", v.conv2}, {"encoder.fc1", v.hidden},
		{"encoder.fc_mu", v.mean}, {"encoder.fc_logvar", v.logVar},
		{"decoder.fc1", v.expand1}, {"decoder.fc2", v.expand2},
		{"decoder.deconv1", v.deconv1}, {"decoder.deconv2", v.deconv2},
	} {
		part.layer.Visit(f.Under(part.name))
	}
}

// Latent returns the number of latent variables.
func (v *VAE) Latent() int { return v.mean.Bias.Value.Len() }

// LossNames returns "bce" and "kld".
func (v *VAE) LossNames() []string { return []string{"bce", "kld"} }

// Posterior returns means and log-variances, N×latent, of images N×1×28×28.
func (v *VAE) Posterior(x *autograd.Var) (mean, logVar *autograd.Var) {
	h := v.hidden.Forward(autograd.Flatten(v.conv2.Forward(v.conv1.Forward(x)), 1))
	return v.mean.Forward(h), v.logVar.Forward(h)
}

// Encode returns the mean of the posterior.
func (v *VAE) Encode(x *autograd.Var) *autograd.Var {
	mean, _ := v.Posterior(x)
	return mean
}

// Decode returns images N×1×28×28 in [0, 1] of latent vectors N×latent.
func (v *VAE) Decode(z *autograd.Var) *autograd.Var {
	h := v.expand2.Forward(v.expand1.Forward(z))
	return v.deconv2.Forward(v.deconv1.Forward(autograd.Reshape(h, z.Shape()[0], 64, 7, 7)))
}

// Forward encodes images N×1×28×28, samples latent vectors with the noise of
// seed and stream, as [nn.Reparameterize] does, and decodes them. The
// losses are "bce", the binary cross-entropy against x, and "kld", the divergence
// of the latent variables from the unit Gaussian.
func (v *VAE) Forward(x *autograd.Var, seed, stream uint64) Output {
	mean, logVar := v.Posterior(x)
	z := nn.Reparameterize(mean, logVar, seed, stream)
	y := v.Decode(z)
	return Output{
		Reconstruction: y, Latent: z,
		Losses: []Loss{{"bce", nn.BCE(y, x)}, {"kld", nn.KLD(mean, logVar)}},
	}
}
