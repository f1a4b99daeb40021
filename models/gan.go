package models

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// An Adversarial model is trained against a critic, which takes a step of its own
// before each step of the model.
type Adversarial interface {
	Model
	// Critic returns the critic, whose parameters are not the model's.
	Critic() nn.Module
	// CriticLoss returns the loss of the critic for a batch x, summed over the batch.
	// seed and stream decide the noise from which the model generates examples.
	CriticLoss(x *autograd.Var, seed, stream uint64) Loss
}

// A GAN is a generative adversarial network (Goodfellow et al., arXiv:1406.2661)
// with the non-saturating loss. It has no encoder: in place of the reconstruction of a
// batch, Forward returns as many new examples. The networks are small: they learn points of
// a plane, but often generate only few kinds of pictures.
type GAN struct {
	generator nn.Named
	critic    *critic
	latent    int
}

// A critic distinguishes true examples from generated ones.
type critic struct {
	features nn.Named
	logit    *nn.Linear
}

// Visit visits all parameters.
func (c *critic) Visit(f nn.Visitor) {
	c.features.Visit(f)
	c.logit.Visit(f.Under("fc_logit"))
}

// Forward returns, for each example, the logit of the probability that it is true.
func (c *critic) Forward(x *autograd.Var) *autograd.Var {
	return c.logit.Forward(c.features.Forward(x))
}

// KindGAN names the kind of a [GAN].
const KindGAN = "gan"

func (kinds) GAN() []Kind {
	return []Kind{{KindGAN, "generative adversarial network", nil, func(dev kernels.Device, s Spec, shape []int, seed uint64) Model {
		return newGAN(dev, s, shape, seed)
	}}}
}

func newGAN(dev kernels.Device, s Spec, shape []int, seed uint64) *GAN {
	in := nn.NewInitializer(dev, seed)
	g := &GAN{generator: newDecoder(in, s, shape, s.output()), latent: s.Latent}
	features, n := newEncoder(in, s, shape, nn.LeakyReLU(0.2))
	g.critic = &critic{features, nn.NewLinear(in, n, 1, nn.Identity)}
	return g
}

// Visit visits the generator's parameters.
func (g *GAN) Visit(f nn.Visitor) { g.generator.Visit(f.Under("generator")) }

// Latent returns the number of latent variables.
func (g *GAN) Latent() int { return g.latent }

// LossNames returns "generator".
func (g *GAN) LossNames() []string { return []string{"generator"} }

// Encode returns nil: a GAN has no encoder.
func (g *GAN) Encode(*autograd.Var) *autograd.Var { return nil }

// Decode returns the examples that latent vectors stand for.
func (g *GAN) Decode(z *autograd.Var) *autograd.Var { return g.generator.Forward(z) }

// Layers returns no encoder, and the layers of Decode.
func (g *GAN) Layers() (encoder, decoder nn.Layer) { return nil, g.generator.Under("generator") }

// Forward draws as many latent vectors as x has examples and decodes them. The loss
// "generator" is the cross-entropy of the critic's logits for them against the target true.
func (g *GAN) Forward(x *autograd.Var, seed, stream uint64) Output {
	n := x.Shape()[0]
	z := x.Tape().Normal(seed, stream, n, g.latent)
	y := g.Decode(z)
	nn.Freeze(g.critic)
	loss := verdict(g.critic.Forward(y), 1)
	nn.Unfreeze(g.critic)
	return Output{Reconstruction: y, Latent: z, Losses: []Loss{{"generator", loss}}, Total: loss}
}

// Critic returns the critic.
func (g *GAN) Critic() nn.Module { return g.critic }

// smooth is the target of true examples, below 1 so that the critic does not grow
// certain (Salimans et al., arXiv:1606.03498).
const smooth = 0.9

// CriticLoss returns the loss "critic": the cross-entropy of the critic's logits for the
// true examples x and for as many generated ones.
func (g *GAN) CriticLoss(x *autograd.Var, seed, stream uint64) Loss {
	z := x.Tape().Normal(seed, stream, x.Shape()[0], g.latent)
	var y *autograd.Var
	x.Tape().NoGrad(func() { y = g.Decode(z) })
	return Loss{"critic", autograd.Add(verdict(g.critic.Forward(x), smooth), verdict(g.critic.Forward(y), 0))}
}

// verdict returns the cross-entropy of logits against one target.
func verdict(logits *autograd.Var, target float32) *autograd.Var {
	targets := make([]float32, logits.Len())
	for i := range targets {
		targets[i] = target
	}
	return nn.BCELogits(logits, logits.Tape().Constant(targets, logits.Shape()...))
}
