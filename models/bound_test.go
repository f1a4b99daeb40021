package models_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

// A linear VAE x = w·z + b + σε of one latent variable and two values, whose likelihood is
// a Gaussian of covariance wwᵀ + σ². Its posterior is Gaussian with mean a·(x − b) and
// variance s², where s² = σ²/(σ² + |w|²) and a = w/(σ² + |w|²). A pair of hidden units with
// weights ±1 makes ReLU linear.
const sigma = 0.5

var w, b = [2]float64{0.8, -0.3}, [2]float64{0.2, 0.1}

// linear returns the linear VAE with the exact posterior, but for an error of its mean and
// a factor of its deviation.
func linear(t *testing.T, dev kernels.Device, shift, factor float64) *models.VAE {
	s := models.Spec{Kind: models.KindVAE, Latent: 1, Hidden: []int{4}, Likelihood: models.Gaussian, Sigma: sigma}
	m, err := models.New(dev, s, []int{2}, false, 1)
	require.NoError(t, err)
	total := sigma*sigma + w[0]*w[0] + w[1]*w[1]
	a := [2]float64{w[0] / total, w[1] / total}
	for name, values := range map[string][]float64{
		// Hidden units of the encoder: x₀, −x₀, x₁, −x₁. Those of the decoder: z, −z, 0, 0.
		"encoder.fc1.weight":       {1, 0, -1, 0, 0, 1, 0, -1},
		"encoder.fc1.bias":         {0, 0, 0, 0},
		"encoder.fc_mu.weight":     {a[0], -a[0], a[1], -a[1]},
		"encoder.fc_mu.bias":       {shift - a[0]*b[0] - a[1]*b[1]},
		"encoder.fc_logvar.weight": {0, 0, 0, 0},
		"encoder.fc_logvar.bias":   {math.Log(factor * factor * sigma * sigma / total)},
		"decoder.fc1.weight":       {1, -1, 0, 0},
		"decoder.fc1.bias":         {0, 0, 0, 0},
		"decoder.fc2.weight":       {w[0], -w[0], 0, 0, w[1], -w[1], 0, 0},
		"decoder.fc2.bias":         {b[0], b[1]},
	} {
		set := false
		for _, p := range nn.Parameters(m) {
			if p.Name == name {
				row := make([]float32, len(values))
				for i, v := range values {
					row[i] = float32(v)
				}
				require.Len(t, row, p.Value.Len(), name)
				p.Value.Write(row)
				set = true
			}
		}
		require.True(t, set, name)
	}
	return m.(*models.VAE)
}

// exact returns the log-likelihood of a point.
func exact(x []float32) float64 {
	total := sigma*sigma + w[0]*w[0] + w[1]*w[1]
	d := [2]float64{float64(x[0]) - b[0], float64(x[1]) - b[1]}
	along := d[0]*w[0] + d[1]*w[1]
	square := (d[0]*d[0] + d[1]*d[1] - along*along/total) / (sigma * sigma)
	return -(square + math.Log(sigma*sigma*total) + 2*math.Log(2*math.Pi)) / 2
}

var points = []float32{0.3, 0.2, -1, 0.7, 2, -1.5, 0.2, 0.1}

func bound(t *testing.T, dev kernels.Device, v *models.VAE, x []float32, draws int, seed uint64) models.Bound {
	tape := autograd.NewTape(dev)
	defer tape.Free()
	bound, err := v.Bound(tape, x, draws, seed, 0)
	require.NoError(t, err)
	return bound
}

// With the exact posterior all weights are p(x): both bounds are exact, with any number of
// draws.
func TestBoundOfExactPosterior(t *testing.T) {
	dev := device(t)
	v := linear(t, dev, 0, 1)
	for _, draws := range []int{1, 7} {
		got := bound(t, dev, v, points, draws, 3)
		for i := range 4 {
			require.InDelta(t, exact(points[2*i:2*i+2]), got.ELBO[i], 2e-6)
			require.InDelta(t, exact(points[2*i:2*i+2]), got.Importance[i], 2e-6)
		}
	}
}

// With another posterior ELBO misses log p(x) by the divergence of the posterior from the
// exact one. The importance-weighted bound comes nearer with more draws.
func TestBoundApproachesLikelihood(t *testing.T) {
	const shift, factor = 0.4, 1.3
	dev := device(t)
	v := linear(t, dev, shift, factor)
	variance := sigma * sigma / (sigma*sigma + w[0]*w[0] + w[1]*w[1])
	divergence := (factor*factor + shift*shift/variance - 1 - math.Log(factor*factor)) / 2
	// Many examples at one point average over the draws.
	const copies = 400
	x := make([]float32, 0, 2*copies)
	for range copies {
		x = append(x, points[4], points[5])
	}
	likelihood := exact(x[:2])
	mean := func(values []float64) (sum float64) {
		for _, v := range values {
			sum += v / copies
		}
		return sum
	}
	last := math.Inf(1)
	for _, draws := range []int{1, 4, 32, 256} {
		got := bound(t, dev, v, x, draws, 5)
		require.InDelta(t, likelihood-divergence, mean(got.ELBO), 0.3/math.Sqrt(float64(draws)), "%d draws", draws)
		gap := likelihood - mean(got.Importance)
		t.Logf("%d draws: ELBO %.4f, importance-weighted %.4f, log-likelihood %.4f", draws, mean(got.ELBO), mean(got.Importance), likelihood)
		require.Less(t, gap, last/1.5)
		require.Greater(t, gap, -0.01)
		last = gap
	}
	require.Less(t, last, 0.02)
}

// TestBoundOfPictures compares the ELBO with the mean loss of the VAE over as many draws. The
// loss has the divergence in closed form, but the ELBO estimates it from the draws. So the two
// differ by the error of this estimate.
func TestBoundOfPictures(t *testing.T) {
	dev := device(t)
	v := models.NewVAE(dev, 3, 1)
	x := pictures(4)
	tape := autograd.NewTape(dev)
	defer tape.Free()
	const draws = 200
	got, err := v.Bound(tape, x, draws, 1, 0)
	require.NoError(t, err)
	tape.Reset()
	tape.Eval()
	var loss float64
	for k := range draws {
		tape.NoGrad(func() {
			value, err := v.Forward(tape.Constant(x, 4, 1, 28, 28), 1, uint64(k)).Total.Item()
			require.NoError(t, err)
			loss += float64(value) / draws
		})
		tape.Reset()
	}
	var sum float64
	for i := range got.ELBO {
		require.GreaterOrEqual(t, got.Importance[i], got.ELBO[i])
		sum += got.ELBO[i]
	}
	require.InDelta(t, -loss, sum, 0.5)
	require.Panics(t, func() { v.Bound(tape, x, 0, 1, 0) })
	require.Panics(t, func() { v.Bound(tape, x[:5], 1, 1, 0) })
}
