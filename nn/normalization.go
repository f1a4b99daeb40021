package nn

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// defaultEpsilon is the number that normalizations add to a variance, as in PyTorch.
const defaultEpsilon = 1e-5

// LayerNorm normalizes each element of a batch over its last axes and returns
// y·Weight + Bias for the normalized y (Ba et al. 2016). The last axes of the input have the
// shape of Weight. The output has the shape of the input.
type LayerNorm struct {
	Weight, Bias *autograd.Parameter
	Epsilon      float32 // added to the variance
}

// NewLayerNorm returns the normalization of the last axes, of the given lengths,
// with weights 1 and biases 0.
func NewLayerNorm(init *Initializer, shape ...int) *LayerNorm {
	if len(shape) == 0 {
		panic("nn: NewLayerNorm of no axes")
	}
	return &LayerNorm{init.Constant("weight", 1, shape...), init.Constant("bias", 0, shape...), defaultEpsilon}
}

// Visit visits "weight", then "bias".
func (l *LayerNorm) Visit(f Visitor) { visit(f, l.Weight, l.Bias) }

// Forward applies the layer.
func (l *LayerNorm) Forward(x *autograd.Var) *autograd.Var {
	shape, own := x.Shape(), l.Weight.Value.Shape()
	if len(shape) < len(own) || !slices.Equal(shape[len(shape)-len(own):], own) {
		panic(fmt.Sprintf("nn: LayerNorm over %v of input %v", own, shape))
	}
	axes := make([]int, len(own))
	for i := range axes {
		axes[i] = -1 - i
	}
	y, _, _ := autograd.Normalize(x, l.Epsilon, axes...)
	t := x.Tape()
	return autograd.Add(autograd.Mul(y, t.Param(l.Weight)), t.Param(l.Bias))
}

// GroupNorm divides the channels, the second axis, into groups, normalizes each
// group of each element of a batch, and returns y·Weight + Bias for the normalized y, with
// one weight and bias for each channel (Wu and He 2018). Input and output have the same
// shape, N×C×….
type GroupNorm struct {
	Weight, Bias *autograd.Parameter // C
	Groups       int
	Epsilon      float32 // added to the variance
}

// NewGroupNorm returns the normalization of the channels in the given number of groups,
// with weights 1 and biases 0. The number of channels must be a multiple of groups.
func NewGroupNorm(init *Initializer, groups, channels int) *GroupNorm {
	if groups < 1 || channels < 1 || channels%groups != 0 {
		panic(fmt.Sprintf("nn: NewGroupNorm of %d channels in %d groups", channels, groups))
	}
	return &GroupNorm{init.Constant("weight", 1, channels), init.Constant("bias", 0, channels), groups, defaultEpsilon}
}

// Visit visits "weight", then "bias".
func (g *GroupNorm) Visit(f Visitor) { visit(f, g.Weight, g.Bias) }

// Forward applies the layer.
func (g *GroupNorm) Forward(x *autograd.Var) *autograd.Var {
	checkChannels("GroupNorm", x, g.Weight)
	if n := g.Weight.Value.Len(); g.Groups < 1 || n%g.Groups != 0 {
		panic(fmt.Sprintf("nn: GroupNorm of %d channels in %d groups", n, g.Groups))
	}
	grouped := autograd.Reshape(x, x.Shape()[0], g.Groups, x.Len()/max(1, x.Shape()[0]*g.Groups))
	y, _, _ := autograd.Normalize(grouped, g.Epsilon, 2)
	return scaleChannels(autograd.Reshape(y, x.Shape()...), g.Weight, g.Bias)
}

// BatchNorm normalizes each channel, the second axis, over a batch and returns
// y·Weight + Bias for the normalized y, with one weight and bias for each channel (Ioffe
// and Szegedy 2015). Input and output have the same shape, N×C or N×C×….
//
// In a step of training it uses mean and variance of the batch, and mixes them into a
// running mean and a running variance. In an evaluation it uses the running ones. The
// caller says which with [autograd.Tape.Train] or [autograd.Tape.Eval]. A frozen
// BatchNorm, see [Freeze], uses the running statistics in training, too, and does
// not change them.
type BatchNorm struct {
	Weight, Bias *autograd.Parameter // C; nil for none
	// Mean and Variance are the running statistics, and Batches is the number of batches
	// that were mixed into them. Files hold all three, as "running_mean", "running_var"
	// and "num_batches_tracked".
	Mean, Variance, Batches *autograd.Parameter
	// Momentum is the share of the newest batch in the running statistics; 0
	// weighs all batches alike.
	Momentum float32
	Epsilon  float32 // added to the variance
}

