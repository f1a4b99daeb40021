// Package models holds generative models of examples, such as images. Package train
// trains them.
//
// A [Model] maps a batch to a latent space and back, names the losses that it
// minimises, and decodes new examples from the prior:
//
//	tape := autograd.NewTape(dev)
//	out := model.Forward(tape.Constant(batch, n, 1, 28, 28), seed, step)
//	tape.Backward(autograd.Scale(out.Total, 1/float32(n)))
//
// [New] makes the model that a [Spec] describes, for examples of any shape, of dense layers
// or convolutions: a [VAE], an [InfoVAE], an [Autoencoder] with or without a penalty on its
// latent vectors, or a [GAN]. [Kinds] lists their names. [NewVAE] returns the VAE of the program
// Topo-GEN, for grey images of 28×28 pixels.
package models

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

// A Model is a generative model of examples of one shape. Its latent space is
// R^Latent. Its prior is the standard Gaussian of that space.
type Model interface {
	nn.Module
	// Latent returns the number of latent variables.
	Latent() int
	// LossNames returns the names of the losses of Forward, in their order.
	LossNames() []string
	// Encode returns the latent vectors of N examples, N×Latent. It returns nil if the
	// model has no encoder.
	Encode(x *autograd.Var) *autograd.Var
	// Decode returns the N examples that the decoder makes of N×Latent latent vectors.
	Decode(z *autograd.Var) *autograd.Var
	// Layers returns the encoder and the decoder as layers, whose Forward does what Encode
	// and Decode do. Package onnx can write them to files. encoder is nil if the model has
	// none.
	Layers() (encoder, decoder nn.Layer)
	// Forward encodes and decodes a batch x of N examples and computes the losses. seed
	// and stream decide the noise: use another stream in each step of training.
	Forward(x *autograd.Var, seed, stream uint64) Output
}

// Output is the result of Forward for a batch of N examples.
type Output struct {
	Reconstruction *autograd.Var // the decoded latent vectors, with the shape of the batch
	Latent         *autograd.Var // the latent vectors before decoding, N×Latent
	// Losses are summed over the batch. The first compares the reconstruction with
	// the batch.
	Losses []Loss
	// Total is the weighted sum of the losses that training minimises.
	Total *autograd.Var
}

// A Loss is one term of the sum that a model minimises.
type Loss struct {
	Name string        // as in tables: "bce", "kld"
	Var  *autograd.Var // a scalar
}

// Sample decodes n draws from the prior of m. seed and stream decide the draws.
func Sample(m Model, t *autograd.Tape, n int, seed, stream uint64) *autograd.Var {
	if m == nil || t == nil {
		panic("models: Sample of a nil model, or on a nil tape")
	}
	return m.Decode(t.Normal(seed, stream, n, m.Latent()))
}
