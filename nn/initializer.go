package nn

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Initializer creates the initial parameters of layers on a device. As in
// PyTorch, weights and biases are uniform in ±1/√fan_in, which is He's
// initialization (He et al. 2015) with a = √5. The k-th parameter is drawn from
// stream k of the seed: the seed and the order of creation decide every value, to
// the bit, on every device.
type Initializer struct {
	device kernels.Device
	seed   uint64
	stream uint64
}

// NewInitializer returns an initializer for parameters on dev.
func NewInitializer(dev kernels.Device, seed uint64) *Initializer {
	if dev == nil {
		panic("nn: NewInitializer of a nil device")
	}
	return &Initializer{device: dev, seed: seed}
}

// Parameter returns a parameter with values uniform in ±1/√fanIn, for layers
// such as those of this package. fanIn is the number of inputs of one output; it
// must be positive.
func (in *Initializer) Parameter(name string, fanIn int, shape ...int) *autograd.Parameter {
	if fanIn <= 0 {
		panic(fmt.Sprintf("nn: parameter %s of shape %v with fan-in %d", name, shape, fanIn))
	}
	if in == nil {
		panic("nn: parameter " + name + " of a nil Initializer: NewInitializer makes one")
	}
	value := autograd.NewTensor(in.device, shape...)
	b := value.Buffer()
	in.device.Uniform(b, in.seed, in.stream)
	// 2x − 1 is exact, and the product rounds once. A single a·x + b would depend
	// on whether the device fuses multiplication and addition.
	in.device.Affine(b, b, 2, -1, kernels.Overwrite)
	in.device.Affine(b, b, float32(1/math.Sqrt(float64(fanIn))), 0, kernels.Overwrite)
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
	if in == nil {
		panic("nn: a parameter of a nil Initializer: NewInitializer makes one")
	}
	x := autograd.NewTensor(in.device, shape...)
	in.device.Fill(x.Buffer(), value)
	return x
}
