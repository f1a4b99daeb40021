package onnx

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

// layer appends a layer. in is the name of its input, and x is an input of a batch of one
// element on an evaluating tape. layer returns the name of the output, and the output for x.
func (g *graph) layer(l nn.Layer, in string, x *autograd.Var) (out string, y *autograd.Var, err error) {
	if parts := partsOf(l); parts != nil {
		for _, part := range parts {
			if in, x, err = g.layer(part, in, x); err != nil {
				return "", nil, err
			}
		}
		return in, x, nil
	}
	y = l.Forward(x)
	shape := x.Shape()[1:] // of one element
	switch l := l.(type) {
	case nn.Activation:
		out = g.activation(l, in)
	case *nn.Linear:
		out, err = g.linear(l, in, len(shape))
	case *nn.Conv2d:
		out, err = g.convolution("Conv", l.Weight, l.Bias, l.Options, l.Act, in)
	case *nn.ConvTranspose2d:
		out, err = g.convolution("ConvTranspose", l.Weight, l.Bias, l.Options, l.Act, in)
	case nn.MaxPool2d:
		out = g.apply("MaxPool", []string{in}, windows(autograd.PoolOptions(l))...)
	case nn.AvgPool2d:
		count := attribute{"count_include_pad", 1}
		if l.ExcludePadding {
			count.value = 0
		}
		out = g.apply("AveragePool", []string{in}, append(windows(autograd.PoolOptions(l)), count)...)
	case nn.Upsample2d:
		n := float32(l)
		out = g.apply("Resize", []string{in, "", g.floats(1, 1, n, n)},
			attribute{"mode", "nearest"}, attribute{"coordinate_transformation_mode", "asymmetric"}, attribute{"nearest_mode", "floor"})
	case nn.Dropout:
		out = in
	case nn.Flatten, nn.Reshape:
		out = g.reshape(in, y.Shape()[1:]...)
	case *nn.BatchNorm:
		out, err = g.batchNorm(l, in)
	case *nn.LayerNorm:
		out, err = g.layerNorm(l, in)
	case *nn.GroupNorm:
		out, err = g.groupNorm(l, in, shape)
	default:
		err = fmt.Errorf("a layer of type %T cannot be written; those of package nn but nn.Func can", l)
	}
	return out, y, err
}

// partsOf returns the layers of which l consists, nil if it is a layer of its own.
func partsOf(l nn.Layer) []nn.Layer {
	switch l := l.(type) {
	case nn.Sequential:
		return l
	case nn.Named:
		parts := make([]nn.Layer, len(l))
		for i, part := range l {
			parts[i] = part.Layer
		}
		return parts
	}
	return nil
}

// linear appends act(x·wᵀ + b) for elements of the given rank.
func (g *graph) linear(l *nn.Linear, in string, rank int) (string, error) {
	weight, bias, err := g.weightAndBias(l.Weight, l.Bias)
	if err != nil {
		return "", err
	}
	if rank == 1 {
		inputs := append([]string{in, weight}, bias...)
		return g.activation(l.Act, g.apply("Gemm", inputs, attribute{"transB", 1})), nil
	}
	transposed := g.apply("Transpose", []string{weight}, attribute{"perm", []int{1, 0}})
	out := g.apply("MatMul", []string{in, transposed})
	if bias != nil {
		out = g.apply("Add", append([]string{out}, bias...))
	}
	return g.activation(l.Act, out), nil
}

// convolution appends a convolution or a transposed one.
func (g *graph) convolution(operator string, w, b *autograd.Parameter, o nn.ConvOptions, act nn.Activation, in string) (string, error) {
	weight, bias, err := g.weightAndBias(w, b)
	if err != nil {
		return "", err
	}
	stride, padding, extra := perAxis(o.Stride, o.StrideHW), perAxis(o.Padding, o.PaddingHW), perAxis(o.OutputPadding, o.OutputPaddingHW)
	if stride == [2]int{} {
		stride = [2]int{1, 1}
	}
	attributes := []attribute{{"strides", stride[:]}, {"pads", []int{padding[0], padding[1], padding[0], padding[1]}}}
	if extra != [2]int{} {
		attributes = append(attributes, attribute{"output_padding", extra[:]})
	}
	return g.activation(act, g.apply(operator, append([]string{in, weight}, bias...), attributes...)), nil
}

