package nn

import "github.com/topogen/topogen/autograd"

// Linear is the layer act(x·wᵀ + b) from …×in to …×out.
type Linear struct {
	Weight *autograd.Parameter // out×in
	Bias   *autograd.Parameter // out; nil for none
	Act    Activation          // Identity for none
}

// NewLinear returns a linear layer with initial parameters.
func NewLinear(init *Initializer, in, out int, act Activation) *Linear {
	return &Linear{init.Parameter("weight", in, out, in), init.Parameter("bias", in, out), act}
}

// Visit visits "weight", then "bias".
func (l *Linear) Visit(f Visitor) { visit(f, l.Weight, l.Bias) }

// Forward applies the layer.
func (l *Linear) Forward(x *autograd.Var) *autograd.Var {
	w, b := on(x.Tape(), l.Weight, l.Bias)
	fused, after := l.Act.split()
	return after.Forward(autograd.Linear(x, w, b, fused))
}

// ConvOptions are the stride and padding of a convolution. The zero value moves
// the kernel by one pixel and pads nothing.
type ConvOptions = autograd.ConvOptions

// Conv2d is the layer act(x ⋆ w + b) from N×in×H×W to N×out×H′×W′, with the
// sizes of [autograd.Conv2d].
type Conv2d struct {
	Weight  *autograd.Parameter // out×in×R×S
	Bias    *autograd.Parameter // out; nil for none
	Options ConvOptions
	Act     Activation // Identity for none
}

// NewConv2d returns a convolution with square kernels of side k and initial
// parameters. Their fan_in, see [Initializer], is in·k·k.
func NewConv2d(init *Initializer, in, out, k int, o ConvOptions, act Activation) *Conv2d {
	fan := in * k * k
	return &Conv2d{init.Parameter("weight", fan, out, in, k, k), init.Parameter("bias", fan, out), o, act}
}

// Visit visits "weight", then "bias".
func (c *Conv2d) Visit(f Visitor) { visit(f, c.Weight, c.Bias) }

// Forward applies the layer.
func (c *Conv2d) Forward(x *autograd.Var) *autograd.Var {
	w, b := on(x.Tape(), c.Weight, c.Bias)
	fused, after := c.Act.split()
	return after.Forward(autograd.Conv2d(x, w, b, c.Options, fused))
}

// ConvTranspose2d is the transposed convolution from N×in×H×W to N×out×H′×W′,
// with the sizes of [autograd.ConvTranspose2d].
type ConvTranspose2d struct {
	Weight  *autograd.Parameter // in×out×R×S
	Bias    *autograd.Parameter // out; nil for none
	Options ConvOptions
	Act     Activation // Identity for none
}

// NewConvTranspose2d returns a transposed convolution with square kernels of
// side k and initial parameters. Their fan_in, see [Initializer], is out·k·k, as in PyTorch.
func NewConvTranspose2d(init *Initializer, in, out, k int, o ConvOptions, act Activation) *ConvTranspose2d {
	fan := out * k * k
	return &ConvTranspose2d{init.Parameter("weight", fan, in, out, k, k), init.Parameter("bias", fan, out), o, act}
}

// Visit visits "weight", then "bias".
func (c *ConvTranspose2d) Visit(f Visitor) { visit(f, c.Weight, c.Bias) }

// Forward applies the layer.
func (c *ConvTranspose2d) Forward(x *autograd.Var) *autograd.Var {
	w, b := on(x.Tape(), c.Weight, c.Bias)
	fused, after := c.Act.split()
	return after.Forward(autograd.ConvTranspose2d(x, w, b, c.Options, fused))
}

// visit visits a weight and, unless it is nil, a bias, under PyTorch's names.
func visit(f Visitor, weight, bias *autograd.Parameter) {
	f("weight", weight)
	if bias != nil {
		f("bias", bias)
	}
}

// on puts a weight and, unless it is nil, a bias on a tape. Without a bias b is nil.
func on(t *autograd.Tape, weight, bias *autograd.Parameter) (w, b *autograd.Var) {
	w = t.Param(weight)
	if bias != nil {
		b = t.Param(bias)
	}
	return w, b
}
