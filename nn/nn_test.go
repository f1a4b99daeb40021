package nn_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
)

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

// small is a model with every kind of layer.
func small(dev kernels.Device, seed uint64) nn.Sequential {
	in := nn.NewInitializer(dev, seed)
	return nn.Sequential{
		nn.NewConv2d(in, 2, 3, 3, autograd.Window{Padding: autograd.Both(1)}, kernels.Tanh),
		nn.NewConvTranspose2d(in, 3, 2, 4, autograd.Window{Stride: autograd.Both(2), Padding: autograd.Both(1)}, kernels.Identity),
		nn.Func(autograd.Sigmoid),
		nn.Func(func(x *autograd.Var) *autograd.Var { return autograd.Flatten(x, 1) }),
		nn.NewLinear(in, 2*8*8, 3, kernels.Identity),
	}
}

func TestParametersHaveTheirNamesAndBounds(t *testing.T) {
	dev := device(t)
	want := []struct {
		name  string
		shape []int
		fan   int
	}{
		{"0.weight", []int{3, 2, 3, 3}, 18}, {"0.bias", []int{3}, 18},
		{"1.weight", []int{3, 2, 4, 4}, 32}, {"1.bias", []int{2}, 32},
		{"4.weight", []int{3, 128}, 128}, {"4.bias", []int{3}, 128},
	}
	params := nn.Parameters(small(dev, 1))
	require.Len(t, params, len(want))
	for i, p := range params {
		require.Equal(t, want[i].name, p.Name)
		require.Equal(t, want[i].shape, p.Value.Shape())
		bound := 1 / math.Sqrt(float64(want[i].fan))
		largest := 0.0
		for _, v := range values(t, p.Value) {
			largest = max(largest, math.Abs(float64(v)))
		}
		require.LessOrEqual(t, largest, bound*(1+1e-6))
		if p.Value.Len() > 20 {
			require.Greater(t, largest, 0.8*bound, p.Name)
		}
	}
}

func TestInitialParametersFollowTheSeed(t *testing.T) {
	dev, one := device(t), cpu.New(cpu.Threads(1))
	defer one.Close()
	a, b, c := nn.Parameters(nn.NewVAE(dev, 5, 7)), nn.Parameters(nn.NewVAE(one, 5, 7)), nn.Parameters(nn.NewVAE(dev, 5, 8))
	for i := range a {
		require.Equal(t, values(t, a[i].Value), values(t, b[i].Value), a[i].Name)
		require.NotEqual(t, values(t, a[i].Value), values(t, c[i].Value), a[i].Name)
	}
}

func TestGradientsOfLayers(t *testing.T) {
	dev := device(t)
	model := small(dev, 3)
	x := autograd.NewTensor(dev, 2, 2, 4, 4)
	dev.Normal(x.Buffer(), 5, 0)
	require.NoError(t, autograd.CheckParameters(func(tape *autograd.Tape) *autograd.Var {
		return model.Forward(tape.Input(x))
	}, nn.Parameters(model)...))
}

func TestSaveAndLoad(t *testing.T) {
	dev := device(t)
	model, other := nn.NewVAE(dev, 4, 1), nn.NewVAE(dev, 4, 2)
	var file bytes.Buffer
	require.NoError(t, nn.Save(&file, model, map[string]string{"step": "3"}))
	data := file.Bytes()
	require.NoError(t, nn.Load(bytes.NewReader(data), other))
	a, b := nn.Parameters(model), nn.Parameters(other)
	for i := range a {
		require.Equal(t, values(t, a[i].Value), values(t, b[i].Value))
	}
	f, err := safetensors.Read(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, "3", f.Metadata["step"])

	err = nn.Load(bytes.NewReader(data), nn.NewVAE(dev, 5, 1))
	require.ErrorContains(t, err, "encoder.fc_mu.weight has shape [4 256], want [5 256]")
	err = nn.Load(bytes.NewReader(data), small(dev, 1))
	require.ErrorContains(t, err, "0.weight is missing")
	require.ErrorContains(t, err, "encoder.conv1.weight is unexpected")

	third := nn.NewVAE(dev, 4, 3)
	require.NoError(t, nn.Copy(third, model))
	require.Equal(t, values(t, a[0].Value), values(t, nn.Parameters(third)[0].Value))
}

// descend minimises Σ aᵢ(xᵢ−1)² with an optimizer and returns each step's x.
func descend(t *testing.T, dev kernels.Device, steps int, start nn.State, make func([]*autograd.Parameter) nn.Optimizer) ([][]float32, nn.State) {
	x := autograd.NewParameter("x", autograd.TensorOf(dev, []float32{3, -2, 0.5}, 3))
	opt := make([]*autograd.Parameter{x})
	if start.Tensors != nil {
		x.Value.Write(start.Tensors["x"])
		delete(start.Tensors, "x")
		require.NoError(t, opt.Restore(start))
	}
	tape := autograd.NewTape(dev)
	defer tape.Free()
	var path [][]float32
	for range steps {
		tape.Reset()
		a := tape.Constant([]float32{1, 10, 0.1}, 3)
		gap := autograd.AddScalar(tape.Param(x), -1)
		tape.Backward(autograd.Sum(autograd.Mul(a, autograd.Square(gap))))
		require.NoError(t, opt.Step())
		path = append(path, values(t, x.Value))
	}
	state := opt.State()
	state.Tensors["x"] = values(t, x.Value)
	return path, state
}

