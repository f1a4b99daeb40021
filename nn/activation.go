package nn

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Activation is an element-wise function. Layers with a product, such as [Linear], take
// an Activation as an argument, and compute ReLU, Sigmoid and Tanh in the kernel of the
// product. An Activation is also a [Layer] without parameters, for other places, such as
// after a normalization. The zero Activation is Identity.
type Activation uint64

// An Activation has the kind in its lowest byte, and the bits of its parameter,
// a float32, in its upper half. A kind below firstComposite is a kernels.Func.

// The activations without a parameter.
const (
	Identity = Activation(kernels.Identity)
	ReLU     = Activation(kernels.ReLU)     // max(x, 0)
	Sigmoid  = Activation(kernels.Sigmoid)  // 1/(1+e^−x)
	Tanh     = Activation(kernels.Tanh)     // (e^x−e^−x)/(e^x+e^−x)
	Softplus = Activation(kernels.Softplus) // log(1+e^x)
)

// The activations that are composed of several element-wise functions.
const (
	GELU     Activation = firstComposite + iota // see autograd.GELU
	GELUTanh                                    // an approximation of GELU: see autograd.GELUTanh
	SiLU                                        // x·Sigmoid(x), also known as swish
	leakyReLU
	elu
)

const firstComposite = 128

// LeakyReLU returns the activation that is x where x > 0 and slope·x elsewhere:
// see [autograd.LeakyReLU].
func LeakyReLU(slope float32) Activation { return leakyReLU.with(slope) }

// ELU returns the activation that is x where x > 0 and alpha·(e^x − 1)
// elsewhere: see [autograd.ELU].
func ELU(alpha float32) Activation { return elu.with(alpha) }

func (a Activation) with(parameter float32) Activation {
	return a | Activation(math.Float32bits(parameter))<<32
}

// kind returns a without its parameter.
func (a Activation) kind() Activation { return a & 0xff }

// Parameter returns the slope of LeakyReLU and the alpha of ELU, 0 for other
// activations.
func (a Activation) Parameter() float32 { return math.Float32frombits(uint32(a >> 32)) }

// Name returns the activation's name, such as "LeakyReLU".
func (a Activation) Name() string {
	switch a.kind() {
	case GELU:
		return "GELU"
	case GELUTanh:
		return "GELUTanh"
	case SiLU:
		return "SiLU"
	case leakyReLU:
		return "LeakyReLU"
	case elu:
		return "ELU"
	}
	return kernels.Func(a).String()
}

// String returns the activation's name, with its parameter if it has one, as in
// "LeakyReLU(0.2)".
func (a Activation) String() string {
	switch a.kind() {
	case leakyReLU, elu:
		return fmt.Sprintf("%s(%v)", a.Name(), a.Parameter())
	}
	return a.Name()
}

// Visit does nothing: an activation has no parameters.
func (Activation) Visit(Visitor) {}

// Forward returns the activation of x.
func (a Activation) Forward(x *autograd.Var) *autograd.Var {
	switch a.kind() {
	case Identity:
		return x
	case GELU:
		return autograd.GELU(x)
	case GELUTanh:
		return autograd.GELUTanh(x)
	case SiLU:
		return autograd.SiLU(x)
	case leakyReLU:
		return autograd.LeakyReLU(x, a.Parameter())
	case elu:
		return autograd.ELU(x, a.Parameter())
	}
	return autograd.Map(kernels.Func(a), x)
}

// split divides a into a function that the kernel of a product can apply, and an activation
// to apply to the result of the product. One of the two is Identity.
func (a Activation) split() (fused kernels.Func, after Activation) {
	if a < firstComposite {
		return kernels.Func(a), Identity
	}
	return kernels.Identity, a
}
