package nn

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Initializer makes the initial parameters of layers on a device, PyTorch's
// way: uniform in ±1/√fan_in, for weights and biases alike, which is He's
// initialisation (He et al. 2015) with a = √5. The seed and the order in which
// parameters are made decide every value, to the bit, on every device: the k-th
// parameter is drawn from stream k of the seed.
type Initializer struct {
	device kernels.Device
	seed   uint64
	stream uint64
}

// NewInitializer returns an initializer for parameters on dev.
func NewInitializer(dev kernels.Device, seed uint64) *Initializer {
	return &Initializer{device: dev, seed: seed}
}

// Parameter returns a parameter with values uniform in ±1/√fanIn, for layers
// such as those of this package. fanIn is how many inputs an output is computed
// from; it must be positive.
func (in *Initializer) Parameter(name string, fanIn int, shape ...int) *autograd.Parameter {
	if fanIn <= 0 {
		panic(fmt.Sprintf("nn: parameter %s of shape %v with fan-in %d", name, shape, fanIn))
	}
	value := autograd.NewTensor(in.device, shape...)
	b := value.Buffer()
	in.device.Uniform(b, in.seed, in.stream)
	// In two steps of which only the second rounds, once: a·x + b in one step
	// would depend on whether the device fuses it.
	in.device.Affine(b, b, 2, -1, kernels.Set)
	in.device.Affine(b, b, float32(1/math.Sqrt(float64(fanIn))), 0, kernels.Set)
	in.stream++
	return autograd.NewParameter(name, value)
}

// Constant returns a parameter all of whose elements have the given value.
func (in *Initializer) Constant(name string, value float32, shape ...int) *autograd.Parameter {
	return autograd.NewParameter(name, in.full(value, shape))
}

// Untrained returns a parameter without a gradient all of whose elements have
// the given value.
func (in *Initializer) Untrained(name string, value float32, shape ...int) *autograd.Parameter {
	return autograd.NewUntrained(name, in.full(value, shape))
}

func (in *Initializer) full(value float32, shape []int) *autograd.Tensor {
	x := autograd.NewTensor(in.device, shape...)
	in.device.Fill(x.Buffer(), value)
	return x
}
