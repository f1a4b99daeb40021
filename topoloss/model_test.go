package topoloss_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// TestWholeStep compares the gradient of all that a small autoencoder minimises with
// central differences of its value, for each term at each place.
func TestWholeStep(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	// Latents have as many coordinates as points, for terms that join both clouds.
	const n, dim, latent = 10, 3, 3
	truth := randomCloud(7, n, dim)
	for _, text := range everyTerm() {
		switch text {
		case "rtd=1", "rtdlite=1", "mmd=1", "sliced0=1", "sliced1=1": // see TestFiniteDifferences
			continue
		}
		for _, where := range topoloss.Places() {
			specs := parse(t, text)
			specs[0].Where = where
			if specs.Validate() != nil {
				continue // the term needs pairs of points, and samples have no partners in the batch
			}
			t.Run(specs.String(), func(t *testing.T) {
				init := nn.NewInitializer(dev, 3)
				encoder, decoder := nn.NewLinear(init, dim, latent, nn.Identity), nn.NewLinear(init, latent, dim, nn.Tanh)
				model := nn.Sequential{encoder, decoder}
				obj, err := topoloss.New(specs, topoloss.Options{Seed: 2})
				require.NoError(t, err)
				params := append(nn.Parameters(model), obj.Parameters(dev)...)
				for _, p := range nn.Parameters(model) {
					dev.Affine(p.Value.Buffer(), p.Value.Buffer(), 2, 0, kernels.Overwrite) // apart, so that few distances tie
				}
				tape := autograd.NewTape(dev)
				defer tape.Free()
				step := func() (*autograd.Var, float64) {
					tape.Reset()
					x := tape.Constant(truth, n, dim)
					z := encoder.Forward(x)
					s := topoloss.Step{Number: 4, Batch: x, Latent: z, Output: decoder.Forward(z)}
					s.Samples = decoder.Forward(tape.Normal(1, 1, n, latent))
					target, err := obj.Target(t.Context(), x)
					require.NoError(t, err)
					out, err := obj.Apply(t.Context(), s, target)
					require.NoError(t, err)
					loss := nn.MSE(s.Output, x)
					mse, err := loss.Item()
					require.NoError(t, err)
					if out.OK {
						loss = autograd.Add(loss, out.Var)
					}
					return loss, float64(mse) + out.Value
				}
				loss, _ := step()
				tape.Backward(loss)
				for _, p := range params {
					values, err := p.Value.Values()
					require.NoError(t, err)
					grad, err := p.Grad.Values()
					require.NoError(t, err)
					for i, g := range grad {
						closest := math.Inf(1)
						at := func(v float32) float64 {
							moved := slices.Clone(values)
							moved[i] = v
							p.Value.Write(moved)
							_, value := step()
							return value
						}
						for _, h := range []float32{1e-2, 3e-3, 1e-3, 3e-4, 1e-4} {
							above, below := values[i]+h, values[i]-h
							closest = min(closest, math.Abs((at(above)-at(below))/float64(above-below)-float64(g)))
						}
						require.Less(t, closest, 8e-3*max(1, math.Abs(float64(g))), "%s[%d] with derivative %v", p.Name, i, g)
					}
					p.Value.Write(values)
				}
			})
		}
	}
}
