package cpu_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// precision is the precision of the products that benchmarks time. Their percentages compare
// with the peak of float32.
var precision kernels.Precision

func init() {
	flag.TextVar(&precision, "precision", kernels.Float32, "`precision` of benchmarked products, float32 or bf16")
}

// filled returns a buffer of n uniform values in [0, 1) on a device.
func filled(dev *cpu.Device, n int) kernels.Buffer {
	b := dev.Alloc(n)
	dev.Uniform(b, 1, uint64(n))
	return b
}

func benchmarkGemm(b *testing.B, g kernels.Gemm) {
	dev := cpu.New(cpu.Precision(precision))
	defer dev.Close()
	g.Alpha = 1
	g.A, g.B, g.C = filled(dev, g.M*g.K), filled(dev, g.K*g.N), filled(dev, g.M*g.N)
	if g.Act != kernels.Identity {
		g.Bias = filled(dev, g.N)
	}
	reach(b, dev, 2*float64(g.M)*float64(g.N)*float64(g.K), func() { dev.Gemm(g) })
}

func BenchmarkGemm512(b *testing.B) { benchmarkGemm(b, kernels.Gemm{M: 512, N: 512, K: 512}) }

func BenchmarkGemm(b *testing.B) {
	transposed := []string{"NN", "NT", "TN", "TT"}
	for _, n := range []int{16, 32, 64, 128, 256, 512, 1024} {
		for t, name := range transposed {
			if n == 1024 || n == 256 || t == 0 {
				b.Run(fmt.Sprintf("square/%s/%d", name, n), func(b *testing.B) {
					benchmarkGemm(b, kernels.Gemm{M: n, N: n, K: n, TransA: t&2 != 0, TransB: t&1 != 0})
				})
			}
		}
	}
	const batch = 128
	for _, layer := range [][2]int{{3136, 256}, {256, 20}, {10, 256}, {256, 3136}} { // layers of a variational autoencoder
		in, out := layer[0], layer[1]
		name := fmt.Sprintf("linear/%d×%d", in, out)
		b.Run(name+"/forward", func(b *testing.B) {
			benchmarkGemm(b, kernels.Gemm{M: batch, N: out, K: in, TransB: true, Act: kernels.ReLU})
		})
		b.Run(name+"/input", func(b *testing.B) { benchmarkGemm(b, kernels.Gemm{M: batch, N: in, K: out}) })
		b.Run(name+"/weights", func(b *testing.B) {
			benchmarkGemm(b, kernels.Gemm{M: out, N: in, K: batch, TransA: true})
		})
	}
}
