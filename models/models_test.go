package models_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

// uniform returns a tensor of values in [0, 1).
func uniform(dev kernels.Device, shape ...int) *autograd.Tensor {
	x := autograd.NewTensor(dev, shape...)
	dev.Uniform(x.Buffer(), 3, 1)
	return x
}

// TestEveryModelOfEveryShape: all kinds, for pictures of odd sizes and colours and for
// rows, keep the shape, have true gradients, and repeat under the same noise.
func TestEveryModelOfEveryShape(t *testing.T) {
	dev := device(t)
	for _, c := range []struct {
		shape []int
		unit  bool
		spec  models.Spec
	}{
		{[]int{1, 7, 6}, true, models.Spec{Channels: []int{2, 3}, Hidden: []int{5}}},
		{[]int{3, 5, 9}, true, models.Spec{Channels: []int{3}, Hidden: []int{4}, Likelihood: models.Gaussian, Sigma: 0.5}},
		{[]int{2, 4, 4}, false, models.Spec{Hidden: []int{6, 5}}},
		{[]int{3}, false, models.Spec{Hidden: []int{4, 5}, Beta: 3, MMD: 2}},
		{[]int{4}, true, models.Spec{Hidden: []int{4}}},
	} {
		for _, k := range models.Kinds() {
			kind := k.Name
			c.spec.Kind, c.spec.Latent = kind, 2
			t.Run(fmt.Sprint(kind, c.shape), func(t *testing.T) {
				m, err := models.New(dev, c.spec, c.shape, c.unit, 1)
				require.NoError(t, err)
				require.Equal(t, 2, m.Latent())
				const n = 3
				batch := append([]int{n}, c.shape...)
				x := uniform(dev, batch...)
				tape := autograd.NewTape(dev)
				out := m.Forward(tape.Input(x), 5, 6)
				require.Equal(t, batch, out.Reconstruction.Shape())
				require.Equal(t, []int{n, 2}, out.Latent.Shape())
				require.Equal(t, batch, models.Sample(m, tape, n, 5, 7).Shape())
				var names []string
				for _, l := range out.Losses {
					names = append(names, l.Name)
				}
				require.Equal(t, m.LossNames(), names)
				first, err := out.Total.Item()
				require.NoError(t, err)
				tape.Reset()
				again, err := m.Forward(tape.Input(x), 5, 6).Total.Item()
				require.NoError(t, err)
				require.Equal(t, first, again)
				if kind == models.KindGAN {
					require.Nil(t, m.Encode(tape.Input(x)))
				} else {
					require.Equal(t, []int{n, 2}, m.Encode(tape.Input(x)).Shape())
				}
				// Spread the weights, so that few units of ReLU lie near their kink.
				for _, p := range nn.Parameters(m) {
					dev.Affine(p.Value.Buffer(), p.Value.Buffer(), 1.5, 0, kernels.Overwrite)
				}
				requireGradient(t, m, func(tape *autograd.Tape) *autograd.Var { return m.Forward(tape.Input(x), 5, 6).Total })
				if a, ok := m.(models.Adversarial); ok {
					requireGradient(t, a.Critic(), func(tape *autograd.Tape) *autograd.Var {
						return a.CriticLoss(tape.Input(x), 5, 6).Var
					})
				}
			})
		}
	}
}

