package nn_test

import (
	"fmt"
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/nn"
)

// An array of the reference's file.
type array struct {
	Shape []int     `json:"shape"`
	Data  []float64 `json:"data"`
}

func (a array) float32s() []float32 {
	x := make([]float32, len(a.Data))
	for i, v := range a.Data {
		x[i] = float32(v)
	}
	return x
}

func (a array) ints() []int {
	x := make([]int, len(a.Data))
	for i, v := range a.Data {
		x[i] = int(v)
	}
	return x
}

func (a array) tensor(dev kernels.Device) *autograd.Tensor {
	return autograd.TensorOf(dev, a.float32s(), a.Shape...)
}

// settings are what a case of the reference sets, absent ones being nil or zero.
type settings struct {
	Eps            float32   `json:"eps"`
	Groups         int       `json:"groups"`
	Slope          float32   `json:"slope"`
	Approximate    string    `json:"approximate"`
	Alpha          float32   `json:"alpha"`
	Kernel         [2]int    `json:"kernel"`
	Stride         [2]int    `json:"stride"`
	Padding        [2]int    `json:"padding"`
	CountPadding   *bool     `json:"count_include_pad"`
	Scale          [2]int    `json:"scale"`
	P              float32   `json:"p"`
	Reduction      string    `json:"reduction"`
	Target         array     `json:"target"`
	Weight         []float32 `json:"weight"`
	LabelSmoothing float32   `json:"label_smoothing"`
	IgnoreIndex    *int      `json:"ignore_index"`
	Delta          float32   `json:"delta"`
	Beta           float32   `json:"beta"`
}

// A layerCase is one of the reference's layers.
type layerCase struct {
	Name string `json:"name"`
	settings
	Inputs    map[string]array `json:"inputs"`
	Output    array            `json:"output"`
	Gradients map[string]array `json:"gradients"`
}

// referenceDevices are the devices that are compared with the reference.
func referenceDevices(t *testing.T) map[string]kernels.Device {
	// The tests of package gpu run with the simulator's checks; without them it is faster.
	sim, err := gpu.New(ptxsim.New(ptxsim.Options{Unchecked: true}))
	require.NoError(t, err)
	devices := map[string]kernels.Device{"cpu": cpu.New(), "sim": sim}
	t.Cleanup(func() {
		for dev := range maps.Values(devices) {
			require.NoError(t, dev.Close())
		}
	})
	return devices
}

func TestLayersAgainstReference(t *testing.T) {
	var file struct {
		Layers []layerCase `json:"layers"`
	}
	golden.Read(t, &file, "golden2", "layers.json")
	require.NotEmpty(t, file.Layers)
	for name, dev := range referenceDevices(t) {
		for i, c := range file.Layers {
			t.Run(fmt.Sprintf("%s/%d %s", name, i, c.Name), func(t *testing.T) { c.run(t, dev) })
		}
	}
}

func (c layerCase) run(t *testing.T, dev kernels.Device) {
	tape := autograd.NewTape(dev)
	defer tape.Free()
	in := make(map[string]*autograd.Var)
	for name, a := range c.Inputs {
		in[name] = tape.Variable(a.tensor(dev))
	}
	y := c.compute(in)
	require.Equal(t, c.Output.Shape, y.Shape())
	got, err := y.Values()
	require.NoError(t, err)
	requireNear(t, c.Output.Data, got, 1e-6, "output")

	tape.Backward(autograd.Sum(autograd.Mul(y, directions(tape, y))))
	tolerance := 5e-6
	if c.Name == "groupnorm" && c.Groups == 4 {
		tolerance = 1e-3 // two values that all but cancel in each group
	}
	for name, want := range c.Gradients {
		got := make([]float32, len(want.Data))
		require.NoError(t, dev.Read(got, in[name].Grad()))
		requireNear(t, want.Data, got, tolerance, "gradient of "+name)
	}
}

// directions returns sin(i+1) for each element, whose sum with y the reference
// differentiates.
func directions(tape *autograd.Tape, y *autograd.Var) *autograd.Var {
	d := make([]float32, y.Len())
	for i := range d {
		d[i] = float32(math.Sin(float64(i + 1)))
	}
	return tape.Constant(d, y.Shape()...)
}

// requireNear compares relatively to the largest value.
func requireNear(t *testing.T, want []float64, got []float32, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want))
	size := 1e-6
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for i, w := range want {
		require.InDelta(t, w, got[i], tolerance*size, "%s, element %d", what, i)
	}
}