// NewBatchNorm returns the normalization of the given number of channels, with
// weights 1, biases 0, running means 0 and variances 1, and momentum 0.1.
func NewBatchNorm(init *Initializer, channels int) *BatchNorm {
	if channels < 0 {
		panic(fmt.Sprintf("nn: NewBatchNorm of %d channels", channels))
	}
	return &BatchNorm{
		Weight: init.Constant("weight", 1, channels), Bias: init.Constant("bias", 0, channels),
		Mean: init.Untrained("running_mean", 0, channels), Variance: init.Untrained("running_var", 1, channels),
		Batches:  init.Untrained("num_batches_tracked", 0),
		Momentum: 0.1, Epsilon: defaultEpsilon,
	}
}

// Visit visits "weight" and "bias" if there are any, then "running_mean",
// "running_var" and "num_batches_tracked".
func (b *BatchNorm) Visit(f Visitor) {
	if b.Weight != nil {
		visit(f, b.Weight, b.Bias)
	}
	f("running_mean", b.Mean)
	f("running_var", b.Variance)
	f("num_batches_tracked", b.Batches)
}

// Forward applies the layer.
func (b *BatchNorm) Forward(x *autograd.Var) *autograd.Var {
	checkChannels("BatchNorm", x, b.Mean)
	t := x.Tape()
	var y *autograd.Var
	if t.Training() && !b.Mean.Frozen {
		y = b.normalizeBatch(x)
	} else {
		mean, variance := channels(t.Param(b.Mean), x), channels(t.Param(b.Variance), x)
		inverse := autograd.Reciprocal(autograd.Sqrt(autograd.AddScalar(variance, b.Epsilon)))
		y = autograd.Mul(autograd.Sub(x, mean), inverse)
	}
	if b.Weight == nil {
		return y
	}
	return scaleChannels(y, b.Weight, b.Bias)
}

// normalizeBatch normalizes x by the mean and variance of the batch and mixes these into
// the running statistics.
func (b *BatchNorm) normalizeBatch(x *autograd.Var) *autograd.Var {
	shape := x.Shape()
	n := x.Len() / max(1, shape[1]) // values of each channel
	if n < 2 && x.Len() > 0 {
		panic(fmt.Sprintf("nn: BatchNorm in training of input %v, which has one value for each channel; want more, or freeze the layer", shape))
	}
	axes := [...]int{0, 2, 3, 4, 5, 6, 7}
	y, mean, variance := autograd.Normalize(x, b.Epsilon, axes[:len(shape)-1]...)

	if !(b.Momentum >= 0 && b.Momentum <= 1) {
		panic(fmt.Sprintf("nn: BatchNorm with momentum %v; want the share of a batch, from 0 to 1", b.Momentum))
	}
	if x.Len() == 0 {
		return y // a batch of nothing says nothing about the statistics
	}
	dev := x.Tape().Device()
	share := x.Tape().Scratch(1) // of this batch in the running statistics
	batches := b.Batches.Value.Buffer()
	dev.Affine(batches, batches, 1, 1, kernels.Overwrite)
	if b.Momentum == 0 {
		dev.Map(kernels.Reciprocal, share, batches)
	} else {
		dev.Fill(share, b.Momentum)
	}
	unbiased := float32(n) / float32(max(1, n-1))
	count, every, same := mean.Shape()[1:2], [1]int{1}, [1]int{0}
	for _, s := range [2]struct {
		running, batch kernels.Buffer
		scale          float32
	}{{b.Mean.Value.Buffer(), mean.Value(), 1}, {b.Variance.Value.Buffer(), variance.Value(), unbiased}} {
		gap, step := x.Tape().Scratch(count[0]), x.Tape().Scratch(count[0])
		dev.Affine(gap, s.batch, s.scale, 0, kernels.Overwrite)
		dev.Zip(kernels.Sub, gap, gap, s.running, kernels.Overwrite)
		dev.ZipStrided(kernels.Mul, step, gap, every[:], share, same[:], count, kernels.Overwrite)
		dev.AddScaled(s.running, 1, step)
	}
	return y
}

// checkChannels panics unless x has a channel for each element of p.
func checkChannels(layer string, x *autograd.Var, p *autograd.Parameter) {
	if n := p.Value.Len(); len(x.Shape()) < 2 || len(x.Shape()) > 8 || x.Shape()[1] != n {
		panic(fmt.Sprintf("nn: %s of %d channels of input %v; want N×%d×…", layer, n, x.Shape(), n))
	}
}

// channels returns v, with one element for each channel, in a shape that repeats
// over all of x.
func channels(v, x *autograd.Var) *autograd.Var {
	shape := [8]int{v.Len(), 1, 1, 1, 1, 1, 1, 1}
	return autograd.Reshape(v, shape[:len(x.Shape())-1]...)
}

// scaleChannels returns x times a weight plus a bias for each channel.
func scaleChannels(x *autograd.Var, weight, bias *autograd.Parameter) *autograd.Var {
	t := x.Tape()
	return autograd.Add(autograd.Mul(x, channels(t.Param(weight), x)), channels(t.Param(bias), x))
}
