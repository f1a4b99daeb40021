package autograd

import "github.com/topogen/topogen/kernels"

// An Activation is an element-wise function that [Linear], [Conv2d] and
// [ConvTranspose2d] apply to their result. The kernel of the product applies ActReLU,
// ActSigmoid and ActTanh. Any other [kernels.Func] takes a kernel of its own, which reads
// and writes the result once more.
type Activation = kernels.Func

// The activations that the kernel of the product applies.
const (
	ActNone    = kernels.Identity
	ActReLU    = kernels.ReLU
	ActSigmoid = kernels.Sigmoid
	ActTanh    = kernels.Tanh
)
