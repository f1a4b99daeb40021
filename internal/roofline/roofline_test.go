package roofline_test

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/roofline"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

var batchSize = flag.Int("roofline", 2, "batch `size` of the training step whose table TestStep prints")

// precision is the precision of the products in that step.
var precision kernels.Precision

func init() {
	flag.TextVar(&precision, "precision", kernels.Float32, "`precision` of the products in that step, float32 or bf16")
}

// Count counts the launches of the computation, and not those of its preparation.
func TestCount(t *testing.T) {
	const n = 1 << 16
	counts, err := roofline.Count(132, func(dev *gpu.Device) (func() error, error) {
		x, y := dev.Alloc(n), dev.Alloc(n)
		dev.Uniform(x, 1, 1)
		return func() error {
			dev.Affine(y, x, 2, 1, kernels.Overwrite)
			dev.Affine(y, x, 3, 1, kernels.Overwrite)
			return nil
		}, nil
	})
	require.NoError(t, err)
	require.Len(t, counts, 1)
	k := counts[0]
	require.Equal(t, "affine", k.Name)
	require.EqualValues(t, 2, k.Launches)
	require.EqualValues(t, 2*8*n, k.Bytes)
	require.EqualValues(t, 2*n/32, k.FMA)
	require.Equal(t, roofline.H100.Memory(k), roofline.H100.Least(k), "memory bounds an element-wise kernel")
	require.InEpsilon(t, 2*8*n/3.35e12, roofline.H100.Memory(k).Seconds(), 0.01)

	_, err = roofline.Count(132, func(dev *gpu.Device) (func() error, error) { return nil, errors.New("not ready") })
	require.ErrorContains(t, err, "not ready")
}

// In half precision a product is at most as fast as the tensor cores.
func TestCountOfProducts(t *testing.T) {
	const n = 256
	counts, err := roofline.Count(132, func(dev *gpu.Device) (func() error, error) {
		g := kernels.Gemm{M: n, N: n, K: n, Alpha: 1, A: dev.Alloc(n * n), B: dev.Alloc(n * n), C: dev.Alloc(n * n)}
		dev.Fill(g.A, 1)
		dev.Fill(g.B, 1)
		return func() error { dev.Gemm(g); return nil }, nil
	}, gpu.Precision(kernels.BFloat16))
	require.NoError(t, err)
	var all int64
	for _, k := range counts {
		all += k.Products
	}
	require.EqualValues(t, n*n*n/(16*8*16), all)
	k := roofline.Kernel{Products: 1 << 30, Instructions: 1 << 31}
	require.Equal(t, roofline.H100.TensorCores(k), roofline.H100.Least(k))
}

// Of uses the clocks and the bus width that a driver reports: those of an H200 give its
// bandwidth of 4.9 TB/s.
func TestOf(t *testing.T) {
	h200 := roofline.Of(gpu.Properties{Multiprocessors: 132, Major: 9, Clock: 1.98e9, MemoryClock: 3.201e9, MemoryBus: 6144})
	require.InEpsilon(t, 4.92e12, h200.Bandwidth, 0.01)
	require.InEpsilon(t, roofline.H100.IssueRate, h200.IssueRate, 1e-9)
	require.InEpsilon(t, roofline.H100.ProductRate, h200.ProductRate, 1e-9)
	a100 := roofline.Of(gpu.Properties{Multiprocessors: 108, Major: 8, Clock: 1.41e9})
	require.InEpsilon(t, 312e12, a100.ProductRate*2*16*8*16, 0.01, "the peak that NVIDIA states")
	require.Equal(t, roofline.H100, roofline.Of(gpu.Properties{Multiprocessors: 132}))
}

// TestStep prints the table of docs/gpu.md: traffic, instructions and least times of the
// kernels of a training step of the VAE.
func TestStep(t *testing.T) {
	batch, m := *batchSize, roofline.H100
	start := time.Now()
	counts, err := roofline.Count(m.Multiprocessors, func(dev *gpu.Device) (func() error, error) {
		vae := models.NewVAE(dev, 10, 1)
		adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
		tape := autograd.NewTape(dev)
		pixels := autograd.NewTensor(dev, batch, 1, 28, 28)
		dev.Uniform(pixels.Buffer(), 1, 1)
		return func() error {
			x := tape.Input(pixels)
			tape.Backward(autograd.Scale(vae.Forward(x, 1, 0).Total, 1/float32(batch)))
			return adam.Step()
		}, nil
	}, gpu.Precision(precision))
	require.NoError(t, err)
	m.Sort(counts)
	all := roofline.Kernel{Name: "**all**"}
	var least time.Duration
	var table strings.Builder
	line := func(k roofline.Kernel, least time.Duration) {
		fmt.Fprintf(&table, "| %s | %d | %.2f | %.2f | %.0f | %.1f | %.1f | %.1f |\n", k.Name, k.Launches, float64(k.Bytes)/1e6, float64(k.Asked)/1e6,
			100*float64(k.FMA)/float64(k.Instructions), 1e6*m.Memory(k).Seconds(), 1e6*m.Issue(k).Seconds(), 1e6*least.Seconds())
	}
	for _, k := range counts {
		line(k, m.Least(k))
		all.Launches += k.Launches
		all.Bytes += k.Bytes
		all.Asked += k.Asked
		all.FMA += k.FMA
		all.Products += k.Products
		all.Instructions += k.Instructions
		least += m.Least(k)
	}
	line(all, least)
	t.Logf("a step with a batch of %d, simulated in %v\n"+
		"| kernel | launches | MB touched | MB requested | multiply-adds, %% | memory, µs | instructions, µs | at least, µs |\n|---|---|---|---|---|---|---|---|\n%s",
		batch, time.Since(start).Round(time.Millisecond), table.String())
	// The matrix products and convolutions of a step, forward and backward, need 15 million
	// multiply-adds for each image. The counts also include those on the padding of tiles.
	require.Greater(t, float64(32*all.FMA+2048*all.Products), 14e6*float64(batch))
}