// weightAndBias appends a weight and a bias and returns their names. The slice bias is empty
// if there is no bias.
func (g *graph) weightAndBias(w, b *autograd.Parameter) (weight string, bias []string, err error) {
	if weight, err = g.parameter(w); err != nil || b == nil {
		return weight, nil, err
	}
	name, err := g.parameter(b)
	return weight, []string{name}, err
}

// perAxis returns pair, or both for each axis if pair is zero.
func perAxis(both int, pair [2]int) [2]int {
	if pair == [2]int{} {
		return [2]int{both, both}
	}
	return pair
}

// windows returns the attributes of a pooling operation.
func windows(o autograd.PoolOptions) []attribute {
	size, stride, padding := perAxis(o.Size, o.SizeHW), perAxis(o.Stride, o.StrideHW), perAxis(o.Padding, o.PaddingHW)
	if stride == [2]int{} {
		stride = size
	}
	return []attribute{
		{"kernel_shape", size[:]}, {"strides", stride[:]},
		{"pads", []int{padding[0], padding[1], padding[0], padding[1]}},
	}
}

// activation appends an activation.
func (g *graph) activation(a nn.Activation, in string) string {
	switch a.Name() {
	case "Identity":
		return in
	case "ReLU":
		return g.apply("Relu", []string{in})
	case "LeakyReLU":
		return g.apply("LeakyRelu", []string{in}, attribute{"alpha", a.Parameter()})
	case "ELU":
		return g.apply("Elu", []string{in}, attribute{"alpha", a.Parameter()})
	case "SiLU":
		return g.apply("Mul", []string{in, g.apply("Sigmoid", []string{in})})
	case "GELU": // x·½(1 + erf(x/√2))
		erf := g.apply("Erf", []string{g.apply("Mul", []string{in, g.constant(float32(math.Sqrt2) / 2)})})
		half := g.apply("Mul", []string{in, g.constant(0.5)})
		return g.apply("Mul", []string{half, g.apply("Add", []string{erf, g.constant(1)})})
	case "GELUTanh": // x·Sigmoid(x·(a + bx²))
		slope := 2 * math.Sqrt(2/math.Pi)
		square := g.apply("Mul", []string{in, in})
		inner := g.apply("Add", []string{g.apply("Mul", []string{square, g.constant(float32(0.044715 * slope))}), g.constant(float32(slope))})
		return g.apply("Mul", []string{in, g.apply("Sigmoid", []string{g.apply("Mul", []string{in, inner})})})
	}
	return g.apply(a.Name(), []string{in}) // Sigmoid, Tanh, Softplus, which have their names in ONNX
}

func (g *graph) batchNorm(l *nn.BatchNorm, in string) (string, error) {
	channels := l.Mean.Value.Len()
	var scale []string
	var err error
	if l.Weight == nil {
		scale = []string{g.constant(1, channels), g.constant(0, channels)}
	} else if scale, err = g.parameters(l.Weight, l.Bias); err != nil {
		return "", err
	}
	statistics, err := g.parameters(l.Mean, l.Variance)
	if err != nil {
		return "", err
	}
	inputs := append(append([]string{in}, scale...), statistics...)
	return g.apply("BatchNormalization", inputs, attribute{"epsilon", l.Epsilon}), nil
}

func (g *graph) layerNorm(l *nn.LayerNorm, in string) (string, error) {
	scale, err := g.parameters(l.Weight, l.Bias)
	if err != nil {
		return "", err
	}
	return g.apply("LayerNormalization", append([]string{in}, scale...),
		attribute{"axis", -len(l.Weight.Value.Shape())}, attribute{"epsilon", l.Epsilon}), nil
}

// groupNorm appends a normalization over groups, each as if it were a channel,
// then the scaling of the channels.
func (g *graph) groupNorm(l *nn.GroupNorm, in string, shape []int) (string, error) {
	scale, err := g.parameters(l.Weight, l.Bias)
	if err != nil {
		return "", err
	}
	grouped := g.reshape(in, l.Groups, autograd.Size(shape)/l.Groups)
	normal := g.apply("InstanceNormalization", []string{grouped, g.constant(1, l.Groups), g.constant(0, l.Groups)}, attribute{"epsilon", l.Epsilon})
	out := g.reshape(normal, shape...)
	perChannel := []int{shape[0]}
	for range shape[1:] {
		perChannel = append(perChannel, 1)
	}
	for i, operator := range []string{"Mul", "Add"} {
		// A scale has no axis for the batch, so that graph.reshape does not fit.
		column := g.apply("Reshape", []string{scale[i], g.ints(perChannel...)})
		out = g.apply(operator, []string{out, column})
	}
	return out, nil
}