// TestOptimizers follows the definitions in float64.
func TestOptimizers(t *testing.T) {
	dev := device(t)
	type memory struct{ m, v float64 }
	adam := func(decay float64, decoupled bool) func(x, g float64, s *memory, t int) float64 {
		return func(x, g float64, s *memory, t int) float64 {
			if decoupled {
				x -= 0.1 * decay * x
			} else {
				g += decay * x
			}
			s.m, s.v = 0.9*s.m+0.1*g, 0.999*s.v+0.001*g*g
			m, v := s.m/(1-math.Pow(0.9, float64(t))), s.v/(1-math.Pow(0.999, float64(t)))
			return x - 0.1*m/(math.Sqrt(v)+1e-8)
		}
	}
	for _, c := range []struct {
		name string
		make func([]*autograd.Parameter) nn.Optimizer
		want func(x, g float64, s *memory, t int) float64
	}{
		{"Adam", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewAdam(p, nn.Rate{LearningRate: 0.1})
		}, adam(0, false)},
		{"Adam with decay", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewAdam(p, nn.Rate{LearningRate: 0.1, WeightDecay: 0.3})
		}, adam(0.3, false)},
		{"AdamW", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewAdamW(p, nn.Rate{LearningRate: 0.1, WeightDecay: 0.3})
		}, adam(0.3, true)},
		{"SGD", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewSGD(p, nn.Rate{LearningRate: 0.01}, 0, false)
		}, func(x, g float64, _ *memory, _ int) float64 { return x - 0.01*g }},
		{"SGD with momentum", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewSGD(p, nn.Rate{LearningRate: 0.01}, 0.9, false)
		}, func(x, g float64, s *memory, _ int) float64 { s.m = 0.9*s.m + g; return x - 0.01*s.m }},
		{"Nesterov", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewSGD(p, nn.Rate{LearningRate: 0.01}, 0.9, true)
		}, func(x, g float64, s *memory, _ int) float64 { s.m = 0.9*s.m + g; return x - 0.01*(g+0.9*s.m) }},
		{"schedule", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewSGD(p, nn.Rate{LearningRate: 0.02, Schedule: nn.StepDecay(5, 0.5)}, 0, false)
		}, func(x, g float64, _ *memory, t int) float64 { return x - 0.02*math.Pow(0.5, float64((t-1)/5))*g }},
		{"clipped values", func(p []*autograd.Parameter) nn.Optimizer {
			return nn.NewSGD(p, nn.Rate{LearningRate: 0.01, ClipValue: 2}, 0, false)
		}, func(x, g float64, _ *memory, _ int) float64 { return x - 0.01*min(max(g, -2), 2) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, _ := descend(t, dev, 20, nn.State{}, c.make)
			x, s := []float64{3, -2, 0.5}, make([]memory, 3)
			for k, got := range path {
				for i, a := range []float64{1, 10, 0.1} {
					x[i] = c.want(x[i], 2*a*(x[i]-1), &s[i], k+1)
					require.InDelta(t, x[i], got[i], 2e-5*max(1, math.Abs(x[i])), "step %d", k+1)
				}
			}
			// Half the way, saved and restored, is bit for bit the same.
			_, state := descend(t, dev, 9, nn.State{}, c.make)
			require.Equal(t, 9, state.Steps)
			rest, _ := descend(t, dev, 11, state, c.make)
			require.Equal(t, path[9:], rest)
		})
	}
}

func TestClipNorm(t *testing.T) {
	dev := device(t)
	path, _ := descend(t, dev, 1, nn.State{}, func(p []*autograd.Parameter) nn.Optimizer {
		return nn.NewSGD(p, nn.Rate{LearningRate: 1, ClipNorm: 0.5}, 0, false)
	})
	var square float64
	for i, x := range []float64{3, -2, 0.5} {
		square += math.Pow(float64(path[0][i])-x, 2)
	}
	require.InDelta(t, 0.5, math.Sqrt(square), 1e-5)
}

func TestRestoreRefusesAnotherState(t *testing.T) {
	dev := device(t)
	p := autograd.NewParameter("x", autograd.NewTensor(dev, 3))
	opt := nn.NewAdam([]*autograd.Parameter{p}, nn.Rate{})
	require.ErrorContains(t, opt.Restore(nn.State{Tensors: map[string][]float32{"m": {1, 2, 3}}}), "1 tensors, want 2")
	require.ErrorContains(t, opt.Restore(nn.State{Tensors: map[string][]float32{"m": {1, 2, 3}, "v": {1}}}), `1 values of "v", want 3`)
}

func TestSchedules(t *testing.T) {
	require.Equal(t, []float64{0.25, 0.5, 0.75, 1, 1}, first(5, nn.Warmup(4, nil)))
	require.Equal(t, []float64{0.5, 1, 1, 0.5, 0.25}, first(5, nn.Warmup(2, nn.StepDecay(1, 0.5))), "after warm-up the next schedule counts from 0")
	require.InDeltaSlice(t, []float64{1, 0.75, 0.5, 0.5}, append(first(1, nn.Cosine(2, 0.5)), nn.Cosine(2, 0.5)(1), nn.Cosine(2, 0.5)(2), nn.Cosine(2, 0.5)(9)), 1e-12)
}

func first(n int, s nn.Schedule) []float64 {
	var f []float64
	for i := range n {
		f = append(f, s(i))
	}
	return f
}
