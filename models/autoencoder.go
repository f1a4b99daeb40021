package models

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// An Autoencoder maps each example to one latent vector and back. As a Wasserstein
// autoencoder (Tolstikhin et al., arXiv:1711.01558) it also minimises the maximum
// mean discrepancy between its latent vectors and draws from the prior, under the
// inverse multiquadratic kernel C/(C + ‖z − z′‖²) with C = 2·latent.
type Autoencoder struct {
	encoder nn.Named // from examples to features
	latent  *nn.Linear
	decoder nn.Named
	bce     bool
	mmd     float64 // weight, 0 for a plain autoencoder
}

// Kinds of an [Autoencoder].
const (
	KindAE  = "ae"
	KindWAE = "wae" // with the discrepancy "mmd"
)

func (kinds) Autoencoder() []Kind {
	build := func(dev kernels.Device, s Spec, shape []int, seed uint64) Model {
		return newAutoencoder(dev, s, shape, seed)
	}
	return []Kind{{KindAE, "autoencoder", nil, build}, {KindWAE, "Wasserstein autoencoder", []string{"mmd"}, build}}
}

func newAutoencoder(dev kernels.Device, s Spec, shape []int, seed uint64) *Autoencoder {
	in := nn.NewInitializer(dev, seed)
	a := &Autoencoder{bce: s.Likelihood == Bernoulli}
	if s.Kind == KindWAE {
		a.mmd = s.MMD
	}
	var features int
	a.encoder, features = newEncoder(in, s, shape, nn.ReLU)
	a.latent = nn.NewLinear(in, features, s.Latent, nn.Identity)
	a.decoder = newDecoder(in, s, shape, s.output())
	return a
}

// Visit visits all parameters.
func (a *Autoencoder) Visit(f nn.Visitor) {
	a.encoder.Visit(f.Under("encoder"))
	a.latent.Visit(f.Under("encoder.fc_latent"))
	a.decoder.Visit(f.Under("decoder"))
}

// Latent returns the number of latent variables.
func (a *Autoencoder) Latent() int { return a.latent.Bias.Value.Len() }

// LossNames returns "bce" or "mse", and "mmd" for a Wasserstein autoencoder.
func (a *Autoencoder) LossNames() []string {
	names := []string{"mse"}
	if a.bce {
		names[0] = "bce"
	}
	if a.mmd > 0 {
		names = append(names, "mmd")
	}
	return names
}

// Encode returns the latent vectors of examples.
func (a *Autoencoder) Encode(x *autograd.Var) *autograd.Var {
	return a.latent.Forward(a.encoder.Forward(x))
}

// Decode returns the examples that latent vectors stand for.
func (a *Autoencoder) Decode(z *autograd.Var) *autograd.Var { return a.decoder.Forward(z) }

// Layers returns the layers of Encode and Decode.
func (a *Autoencoder) Layers() (encoder, decoder nn.Layer) {
	return withHead(a.encoder, "fc_latent", a.latent), a.decoder.Under("decoder")
}

// Forward encodes and decodes examples. The first loss is the cross-entropy "bce" for
// a Bernoulli likelihood, else the squared error "mse", summed over all values. The
// loss "mmd" of a Wasserstein autoencoder is n times the discrepancy of n latent
// vectors from n draws of the prior, which seed and stream decide.
func (a *Autoencoder) Forward(x *autograd.Var, seed, stream uint64) Output {
	z := a.Encode(x)
	y := a.Decode(z)
	out := Output{Reconstruction: y, Latent: z}
	if a.bce {
		out.Losses = []Loss{{"bce", nn.BCE(y, x)}}
	} else {
		out.Losses = []Loss{{"mse", squaredError(y, x)}}
	}
	out.Total = out.Losses[0].Var
	if a.mmd > 0 {
		n := z.Shape()[0]
		d := Discrepancy(z, z.Tape().Normal(seed, stream, n, a.Latent()))
		mmd := autograd.Scale(d, float32(n))
		out.Losses = append(out.Losses, Loss{"mmd", mmd})
		out.Total = autograd.Add(out.Total, autograd.Scale(mmd, float32(a.mmd)))
	}
	return out
}

// Discrepancy returns the unbiased estimate of the squared maximum mean discrepancy
// between two clouds of n ≥ 2 points each in R^d, under the kernel
// C/(C + ‖x − y‖²) with C = 2d. It may be negative.
func Discrepancy(x, y *autograd.Var) *autograd.Var {
	n, d := x.Shape()[0], x.Shape()[1]
	if n < 2 || y.Shape()[0] != n || y.Shape()[1] != d {
		panic(fmt.Sprintf("models: Discrepancy between clouds of shapes %v and %v; want n×d twice, n at least 2", x.Shape(), y.Shape()))
	}
	// One matrix holds the distances of all 2n points. A matrix of weights gives each pair
	// its sign and weight: 1/n(n−1) within a cloud, −1/n² between clouds, 0 on the diagonal.
	c := float32(2 * d)
	distances := autograd.Distances(autograd.Concat(0, x, y))
	k := autograd.Scale(autograd.Reciprocal(autograd.AddScalar(autograd.Square(distances), c)), c)
	weights := make([]float32, 4*n*n)
	for i := range 2 * n {
		for j := range 2 * n {
			switch {
			case (i < n) != (j < n):
				weights[i*2*n+j] = -1 / float32(n*n)
			case i != j:
				weights[i*2*n+j] = 1 / float32(n*(n-1))
			}
		}
	}
	return autograd.Sum(autograd.Mul(k, x.Tape().Constant(weights, 2*n, 2*n)))
}
