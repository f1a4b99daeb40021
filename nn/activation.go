package nn

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Activation is an element-wise function. It is an argument of the layers
// with a product, which compute ReLU, Sigmoid and Tanh in the kernel of the
// product, and a [Layer] without parameters for all other places.
type Activation uint64

// The activations without a parameter. Identity is the zero Activation.
const (
	Identity = Activation(kernels.Identity)
	ReLU     = Activation(kernels.ReLU)     // max(x, 0)
	Sigmoid  = Activation(kernels.Sigmoid)  // 1/(1+e^−x)
	Tanh     = Activation(kernels.Tanh)     // (e^x−e^−x)/(e^x+e^−x)
	Softplus = Activation(kernels.Softplus) // log(1+e^x)
)

// String returns the activation's name.
func (a Activation) String() string { return a.kernel().String() }

// kernel returns the function that a layer's product may end with.
func (a Activation) kernel() kernels.Func { return kernels.Func(a) }

// Visit does nothing: an activation has no parameters.
func (Activation) Visit(Visitor) {}

// Forward returns the activation of x.
func (a Activation) Forward(x *autograd.Var) *autograd.Var {
	if a == Identity {
		return x
	}
	return autograd.Map(a.kernel(), x)
}
