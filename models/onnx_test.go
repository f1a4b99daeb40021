package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/onnx/onnxtest"
)

// TestLayers: the layers of each model compute what Encode and Decode do, have the names of
// the model's parameters, and, where ONNX Runtime is installed, do the same in its hands.
func TestLayers(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, k := range models.Kinds() {
		kind := k.Name
		if kind == models.KindWAE {
			continue // it has the layers of an autoencoder
		}
		for name, shape := range map[string][]int{"points": {3}, "pictures": {1, 28, 28}, "odd pictures": {3, 13, 22}} {
			t.Run(kind+" of "+name, func(t *testing.T) {
				spec := models.Spec{Kind: kind, Normalize: name == "points" && kind != models.KindGAN}
				m, err := models.New(dev, spec, shape, true, 1)
				require.NoError(t, err)
				known := make(map[string]bool)
				for _, p := range nn.Parameters(m) {
					known[p.Name] = true
				}
				tape := autograd.NewTape(dev)
				defer tape.Free()
				tape.Eval()
				x := tape.Normal(1, 0, append([]int{4}, shape...)...)
				z := tape.Normal(2, 0, 4, m.Latent())
				encoder, decoder := m.Layers()
				for _, part := range []struct {
					layer nn.Layer
					input *autograd.Var
					model func(*autograd.Var) *autograd.Var
				}{{encoder, x, m.Encode}, {decoder, z, m.Decode}} {
					if part.layer == nil {
						require.Equal(t, models.KindGAN, kind)
						continue
					}
					want, err := part.model(part.input).Values()
					require.NoError(t, err)
					y := part.layer.Forward(part.input)
					got, err := y.Values()
					require.NoError(t, err)
					require.Equal(t, want, got)
					for _, p := range nn.Parameters(part.layer) {
						require.Contains(t, known, p.Name)
					}
				}
				for _, part := range []struct {
					name  string
					layer nn.Layer
					input []int
				}{{"encoder", encoder, shape}, {"decoder", decoder, []int{m.Latent()}}} {
					if part.layer != nil {
						t.Run(part.name, func(t *testing.T) { onnxtest.Compare(t, dev, part.layer, part.input...) })
					}
				}
			})
		}
	}
}
