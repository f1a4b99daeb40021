package autograd

import "github.com/topogen/topogen/kernels"

// An Activation is an element-wise function that [Linear], [Conv2d] and
// [ConvTranspose2d] apply to their result. ActReLU, ActSigmoid and ActTanh cost
// no pass over memory of their own; any other [kernels.Func] does.
type Activation = kernels.Func

// The activations that are computed in the same kernel as the product.
const (
	ActNone    = kernels.Identity
	ActReLU    = kernels.ReLU
	ActSigmoid = kernels.Sigmoid
	ActTanh    = kernels.Tanh
)
