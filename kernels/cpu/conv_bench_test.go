package cpu_test

import (
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// square returns the shape of a convolution of n square images, of c channels and size×size
// pixels, with k square filters.
func square(n, c, size, k, filter, stride, pad int) kernels.ConvShape {
	out := (size+2*pad-filter)/stride + 1
	return kernels.ConvShape{N: n, C: c, H: size, W: size, K: k, R: filter, S: filter, StrideH: stride, StrideW: stride, PadH: pad, PadW: pad, OutH: out, OutW: out}
}

func BenchmarkConv(b *testing.B) {
	for _, layer := range []struct {
		name  string
		shape kernels.ConvShape
	}{
		// The layers of a variational autoencoder. Its transposed convolutions have
		// the same shapes, with x and y exchanged.
		{"1→32,28×28,k4s2p1", square(128, 1, 28, 32, 4, 2, 1)},
		{"32→64,14×14,k4s2p1", square(128, 32, 14, 64, 4, 2, 1)},
		// Layers of other networks.
		{"3→64,32×32,k3s1p1", square(32, 3, 32, 64, 3, 1, 1)},
		{"64→64,16×16,k3s1p1", square(32, 64, 16, 64, 3, 1, 1)},
		{"64→64,56×56,k3s1p1", square(2, 64, 56, 64, 3, 1, 1)},
		{"32→64,28×28,k5s2p2", square(32, 32, 28, 64, 5, 2, 2)},
		{"64→128,16×16,k1", square(32, 64, 16, 128, 1, 1, 0)},
	} {
		s := layer.shape
		dev := cpu.New(cpu.Precision(precision))
		x, y, w := filled(dev, s.N*s.C*s.H*s.W), filled(dev, s.N*s.K*s.OutH*s.OutW), filled(dev, s.K*s.C*s.R*s.S)
		bias, none := filled(dev, s.K), kernels.Buffer{}
		operations := 2 * float64(s.N*s.OutH*s.OutW) * float64(s.K*s.C*s.R*s.S)
		b.Run(layer.name+"/forward", func(b *testing.B) {
			reach(b, dev, operations, func() { dev.Conv(s, y, x, w, bias, kernels.ReLU) })
		})
		b.Run(layer.name+"/input", func(b *testing.B) {
			reach(b, dev, operations, func() { dev.ConvTranspose(s, x, y, w, none, kernels.Identity, kernels.Overwrite) })
		})
		b.Run(layer.name+"/weights", func(b *testing.B) {
			reach(b, dev, operations, func() { dev.ConvWeightGrad(s, w, x, y, kernels.Overwrite) })
		})
		dev.Close()
	}
}
