package nn

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// MaxPool2d is the layer from N×C×H×W to the largest pixels of its windows,
// N×C×H′×W′: see [autograd.MaxPool2d]. nn.MaxPool2d{Size: 2} halves both sides.
type MaxPool2d autograd.PoolOptions

// Visit does nothing: pooling has no parameters.
func (MaxPool2d) Visit(Visitor) {}

// Forward applies the layer.
func (p MaxPool2d) Forward(x *autograd.Var) *autograd.Var {
	return autograd.MaxPool2d(x, autograd.PoolOptions(p))
}

// AvgPool2d is the layer from N×C×H×W to the means of its windows, N×C×H′×W′:
// see [autograd.AvgPool2d].
type AvgPool2d autograd.PoolOptions

// Visit does nothing: pooling has no parameters.
func (AvgPool2d) Visit(Visitor) {}

// Forward applies the layer.
func (p AvgPool2d) Forward(x *autograd.Var) *autograd.Var {
	return autograd.AvgPool2d(x, autograd.PoolOptions(p))
}

// Upsample2d is the layer from N×C×H×W to N×C×n·H×n·W that repeats each pixel in
// a block of n×n, n being the layer's value.
type Upsample2d int

// Visit does nothing: the layer has no parameters.
func (Upsample2d) Visit(Visitor) {}

// Forward applies the layer.
func (n Upsample2d) Forward(x *autograd.Var) *autograd.Var {
	return autograd.UpsampleNearest2d(x, int(n), int(n))
}

// Dropout is the layer that sets elements to 0 in training, with the
// probability that is its value, as in nn.Dropout(0.5): see [autograd.Dropout].
type Dropout float32

// Visit does nothing: dropout has no parameters.
func (Dropout) Visit(Visitor) {}

// Forward applies the layer.
func (p Dropout) Forward(x *autograd.Var) *autograd.Var { return autograd.Dropout(x, float32(p)) }

// Flatten is the layer from N×… to N×size, the size of one element of the batch.
type Flatten struct{}

// Visit does nothing: the layer has no parameters.
func (Flatten) Visit(Visitor) {}

// Forward applies the layer.
func (Flatten) Forward(x *autograd.Var) *autograd.Var { return autograd.Flatten(x, 1) }

// Reshape is the layer from N×… to N×shape, of the same number of elements. The
// shape is the layer's value, as in nn.Reshape{64, 7, 7}.
type Reshape []int

// Visit does nothing: the layer has no parameters.
func (Reshape) Visit(Visitor) {}

// Forward applies the layer.
func (r Reshape) Forward(x *autograd.Var) *autograd.Var {
	if len(x.Shape()) == 0 {
		panic(fmt.Sprintf("nn: Reshape to N×%v of input %v", []int(r), x.Shape()))
	}
	var shape [kernels.MaxRank + 1]int // on the stack, unless there are more axes
	return autograd.Reshape(x, append(append(shape[:0], x.Shape()[0]), r...)...)
}
