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

// newEncoder returns layers that map examples to features: convolutions conv1, conv2, …,
// then dense layers fc1, fc2, …. It also returns the number of features.
func newEncoder(in *nn.Initializer, s Spec, shape []int, act nn.Activation) (layers nn.Named, features int) {
	features = autograd.Size(shape)
	if len(s.Channels) > 0 {
		channels, height, width := shape[0], shape[1], shape[2]
		for i, c := range s.Channels {
			layers = append(layers, nn.NamedLayer{Name: fmt.Sprintf("conv%d", i+1), Layer: nn.NewConv2d(in, channels, c, kernel, halve, act)})
			channels, height, width = c, height/2, width/2
		}
		features = channels * height * width
	}
	layers = append(layers, nn.NamedLayer{Name: "flatten", Layer: nn.Flatten{}})
	for i, n := range s.Hidden {
		layers = append(layers, newDense(in, fmt.Sprintf("fc%d", i+1), features, n, act, s.Normalize)...)
		features = n
	}
	return layers, features
}

// newDense returns a linear layer with an activation. normalize puts a normalization of the
// batch before the activation, which is ReLU then. It has the name of the linear layer with
// _bn at its end.
func newDense(in *nn.Initializer, name string, from, to int, act nn.Activation, normalize bool) nn.Named {
	if !normalize {
		return nn.Named{{Name: name, Layer: nn.NewLinear(in, from, to, act)}}
	}
	return nn.Named{
		{Name: name, Layer: nn.NewLinear(in, from, to, nn.Identity)},
		{Name: name + "_bn", Layer: nn.NewBatchNorm(in, to)},
		{Name: "relu", Layer: nn.ReLU},
	}
}

// newDecoder returns layers that map latent vectors to examples: dense layers fc1, fc2, …,
// then transposed convolutions deconv1, deconv2, ….
func newDecoder(in *nn.Initializer, s Spec, shape []int, out nn.Activation) nn.Named {
	var layers nn.Named
	size, count := s.Latent, 0
	dense := func(n int, act nn.Activation, normalize bool) {
		count++
		layers = append(layers, newDense(in, fmt.Sprintf("fc%d", count), size, n, act, normalize)...)
		size = n
	}
	reshape := func(shape []int) {
		layers = append(layers, nn.NamedLayer{Name: "reshape", Layer: nn.Reshape(shape)})
	}
	for _, n := range slices.Backward(s.Hidden) {
		dense(n, nn.ReLU, s.Normalize)
	}
	if len(s.Channels) == 0 {
		dense(autograd.Size(shape), out, false)
		reshape(shape)
		return layers
	}
	// Heights and widths in the encoder, from the example to the last convolution's result.
	heights, widths := []int{shape[1]}, []int{shape[2]}
	for i := range s.Channels {
		heights, widths = append(heights, heights[i]/2), append(widths, widths[i]/2)
	}
	last := len(s.Channels)
	planes := []int{s.Channels[last-1], heights[last], widths[last]}
	dense(autograd.Size(planes), nn.ReLU, false)
	reshape(planes)
	for i := last - 1; i >= 0; i-- {
		channels, act := shape[0], out
		if i > 0 {
			channels, act = s.Channels[i-1], nn.ReLU
		}
		o := halve
		// Output padding restores the row and column that halving an odd size drops.
		o.OutputPaddingHW = [2]int{heights[i] % 2, widths[i] % 2}
		layers = append(layers, nn.NamedLayer{
			Name: fmt.Sprintf("deconv%d", last-i), Layer: nn.NewConvTranspose2d(in, s.Channels[i], channels, kernel, o, act),
		})
	}
	return layers
}

// output returns the activation of the decoder's last layer.
func (s Spec) output() nn.Activation {
	if s.Likelihood == Bernoulli {
		return nn.Sigmoid
	}
	return nn.Identity
}

// withHead returns the layers of an encoder followed by one more, under the name "encoder".
func withHead(encoder nn.Named, name string, head nn.Layer) nn.Named {
	return append(slices.Clone(encoder), nn.NamedLayer{Name: name, Layer: head}).Under("encoder")
}
