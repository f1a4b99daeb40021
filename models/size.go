package models

import "github.com/topogen/topogen/autograd"

// Size returns how large the model is that s describes after [Spec.Resolve], for examples of
// a shape: the number of parameters of its encoder and decoder, and the number of values in
// the results of all their layers for one example. Both are lower bounds: biases, heads and
// critics are left out.
func (s Spec) Size(shape []int) (parameters, values int64) {
	size := int64(autograd.Size(shape))
	values = size // of the decoder's last layer
	from := size
	if len(s.Channels) > 0 {
		channels, height, width := int64(shape[0]), int64(shape[1]), int64(shape[2])
		for _, c := range s.Channels {
			c := int64(c)
			parameters += 2 * kernel * kernel * channels * c
			channels, height, width = c, height/2, width/2
			values += 2 * channels * height * width
		}
		from = channels * height * width
	}
	for _, n := range append(s.Hidden[:len(s.Hidden):len(s.Hidden)], s.Latent) {
		n := int64(n)
		parameters += 2 * from * n
		values += 2 * n
		from = n
	}
	return parameters, values
}
