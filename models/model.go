// Package models holds generative models of batches of examples: what package
// train trains.
//
// A [Model] maps a batch to a latent space and back, names the losses that it
// minimises, and decodes new examples from the prior:
//
//	tape := autograd.NewTape(dev)
//	out := model.Forward(tape.Constant(batch, n, 1, 28, 28), seed, step)
//	tape.Backward(autograd.Scale(out.Total, 1/float32(n)))
//
// [New] makes a model for examples of any shape as a [Spec] says: a [VAE], an
// [Autoencoder] with or without a penalty on its latent vectors, or a [GAN], of
// dense layers or convolutions. [NewVAE] is the VAE of 28×28 grey images that
// topological losses were first tried on.
package models

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

// A Model is a generative model of examples of one shape. Its latent space is
// R^Latent, its prior the unit Gaussian there.
type Model interface {
	nn.Module
	// Latent returns the number of latent variables.
	Latent() int
	// LossNames returns the names of the losses of Forward, in their order.
	LossNames() []string
	// Encode returns the point of latent space, N×Latent, that stands for each of
	// N examples; nil if the model has no encoder.
	Encode(x *autograd.Var) *autograd.Var
	// Decode returns the examples that N×Latent latent vectors stand for.
	Decode(z *autograd.Var) *autograd.Var
	// Forward returns what the model makes of a batch x of N examples, with the
	// noise of seed and stream. A step of training takes a stream of its own.
	Forward(x *autograd.Var, seed, stream uint64) Output
}

// Output is what a model makes of a batch of N examples.
type Output struct {
	Reconstruction *autograd.Var // of the batch, in its shape
	Latent         *autograd.Var // N×Latent, the latent vectors that were decoded
	// Losses are summed over the batch. The first compares the reconstruction with
	// the batch.
	Losses []Loss
	// Total is what is minimised, a weighted sum of the losses.
	Total *autograd.Var
}

// A Loss is a part of what a model minimises.
type Loss struct {
	Name string        // as in tables: "bce", "kld"
	Var  *autograd.Var // a scalar
}

// Sample decodes n draws from the prior of m, decided by seed and stream.
func Sample(m Model, t *autograd.Tape, n int, seed, stream uint64) *autograd.Var {
	return m.Decode(t.Normal(seed, stream, n, m.Latent()))
}
