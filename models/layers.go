package models

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

// halve has the options with which a convolution of kernel size 4 halves height and width,
// rounded down.
var halve = nn.ConvOptions{Stride: 2, Padding: 1}

const kernel = 4

// An encoder maps examples to features: convolutions conv1, conv2, …, then dense
// layers fc1, fc2, ….
type encoder struct {
	convs    []*nn.Conv2d
	hidden   []dense
	features int // the number of features
}

// A dense layer is a linear layer, perhaps with a normalization of the batch before its
// activation, which is ReLU then.
type dense struct {
	linear *nn.Linear
	norm   *nn.BatchNorm // nil for none
}

func newDense(in *nn.Initializer, from, to int, act nn.Activation, normalize bool) dense {
	if !normalize {
		return dense{linear: nn.NewLinear(in, from, to, act)}
	}
	return dense{nn.NewLinear(in, from, to, nn.Identity), nn.NewBatchNorm(in, to)}
}

// visit visits the linear layer under its name, and the normalization under that name
// with _bn at its end.
func (d dense) visit(f nn.Visitor, name string) {
	d.linear.Visit(f.Under(name))
	if d.norm != nil {
		d.norm.Visit(f.Under(name + "_bn"))
	}
}

// Forward applies the layer.
func (d dense) Forward(x *autograd.Var) *autograd.Var {
	x = d.linear.Forward(x)
	if d.norm != nil {
		x = autograd.ReLU(d.norm.Forward(x))
	}
	return x
}

func newEncoder(in *nn.Initializer, s Spec, shape []int, act nn.Activation) *encoder {
	e := new(encoder)
	size := autograd.Size(shape)
	if len(s.Channels) > 0 {
		channels, height, width := shape[0], shape[1], shape[2]
		for _, c := range s.Channels {
			e.convs = append(e.convs, nn.NewConv2d(in, channels, c, kernel, halve, act))
			channels, height, width = c, height/2, width/2
		}
		size = channels * height * width
	}
	for _, n := range s.Hidden {
		e.hidden = append(e.hidden, newDense(in, size, n, act, s.Normalize))
		size = n
	}
	e.features = size
	return e
}

// Visit visits the layers.
func (e *encoder) Visit(f nn.Visitor) {
	for i, l := range e.convs {
		l.Visit(f.Under(fmt.Sprintf("conv%d", i+1)))
	}
	for i, l := range e.hidden {
		l.visit(f, fmt.Sprintf("fc%d", i+1))
	}
}

// Forward returns the features of examples.
func (e *encoder) Forward(x *autograd.Var) *autograd.Var {
	for _, l := range e.convs {
		x = l.Forward(x)
	}
	x = autograd.Flatten(x, 1)
	for _, l := range e.hidden {
		x = l.Forward(x)
	}
	return x
}

// A decoder maps latent vectors to examples: dense layers fc1, fc2, …, then
// transposed convolutions deconv1, deconv2, ….
type decoder struct {
	shape   []int // of an example
	planes  []int // channels, height, width of the input of the first transposed convolution
	dense   []dense
	deconvs []*nn.ConvTranspose2d
}

func newDecoder(in *nn.Initializer, s Spec, shape []int, out nn.Activation) *decoder {
	d := &decoder{shape: shape}
	size := s.Latent
	for _, n := range slices.Backward(s.Hidden) {
		d.dense = append(d.dense, newDense(in, size, n, nn.ReLU, s.Normalize))
		size = n
	}
	if len(s.Channels) == 0 {
		d.dense = append(d.dense, newDense(in, size, autograd.Size(shape), out, false))
		return d
	}
	// Heights and widths in the encoder, from the example to the last convolution's result.
	heights, widths := []int{shape[1]}, []int{shape[2]}
	for i := range s.Channels {
		heights, widths = append(heights, heights[i]/2), append(widths, widths[i]/2)
	}
	last := len(s.Channels)
	d.planes = []int{s.Channels[last-1], heights[last], widths[last]}
	d.dense = append(d.dense, newDense(in, size, autograd.Size(d.planes), nn.ReLU, false))
	for i := last - 1; i >= 0; i-- {
		channels, act := shape[0], out
		if i > 0 {
			channels, act = s.Channels[i-1], nn.ReLU
		}
		o := halve
		// Output padding restores the row and column that halving an odd size drops.
		o.OutputPaddingHW = [2]int{heights[i] % 2, widths[i] % 2}
		d.deconvs = append(d.deconvs, nn.NewConvTranspose2d(in, s.Channels[i], channels, kernel, o, act))
	}
	return d
}

// Visit visits the layers.
func (d *decoder) Visit(f nn.Visitor) {
	for i, l := range d.dense {
		l.visit(f, fmt.Sprintf("fc%d", i+1))
	}
	for i, l := range d.deconvs {
		l.Visit(f.Under(fmt.Sprintf("deconv%d", i+1)))
	}
}

// Forward returns the examples that latent vectors stand for.
func (d *decoder) Forward(z *autograd.Var) *autograd.Var {
	n := z.Shape()[0]
	for _, l := range d.dense {
		z = l.Forward(z)
	}
	if len(d.deconvs) == 0 {
		return autograd.Reshape(z, append([]int{n}, d.shape...)...)
	}
	z = autograd.Reshape(z, append([]int{n}, d.planes...)...)
	for _, l := range d.deconvs {
		z = l.Forward(z)
	}
	return z
}

// output returns the activation of the decoder's last layer.
func (s Spec) output() nn.Activation {
	if s.Likelihood == Bernoulli {
		return nn.Sigmoid
	}
	return nn.Identity
}
