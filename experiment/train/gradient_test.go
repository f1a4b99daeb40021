package train_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// TestGradientOfWholeStep compares the gradient of everything that a step of the
// TopoVAE minimises with central differences, on a small autoencoder.
func TestGradientOfWholeStep(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	const n, side, latent = 9, 4, 2
	in := nn.NewInitializer(dev, 4)
	half := nn.ConvOptions{Stride: 2, Padding: 1}
	conv := nn.NewConv2d(in, 1, 3, 4, half, nn.Tanh)
	mean, logVar := nn.NewLinear(in, 12, latent, nn.Identity), nn.NewLinear(in, 12, latent, nn.Identity)
	expand := nn.NewLinear(in, latent, 12, nn.Tanh)
	deconv := nn.NewConvTranspose2d(in, 3, 1, 4, half, nn.Sigmoid)
	model := nn.Sequential{conv, mean, logVar, expand, deconv}
	for _, p := range nn.Parameters(model) {
		dev.Affine(p.Value.Buffer(), p.Value.Buffer(), 3, 0, kernels.Overwrite) // spread the points
	}
	images := autograd.NewTensor(dev, n, 1, side, side)
	dev.Uniform(images.Buffer(), 1, 1)

	weights := [7]float64{10, 10, 10, 10, 1, 1, 100}
	loss, err := topoloss.Weighted(weights, 1, topoloss.DefaultHyperparameters())
	require.NoError(t, err)
	onLatent, err := topoloss.Weighted([7]float64{1, 0, 1, 0, 1, 0, 0}, 1, topoloss.DefaultHyperparameters())
	require.NoError(t, err)
	counted := 0
	step := func(tape *autograd.Tape) *autograd.Var {
		x := tape.Input(images)
		h := autograd.Flatten(conv.Forward(x), 1)
		mu, lv := mean.Forward(h), logVar.Forward(h)
		z := nn.Reparameterize(mu, lv, 7, 0)
		out := deconv.Forward(autograd.Reshape(expand.Forward(z), n, 3, 2, 2))
		total := autograd.Add(nn.BCE(out, x), nn.KLD(mu, lv))
		target, err := loss.Target(t.Context(), x)
		require.NoError(t, err)
		for _, part := range []struct {
			loss *topoloss.Loss
			x    *autograd.Var
		}{{loss, out}, {onLatent, z}} {
			r, err := part.loss.Apply(t.Context(), part.x, target)
			require.NoError(t, err)
			if r.OK {
				total = autograd.Add(total, r.Var)
			}
			for _, term := range r.Terms {
				if term.OK {
					counted++
				}
			}
		}
		return autograd.Scale(total, 1./n)
	}
	tape := autograd.NewTape(dev)
	params := nn.Parameters(model)
	tape.Backward(step(tape))
	require.Positive(t, counted)
	for _, p := range params {
		x, err := p.Value.Values()
		require.NoError(t, err)
		grad, err := p.Grad.Values()
		require.NoError(t, err)
		at := func(i int, v float32) float64 {
			was := x[i]
			x[i] = v
			p.Value.Write(x)
			x[i] = was
			var value float32
			tape.Reset()
			tape.NoGrad(func() { value, err = step(tape).Item() })
			require.NoError(t, err)
			return float64(value)
		}
		for i, v := range x {
			// The loss has kinks, where another edge of the spanning tree is
			// the shortest: no one step is small enough for all and still
			// large enough for float32.
			closest := math.Inf(1)
			for _, h := range []float32{1e-2, 3e-3, 1e-3, 3e-4} {
				difference := (at(i, v+h) - at(i, v-h)) / float64((v+h)-(v-h))
				closest = min(closest, math.Abs(difference-float64(grad[i])))
			}
			require.Less(t, closest, 4e-3*max(1, math.Abs(float64(grad[i]))), "%s[%d] with gradient %v", p.Name, i, grad[i])
		}
		p.Value.Write(x)
	}
}