// compute returns what the case's name says of its inputs.
func (c layerCase) compute(in map[string]*autograd.Var) *autograd.Var {
	x := in["x"]
	switch c.Name {
	case "layernorm":
		return c.normalization(x, in["weight"], in["bias"], func(init *nn.Initializer) nn.Layer {
			l := nn.NewLayerNorm(init, in["weight"].Shape()...)
			l.Epsilon = c.Eps
			return l
		})
	case "groupnorm":
		return c.normalization(x, in["weight"], in["bias"], func(init *nn.Initializer) nn.Layer {
			g := nn.NewGroupNorm(init, c.Groups, in["weight"].Len())
			g.Epsilon = c.Eps
			return g
		})
	case "leaky_relu":
		return nn.LeakyReLU(c.Slope).Forward(x)
	case "leaky_relu at 0":
		return nn.LeakyReLU(0.2).Forward(x)
	case "gelu", "gelu at 0":
		if c.Approximate == "tanh" {
			return nn.GELUTanh.Forward(x)
		}
		return nn.GELU.Forward(x)
	case "silu", "silu at 0":
		return nn.SiLU.Forward(x)
	case "elu":
		return nn.ELU(c.Alpha).Forward(x)
	case "elu at 0":
		return nn.ELU(1).Forward(x)
	case "softplus":
		return nn.Softplus.Forward(x)
	case "relu6":
		return relu6(x)
	case "hardswish":
		return autograd.Scale(autograd.Mul(x, relu6(autograd.AddScalar(x, 3))), 1./6)
	case "selu":
		return autograd.Scale(nn.ELU(1.6732632423543772).Forward(x), 1.0507009873554805)
	case "maxpool2d":
		return nn.MaxPool2d{SizeHW: c.Kernel, StrideHW: c.Stride, PaddingHW: c.Padding}.Forward(x)
	case "avgpool2d":
		return nn.AvgPool2d{SizeHW: c.Kernel, StrideHW: c.Stride, PaddingHW: c.Padding, ExcludePadding: !*c.CountPadding}.Forward(x)
	case "upsample_nearest2d":
		return autograd.UpsampleNearest2d(x, c.Scale[0], c.Scale[1])
	case "dropout": // of a mask that is given
		return autograd.Scale(autograd.Mul(x, autograd.Detach(in["keep"])), 1/(1-c.P))
	case "l1":
		return nn.L1(x, in["target"])
	case "huber":
		return c.reduced(autograd.Huber(autograd.Sub(x, in["target"]), c.Delta), nn.Huber(x, in["target"], c.Delta))
	case "smooth_l1":
		return c.reduced(autograd.Scale(autograd.Huber(autograd.Sub(x, in["target"]), c.Beta), 1/c.Beta), nn.SmoothL1(x, in["target"], c.Beta))
	case "cross_entropy", "nll_loss of log_softmax":
		targets := c.Target.ints()
		for i, target := range targets {
			if c.IgnoreIndex != nil && target == *c.IgnoreIndex {
				targets[i] = -1
			}
		}
		o := nn.CrossEntropyOptions{ClassWeights: c.Weight, LabelSmoothing: c.LabelSmoothing}
		return c.reduced(nn.CrossEntropyEach(x, targets, o), nn.CrossEntropy(x, targets, o))
	}
	panic("no such layer here: " + c.Name)
}

func relu6(x *autograd.Var) *autograd.Var {
	below := autograd.ReLU(autograd.AddScalar(autograd.Neg(autograd.ReLU(x)), 6))
	return autograd.AddScalar(autograd.Neg(below), 6)
}

// reduced returns what the case asks for of a loss's terms and their mean.
func (c layerCase) reduced(terms, mean *autograd.Var) *autograd.Var {
	switch c.Reduction {
	case "none":
		return terms
	case "sum":
		return autograd.Sum(terms)
	}
	return mean
}

// normalization returns the layer's result without its own weight and bias, to
// which the given ones are applied.
func (c layerCase) normalization(x, weight, bias *autograd.Var, open func(*nn.Initializer) nn.Layer) *autograd.Var {
	y := open(nn.NewInitializer(x.Tape().Device(), 1)).Forward(x)
	if c.Name == "groupnorm" {
		shape := []int{weight.Len()}
		for range x.Shape()[2:] {
			shape = append(shape, 1)
		}
		weight, bias = autograd.Reshape(weight, shape...), autograd.Reshape(bias, shape...)
	}
	return autograd.Add(autograd.Mul(y, weight), bias)
}
