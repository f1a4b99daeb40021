//go:build cuda

package cuda

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

// benchmark times b.N calls of the function that prepare returns, and one wait for the GPU
// at the end. It reports amount·b.N/10⁹ divided by the seconds, in the given unit.
func benchmark(b *testing.B, unit string, amount float64, prepare func(d *gpu.Device) func()) {
	d, err := gpu.New(open(b))
	require.NoError(b, err)
	run := prepare(d)
	run()
	require.NoError(b, d.Sync())
	b.ResetTimer()
	start := time.Now()
	for range b.N {
		run()
	}
	require.NoError(b, d.Sync())
	b.ReportMetric(amount*float64(b.N)/time.Since(start).Seconds()/1e9, unit)
	require.NoError(b, d.Close())
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range [][3]int{{512, 512, 512}, {4096, 4096, 4096}, {128, 256, 3136}, {128, 3136, 256}} {
		m, n, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("%d×%d×%d", m, n, k), func(b *testing.B) {
			benchmark(b, "GFLOP/s", 2*float64(m)*float64(n)*float64(k), func(d *gpu.Device) func() {
				g := kernels.Gemm{M: m, N: n, K: k, TransB: true, Alpha: 1, A: filled(d, m*k), B: filled(d, k*n), C: filled(d, m*n)}
				return func() { d.Gemm(g) }
			})
		})
	}
}

// BenchmarkConv times the second convolution of the VAE and its gradients, for a batch of
// 128 images.
func BenchmarkConv(b *testing.B) {
	s := kernels.ConvShape{N: 128, C: 32, H: 14, W: 14, K: 64, R: 4, S: 4, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1, OutH: 7, OutW: 7}
	operations := 2 * float64(s.N*s.OutH*s.OutW) * float64(s.K*s.C*s.R*s.S)
	for name, run := range map[string]func(d *gpu.Device, x, y, w kernels.Buffer){
		"forward": func(d *gpu.Device, x, y, w kernels.Buffer) { d.Conv(s, y, x, w, kernels.Buffer{}, kernels.ReLU) },
		"input": func(d *gpu.Device, x, y, w kernels.Buffer) {
			d.ConvTranspose(s, x, y, w, kernels.Buffer{}, kernels.Identity, kernels.Overwrite)
		},
		"weights": func(d *gpu.Device, x, y, w kernels.Buffer) { d.ConvWeightGrad(s, w, x, y, kernels.Overwrite) },
	} {
		b.Run(name, func(b *testing.B) {
			benchmark(b, "GFLOP/s", operations, func(d *gpu.Device) func() {
				x, y, w := filled(d, s.N*s.C*s.H*s.W), filled(d, s.N*s.K*s.OutH*s.OutW), filled(d, s.K*s.C*s.R*s.S)
				return func() { run(d, x, y, w) }
			})
		})
	}
}

func BenchmarkMap(b *testing.B) {
	const n = 1 << 24
	benchmark(b, "GB/s", 8*n, func(d *gpu.Device) func() {
		x, y := filled(d, n), d.Alloc(n)
		return func() { d.Map(kernels.ReLU, y, x) }
	})
}

func BenchmarkDistances(b *testing.B) {
	const n, dim = 128, 784
	benchmark(b, "GFLOP/s", 3*n*(n-1)/2*dim, func(d *gpu.Device) func() {
		x, distances := filled(d, n*dim), d.Alloc(n*n)
		return func() { d.Distances(distances, x, n, dim) }
	})
}

// BenchmarkRips times the spanning tree and the lunes of 128 points.
func BenchmarkRips(b *testing.B) {
	const n, dim = 128, 784
	for name, run := range map[string]func(d *gpu.Device, distances kernels.Buffer) error{
		"tree": func(d *gpu.Device, distances kernels.Buffer) error {
			_, err := d.SpanningTree(nil, distances, n)
			return err
		},
		"lunes": func(d *gpu.Device, distances kernels.Buffer) error {
			_, err := d.Lunes(nil, distances, n)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			benchmark(b, "clouds/s", 1e9, func(d *gpu.Device) func() {
				x, distances := filled(d, n*dim), d.Alloc(n*n)
				d.Distances(distances, x, n, dim)
				return func() { require.NoError(b, run(d, distances)) }
			})
		})
	}
}

// BenchmarkStep times training steps of the VAE with batches of 128 images.
func BenchmarkStep(b *testing.B) {
	const batch = 128
	benchmark(b, "steps/s", 1e9, func(d *gpu.Device) func() {
		vae := models.NewVAE(d, 10, 1)
		adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
		tape := autograd.NewTape(d)
		pixels := autograd.NewTensor(d, batch, 1, 28, 28)
		d.Uniform(pixels.Buffer(), 1, 1)
		return func() {
			tape.Reset()
			x := tape.Input(pixels)
			loss := vae.Forward(x, 1, 0).Total
			tape.Backward(autograd.Scale(loss, 1.0/batch))
			require.NoError(b, adam.Step())
		}
	})
}

// filled returns a buffer of n random values.
func filled(d *gpu.Device, n int) kernels.Buffer {
	b := d.Alloc(n)
	d.Uniform(b, 1, uint64(n))
	return b
}
