package nn

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Initializer makes the initial parameters of layers on a device, PyTorch's
// way: uniform in ±1/√fan_in, for weights and biases alike. The seed and the
// order in which layers are made decide every value, on every device.
type Initializer struct {
	device kernels.Device
	seed   uint64
	stream uint64
}

// NewInitializer returns an initializer for parameters on dev.
func NewInitializer(dev kernels.Device, seed uint64) *Initializer {
	return &Initializer{device: dev, seed: seed}
}

// parameter returns a parameter with values uniform in ±1/√fanIn.
func (in *Initializer) parameter(name string, fanIn int, shape ...int) *autograd.Parameter {
	value := autograd.NewTensor(in.device, shape...)
	bound := float32(1 / math.Sqrt(float64(fanIn)))
	in.device.Uniform(value.Buffer(), in.seed, in.stream)
	in.device.Affine(value.Buffer(), value.Buffer(), 2*bound, -bound, kernels.Set)
	in.stream++
	return autograd.NewParameter(name, value)
}

// weights are what every layer here has: a weight and a bias, PyTorch's names.
type weights struct {
	Weight, Bias *autograd.Parameter
}

// Visit visits "weight", then "bias".
func (w *weights) Visit(f Visitor) {
	f("weight", w.Weight)
	f("bias", w.Bias)
}

// on puts both on x's tape.
func (w *weights) on(x *autograd.Var) (weight, bias *autograd.Var) {
	t := x.Tape()
	return t.Param(w.Weight), t.Param(w.Bias)
}

// Linear is the layer act(x·wᵀ + b) from …×in to …×out.
// Its weight has shape out×in.
type Linear struct {
	weights
	Act kernels.Func
}

// NewLinear returns a linear layer with initial parameters.
func NewLinear(init *Initializer, in, out int, act kernels.Func) *Linear {
	return &Linear{weights{init.parameter("weight", in, out, in), init.parameter("bias", in, out)}, act}
}

// Forward applies the layer.
func (l *Linear) Forward(x *autograd.Var) *autograd.Var {
	w, b := l.on(x)
	return autograd.Linear(x, w, b, l.Act)
}

// Conv2d is the layer act(x ⋆ w + b) from N×in×H×W to N×out×H′×W′.
// Its weight has shape out×in×k×k.
type Conv2d struct {
	weights
	Window autograd.Window
	Act    kernels.Func
}

// NewConv2d returns a convolution with square kernels of side k and initial
// parameters.
func NewConv2d(init *Initializer, in, out, k int, window autograd.Window, act kernels.Func) *Conv2d {
	fan := in * k * k
	return &Conv2d{weights{init.parameter("weight", fan, out, in, k, k), init.parameter("bias", fan, out)}, window, act}
}

// Forward applies the layer.
func (c *Conv2d) Forward(x *autograd.Var) *autograd.Var {
	w, b := c.on(x)
	return autograd.Conv2d(x, w, b, c.Window, c.Act)
}

// ConvTranspose2d is the transposed convolution from N×in×H×W to N×out×H′×W′.
// Its weight has shape in×out×k×k.
type ConvTranspose2d struct {
	weights
	Window autograd.Window
	Act    kernels.Func
}

// NewConvTranspose2d returns a transposed convolution with square kernels of
// side k and initial parameters. As in PyTorch, fan_in is out·k·k.
func NewConvTranspose2d(init *Initializer, in, out, k int, window autograd.Window, act kernels.Func) *ConvTranspose2d {
	fan := out * k * k
	return &ConvTranspose2d{weights{init.parameter("weight", fan, in, out, k, k), init.parameter("bias", fan, out)}, window, act}
}

// Forward applies the layer.
func (c *ConvTranspose2d) Forward(x *autograd.Var) *autograd.Var {
	w, b := c.on(x)
	return autograd.ConvTranspose2d(x, w, b, c.Window, c.Act)
}
