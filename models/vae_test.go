package models_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

func TestVAESamples(t *testing.T) {
	dev := device(t)
	vae := models.NewVAE(dev, 3, 1)
	require.Equal(t, 3, vae.Latent())
	tape := autograd.NewTape(dev)
	x := tape.Constant(pictures(2), 2, 1, 28, 28)
	r := vae.Forward(x, 5, 8)
	require.Equal(t, []int{2, 1, 28, 28}, r.Reconstruction.Shape())
	mu, lv := vae.Posterior(x)
	for _, v := range []*autograd.Var{mu, lv, vae.Encode(x), r.Latent} {
		require.Equal(t, []int{2, 3}, v.Shape())
	}
	read := func(v *autograd.Var) []float32 {
		x, err := v.Values()
		require.NoError(t, err)
		return x
	}
	noise, mean, logVar, z := read(tape.Normal(5, 8, 2, 3)), read(mu), read(lv), read(r.Latent)
	for i := range z {
		require.InDelta(t, float64(mean[i])+float64(noise[i])*math.Exp(float64(logVar[i])/2), z[i], 1e-5)
	}
	require.Equal(t, read(r.Reconstruction), read(vae.Decode(r.Latent)))
	require.Equal(t, z, read(vae.Forward(x, 5, 8).Latent), "the same stream, the same noise")
	require.NotEqual(t, z, read(vae.Forward(x, 5, 9).Latent))
	require.NotEqual(t, z, read(vae.Forward(x, 6, 8).Latent))
	for _, p := range read(r.Reconstruction) {
		require.True(t, p >= 0 && p <= 1)
	}
	require.PanicsWithValue(t, "models: a VAE: n-latent is -1, must be 1 to 65536", func() { models.NewVAE(dev, 0, 1) })
}

// TestVAEGradient compares the gradient of the VAE's loss, noise and all, with
// central differences, for each parameter along its own gradient. The loss is
// summed in float64, for small steps: large ones meet the kinks of ReLU.
func TestVAEGradient(t *testing.T) {
	dev := device(t)
	vae := models.NewVAE(dev, 4, 1)
	params := nn.Parameters(vae)
	const n = 2
	images := pictures(n)
	tape := autograd.NewTape(dev)
	forward := func() (x *autograd.Var, r models.Output) {
		tape.Reset()
		x = tape.Constant(images, n, 1, 28, 28)
		return x, vae.Forward(x, 1, 1)
	}
	read := func(v *autograd.Var) []float32 {
		x, err := v.Values()
		require.NoError(t, err)
		return x
	}
	loss := func() (sum float64) {
		_, r := forward()
		for i, p := range read(r.Reconstruction) {
			p, q := float64(p), float64(images[i])
			sum -= q*math.Log(p) + (1-q)*math.Log(1-p)
		}
		tape.Reset()
		mu, lv := vae.Posterior(tape.Constant(images, n, 1, 28, 28))
		logVar := read(lv)
		for i, m := range read(mu) {
			m, l := float64(m), float64(logVar[i])
			sum -= (1 + l - m*m - math.Exp(l)) / 2
		}
		return sum / n
	}
	_, r := forward()
	total := autograd.Scale(r.Total, 1./n)
	value := read(total)[0]
	tape.Backward(total)
	require.InEpsilon(t, loss(), value, 1e-6)
	for _, p := range params {
		at, gradient := values(t, p.Value), values(t, p.Grad)
		var square float64
		for _, g := range gradient {
			square += float64(g) * float64(g)
		}
		norm := math.Sqrt(square)
		// moved returns the loss after a move of p along its gradient.
		moved := func(by float64) float64 {
			x := make([]float32, len(at))
			for i := range x {
				x[i] = at[i] + float32(by*float64(gradient[i])/norm)
			}
			p.Value.Write(x)
			return loss()
		}
		const h = 1e-3
		require.InEpsilon(t, norm, (moved(h)-moved(-h))/(2*h), 0.01, p.Name)
		p.Value.Write(at)
	}
}

// TestTrainingIsDeterministic trains twice, on different numbers of threads.
func TestTrainingIsDeterministic(t *testing.T) {
	train := func(threads int) *models.VAE {
		dev := cpu.New(cpu.Threads(threads))
		t.Cleanup(func() { require.NoError(t, dev.Close()) })
		vae := models.NewVAE(dev, 4, 1)
		adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 1e-3, ClipNorm: 10})
		tape := autograd.NewTape(dev)
		for step := range uint64(5) {
			tape.Reset()
			x := tape.Constant(pictures(6), 6, 1, 28, 28)
			tape.Backward(autograd.Scale(vae.Forward(x, 1, step).Total, 1./6))
			require.NoError(t, adam.Step())
		}
		return vae
	}
	requireSameParameters(t, train(1), train(3))
}

func device(t testing.TB) *cpu.Device {
	dev := cpu.New()
	t.Cleanup(func() { require.NoError(t, dev.Close()) })
	return dev
}

func values(t testing.TB, x *autograd.Tensor) []float32 {
	v, err := x.Values()
	require.NoError(t, err)
	return v
}

func requireSameParameters(t *testing.T, want, got nn.Module) {
	t.Helper()
	a, b := nn.Parameters(want), nn.Parameters(got)
	require.Len(t, b, len(a))
	for i := range a {
		require.Equal(t, values(t, a[i].Value), values(t, b[i].Value), a[i].Name)
	}
}