// TestBatchNormalization checks that hidden layers normalize by the mean and variance of the
// batch in training, and by running ones in an evaluation, so that an example does not depend on
// others.
func TestBatchNormalization(t *testing.T) {
	dev := device(t)
	m, err := models.New(dev, models.Spec{Kind: models.KindAE, Latent: 2, Hidden: []int{5, 4}, Normalize: true}, []int{3}, false, 1)
	require.NoError(t, err)
	var names []string
	for _, p := range nn.Parameters(m) {
		names = append(names, p.Name)
	}
	require.Subset(t, names, []string{"encoder.fc1_bn.running_mean", "encoder.fc2_bn.weight", "decoder.fc1_bn.bias", "decoder.fc2_bn.running_var"})
	require.NotContains(t, names, "decoder.fc3_bn.weight")
	tape := autograd.NewTape(dev)
	x := uniform(dev, 6, 3)
	forward := func(x *autograd.Tensor, train bool) []float32 {
		tape.Reset()
		if tape.Eval(); train {
			tape.Train(1, 1)
		}
		y, err := m.Forward(tape.Input(x), 5, 6).Reconstruction.Values()
		require.NoError(t, err)
		return y
	}
	before := forward(x, false)
	first := autograd.TensorOf(dev, values(t, x)[:3], 1, 3)
	require.Equal(t, before[:3], forward(first, false))
	trained := forward(x, true)
	require.NotEqual(t, before, trained)
	require.NotEqual(t, before, forward(x, false), "the batch is remembered")
}

// requireGradient compares the gradient of a loss along itself with central
// differences of several widths: wide ones meet kinks of ReLU, narrow ones rounding.
func requireGradient(t *testing.T, m nn.Module, loss func(tape *autograd.Tape) *autograd.Var) {
	t.Helper()
	params := nn.Parameters(m)
	require.NotEmpty(t, params)
	tape := autograd.NewTape(params[0].Value.Device())
	tape.Backward(loss(tape))
	var at, gradient [][]float32
	var square float64
	for _, p := range params {
		at, gradient = append(at, values(t, p.Value)), append(gradient, values(t, p.Grad))
		for _, g := range gradient[len(gradient)-1] {
			square += float64(g) * float64(g)
		}
	}
	norm := math.Sqrt(square)
	require.Positive(t, norm)
	moved := func(by float64) float64 {
		for k, p := range params {
			x := make([]float32, len(at[k]))
			for i := range x {
				x[i] = at[k][i] + float32(by*float64(gradient[k][i])/norm)
			}
			p.Value.Write(x)
		}
		tape.Reset()
		v, err := loss(tape).Item()
		require.NoError(t, err)
		return float64(v)
	}
	closest := math.Inf(1)
	for _, h := range []float64{1e-1, 3e-2, 1e-2, 3e-3, 1e-3} {
		closest = min(closest, math.Abs((moved(h)-moved(-h))/(2*h)-norm)/norm)
	}
	moved(0)
	require.Less(t, closest, 0.01)
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		spec  models.Spec
		shape []int
		unit  bool
		want  models.Spec
	}{
		{models.Spec{}, []int{1, 28, 28}, true, models.Spec{Kind: "vae", Latent: 10, Channels: []int{32, 64}, Hidden: []int{256}, Likelihood: "bernoulli", Sigma: 0.1, Beta: 1, MMD: 10}},
		{models.Spec{}, []int{2}, false, models.Spec{Kind: "vae", Latent: 2, Hidden: []int{64, 64}, Likelihood: "learnt", Sigma: 0.1, Beta: 1, MMD: 10}},
		{models.Spec{Hidden: []int{9}, Kind: "ae"}, []int{3, 8, 8}, true, models.Spec{Kind: "ae", Latent: 10, Hidden: []int{9}, Likelihood: "bernoulli", Sigma: 0.1, Beta: 1, MMD: 10}},
	} {
		got := c.spec.Resolve(c.shape, c.unit)
		require.Equal(t, c.want, got)
		require.Equal(t, got, got.Resolve(c.shape, c.unit))
		require.NoError(t, c.spec.Validate(c.shape, c.unit))
	}
}

