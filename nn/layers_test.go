package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

func newDevice(t testing.TB) *cpu.Device {
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
	bare := nn.NewLinear(in, 8, 4, nn.Tanh)
	bare.Bias = nil
	return nn.Sequential{
		nn.NewConv2d(in, 2, 3, 3, nn.ConvOptions{Padding: 1}, nn.Tanh),
		nn.NewConvTranspose2d(in, 3, 2, 4, nn.ConvOptions{Stride: 2, Padding: 1}, nn.Identity),
		nn.Func(autograd.Sigmoid),
		nn.Flatten{},
		nn.NewLinear(in, 2*8*8, 16, nn.Softplus),
		nn.Reshape{2, 8},
		bare,
	}
}

func TestLayersMakeShapes(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	x := tape.Input(autograd.NewTensor(dev, 5, 2, 4, 4))
	for i, want := range [][]int{{5, 3, 4, 4}, {5, 2, 8, 8}, {5, 2, 8, 8}, {5, 128}, {5, 16}, {5, 2, 8}, {5, 2, 4}} {
		x = small(dev, 1)[i].Forward(x)
		require.Equal(t, want, x.Shape(), "layer %d", i)
	}
}

func TestParametersHaveTheirNamesAndBounds(t *testing.T) {
	dev := newDevice(t)
	want := []struct {
		name  string
		shape []int
		fan   int
	}{
		{"0.weight", []int{3, 2, 3, 3}, 18}, {"0.bias", []int{3}, 18},
		{"1.weight", []int{3, 2, 4, 4}, 32}, {"1.bias", []int{2}, 32},
		{"4.weight", []int{16, 128}, 128}, {"4.bias", []int{16}, 128},
		{"6.weight", []int{4, 8}, 8},
	}
	params := nn.Parameters(small(dev, 1))
	require.Len(t, params, len(want))
	for i, p := range params {
		require.Equal(t, want[i].name, p.Name)
		require.Equal(t, want[i].shape, p.Value.Shape())
		bound := 1 / math.Sqrt(float64(want[i].fan))
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range values(t, p.Value) {
			least, most = min(least, float64(v)), max(most, float64(v))
		}
		require.GreaterOrEqual(t, least, -bound*(1+1e-6))
		require.LessOrEqual(t, most, bound*(1+1e-6))
		if p.Value.Len() > 20 {
			require.Less(t, least, -0.8*bound, p.Name)
			require.Greater(t, most, 0.8*bound, p.Name)
		}
	}
}

// TestInitialParametersAreExact follows the definition: the next device must
// start from the same weights.
func TestInitialParametersAreExact(t *testing.T) {
	dev := newDevice(t)
	in := nn.NewInitializer(dev, 9)
	for stream := range uint64(3) {
		p := in.Parameter("w", 7, 5, 11)
		uniform := autograd.NewTensor(dev, 55)
		dev.Uniform(uniform.Buffer(), 9, stream)
		bound := float32(1 / math.Sqrt(7))
		for i, u := range values(t, uniform) {
			require.Equal(t, bound*(2*u-1), values(t, p.Value)[i])
		}
	}
	require.PanicsWithValue(t, "nn: parameter w of shape [3 0] with fan-in 0", func() { in.Parameter("w", 0, 3, 0) })
}

func TestInitialParametersFollowTheSeed(t *testing.T) {
	dev, one := newDevice(t), cpu.New(cpu.Threads(1))
	defer one.Close()
	a, b, c := nn.Parameters(models.NewVAE(dev, 5, 7)), nn.Parameters(models.NewVAE(one, 5, 7)), nn.Parameters(models.NewVAE(dev, 5, 8))
	for i := range a {
		require.Equal(t, values(t, a[i].Value), values(t, b[i].Value), a[i].Name)
		require.NotEqual(t, values(t, a[i].Value), values(t, c[i].Value), a[i].Name)
	}
}

func TestGradientsOfLayers(t *testing.T) {
	dev := newDevice(t)
	model := small(dev, 3)
	x := autograd.NewTensor(dev, 2, 2, 4, 4)
	dev.Normal(x.Buffer(), 5, 0)
	require.NoError(t, autograd.CheckParameters(func(tape *autograd.Tape) *autograd.Var {
		return model.Forward(tape.Input(x))
	}, nn.Parameters(model)...))
}

// TestSharedParameters trains a layer that a model uses twice.
func TestSharedParameters(t *testing.T) {
	dev := newDevice(t)
	layer := nn.NewLinear(nn.NewInitializer(dev, 1), 3, 3, nn.Tanh)
	model := nn.Sequential{layer, layer}
	params := nn.Parameters(model)
	require.Len(t, params, 2)
	require.Equal(t, []string{"0.weight", "0.bias"}, []string{params[0].Name, params[1].Name})
	x := autograd.NewTensor(dev, 2, 3)
	dev.Normal(x.Buffer(), 5, 0)
	forward := func(tape *autograd.Tape) *autograd.Var { return model.Forward(tape.Input(x)) }
	require.NoError(t, autograd.CheckParameters(forward, params...))

	sgd := nn.NewSGD(params, nn.OptimizerOptions{LearningRate: 0.5}, 0, false)
	tape := autograd.NewTape(dev)
	before := values(t, layer.Weight.Value)
	tape.Backward(autograd.Sum(forward(tape)))
	require.NoError(t, sgd.Step())
	for i, g := range values(t, layer.Weight.Grad) {
		require.InDelta(t, before[i]-0.5*g, values(t, layer.Weight.Value)[i], 1e-6)
	}
}