func TestValidate(t *testing.T) {
	for want, c := range map[string]struct {
		spec  models.Spec
		shape []int
		unit  bool
	}{
		`model is "diffusion"`:             {models.Spec{Kind: "diffusion"}, []int{2}, false},
		"n-latent is -1":                   {models.Spec{Latent: -1}, []int{2}, false},
		"channels are [4 0]":               {models.Spec{Channels: []int{4, 0}}, []int{1, 8, 8}, true},
		"hidden are [-2]":                  {models.Spec{Hidden: []int{-2}}, []int{2}, false},
		"normalize is set: a gan has no":   {models.Spec{Kind: "gan", Normalize: true}, []int{2}, false},
		"hidden is empty":                  {models.Spec{Hidden: []int{}}, []int{2}, false},
		"examples of shape [2] have none":  {models.Spec{Channels: []int{4}}, []int{2}, false},
		"cannot be halved 2 times":         {models.Spec{}, []int{1, 3, 9}, true},
		"is for values in [0, 1]":          {models.Spec{Likelihood: "bernoulli"}, []int{2}, false},
		`likelihood is "poisson"`:          {models.Spec{Likelihood: "poisson"}, []int{2}, false},
		"sigma is -1, must be positive":    {models.Spec{Sigma: -1}, []int{2}, false},
		"beta is +Inf, must be positive":   {models.Spec{Beta: math.Inf(1)}, []int{2}, false},
		"mmd is NaN, must be positive":     {models.Spec{MMD: math.NaN()}, []int{2}, false},
		"n-latent is 65537, must be 1 to ": {models.Spec{Latent: 1<<16 + 1}, []int{2}, false},
	} {
		require.ErrorContains(t, c.spec.Validate(c.shape, c.unit), want)
		_, err := models.New(device(t), c.spec, c.shape, c.unit, 1)
		require.ErrorContains(t, err, want)
	}
}

// TestDiscrepancy follows the definition.
func TestDiscrepancy(t *testing.T) {
	dev := device(t)
	const n, d = 5, 3
	x, y := uniform(dev, n, d), autograd.NewTensor(dev, n, d)
	dev.Normal(y.Buffer(), 2, 2)
	a, b := values(t, x), values(t, y)
	k := func(p, q []float32, i, j int) float64 {
		var square float64
		for c := range d {
			diff := float64(p[i*d+c]) - float64(q[j*d+c])
			square += diff * diff
		}
		return 2 * d / (2*d + square)
	}
	var want float64
	for i := range n {
		for j := range n {
			if i != j {
				want += (k(a, a, i, j) + k(b, b, i, j)) / (n * (n - 1))
			}
			want -= 2 * k(a, b, i, j) / (n * n)
		}
	}
	tape := autograd.NewTape(dev)
	got, err := models.Discrepancy(tape.Input(x), tape.Input(y)).Item()
	require.NoError(t, err)
	require.InDelta(t, want, got, 1e-5)
	require.NoError(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return models.Discrepancy(in[0], in[1])
	}, x, y))
	require.Panics(t, func() { models.Discrepancy(tape.Input(x), tape.Input(uniform(dev, n, d+1))) })
}

// TestGaussianLikelihood follows the definition, fixed and learnt.
func TestGaussianLikelihood(t *testing.T) {
	dev := device(t)
	for _, likelihood := range []string{models.Gaussian, models.GaussianLearn} {
		m, err := models.New(dev, models.Spec{Likelihood: likelihood, Sigma: 0.3}, []int{2}, false, 1)
		require.NoError(t, err)
		sigma := 0.3
		for _, p := range nn.Parameters(m) {
			if p.Name == "decoder.log_sigma" {
				sigma = 0.7
				p.Value.Write([]float32{float32(math.Log(sigma))})
			}
		}
		tape := autograd.NewTape(dev)
		x := tape.Input(uniform(dev, 4, 2))
		out := m.Forward(x, 1, 1)
		a, err := x.Values()
		require.NoError(t, err)
		b, err := out.Reconstruction.Values()
		require.NoError(t, err)
		var want float64
		for i := range a {
			z := float64(a[i]-b[i]) / sigma
			want += z*z/2 + math.Log(sigma) + math.Log(2*math.Pi)/2
		}
		got, err := out.Losses[0].Var.Item()
		require.NoError(t, err)
		require.Equal(t, "nll", out.Losses[0].Name)
		require.InEpsilon(t, want, got, 1e-5, likelihood)
	}
}
