package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// A workload is a computation to time.
type workload struct {
	name string
	half bool // products in half precision
	// prepare allocates the workload's buffers and returns the computation.
	prepare func(dev *gpu.Device) (func() error, error)
	// flops is the number of floating-point operations if the workload is too large to
	// simulate; its predicted time is then the time at the peak rate. It is 0 for a
	// workload that can be simulated.
	flops float64
}

// workloads returns all workloads, for batches of the given number of images. The script
// kernels/cuda/peer.py, which times PyTorch, uses the same names.
func workloads(batch int) []workload {
	var all []workload
	for _, s := range [][3]int{{512, 512, 512}, {batch, 256, 3136}, {batch, 3136, 256}} {
		all = append(all, product(s[0], s[1], s[2]))
	}
	if batch >= 128 {
		large := product(4096, 4096, 4096)
		large.flops = 2 * 4096 * 4096 * 4096
		all = append(all, large)
	}
	all = append(all, modelWorkloads(batch)...)
	for _, w := range slices.Clone(all) {
		if w.products() {
			w.half, w.name = true, w.name+", bf16"
			all = append(all, w)
		}
	}
	return all
}

// products reports whether the workload has products, which depend on the precision of the
// device.
func (w *workload) products() bool { return w.name != "persistence" }

// options returns the options of the device that the workload runs on.
func (w *workload) options() []gpu.Option {
	if w.half {
		return []gpu.Option{gpu.Precision(kernels.BFloat16)}
	}
	return nil
}

// product returns the workload that computes the m×n product A·Bᵀ with inner dimension k.
func product(m, n, k int) workload {
	return workload{name: fmt.Sprintf("product %dx%dx%d", m, n, k), prepare: func(dev *gpu.Device) (func() error, error) {
		g := kernels.Gemm{M: m, N: n, K: k, TransB: true, Alpha: 1, A: uniform(dev, m*k), B: uniform(dev, k*n), C: uniform(dev, m*n)}
		return func() error { dev.Gemm(g); return nil }, nil
	}}
}

// modelWorkloads returns the workloads other than matrix products: the VAE's second
// convolution and its gradients, persistence, and training steps without and with a
// topological loss.
func modelWorkloads(batch int) []workload {
	s := kernels.ConvShape{N: batch, C: 32, H: 14, W: 14, K: 64, R: 4, S: 4, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1, OutH: 7, OutW: 7}
	convolution := func(name string, run func(dev *gpu.Device, x, y, w kernels.Buffer)) workload {
		return workload{name: name, prepare: func(dev *gpu.Device) (func() error, error) {
			x, y, w := uniform(dev, s.N*s.C*s.H*s.W), uniform(dev, s.N*s.K*s.OutH*s.OutW), uniform(dev, s.K*s.C*s.R*s.S)
			return func() error { run(dev, x, y, w); return nil }, nil
		}}
	}
	return []workload{
		convolution("convolution", func(dev *gpu.Device, x, y, w kernels.Buffer) {
			dev.Conv(s, y, x, w, kernels.Buffer{}, kernels.ReLU)
		}),
		convolution("convolution, input gradient", func(dev *gpu.Device, x, y, w kernels.Buffer) {
			dev.ConvTranspose(s, x, y, w, kernels.Buffer{}, kernels.Identity, kernels.Overwrite)
		}),
		convolution("convolution, weight gradient", func(dev *gpu.Device, x, y, w kernels.Buffer) {
			dev.ConvWeightGrad(s, w, x, y, kernels.Overwrite)
		}),
		{name: "persistence", prepare: func(dev *gpu.Device) (func() error, error) { return persistence(dev, batch) }},
		{name: "step of the VAE", prepare: func(dev *gpu.Device) (func() error, error) { return step(dev, batch, nil) }},
		{name: "step of the TopoVAE", prepare: func(dev *gpu.Device) (func() error, error) {
			loss, err := topoloss.Weighted([7]float64{10, 10, 10, 10, 1, 1, 1}, 1, topoloss.DefaultHyperparameters())
			if err != nil {
				return nil, err
			}
			return step(dev, batch, loss)
		}},
	}
}

// persistence returns a function that computes the diagrams of degrees 0 and 1 of a batch of
// images, whose points are the images. The GPU computes distances and lunes, the host the
// bars.
func persistence(dev *gpu.Device, batch int) (func() error, error) {
	points := autograd.TensorOf(dev, images(batch), batch, fashionmnist.Pixels)
	return func() error {
		_, err := topoloss.TargetFromPoints(context.Background(), points, 1)
		return err
	}, nil
}

// step returns a function that runs one training step of the VAE. It adds the topological
// loss unless that is nil.
func step(dev *gpu.Device, batch int, loss *topoloss.Loss) (func() error, error) {
	vae := models.NewVAE(dev, 10, 1)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
	tape := autograd.NewTape(dev)
	pixels := autograd.TensorOf(dev, images(batch), batch, 1, 28, 28)
	var target *topoloss.Target
	number := uint64(0)
	return func() error {
		tape.Reset()
		x := tape.Input(pixels)
		out := vae.Forward(x, 1, number)
		number++
		total := out.Total
		if loss != nil {
			if target == nil {
				var err error
				if target, err = loss.Target(context.Background(), x); err != nil {
					return err
				}
			}
			r, err := loss.Apply(context.Background(), out.Reconstruction, target)
			if err != nil {
				return err
			}
			if r.OK {
				total = autograd.Add(total, r.Var)
			}
		}
		tape.Backward(autograd.Scale(total, 1/float32(batch)))
		return adam.Step()
	}, nil
}

// images returns the pixels of n images that package fashionmnist draws.
func images(n int) []float32 {
	set := fashionmnist.Draw(n, 1)
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	x := make([]float32, n*fashionmnist.Pixels)
	set.Decode(x, numbers)
	return x
}

// uniform returns a buffer of n random numbers.
func uniform(dev *gpu.Device, n int) kernels.Buffer {
	b := dev.Alloc(n)
	dev.Uniform(b, 1, uint64(n))
	return b
}

// times opens a device over driver, prepares the workload, runs it warmups times, and waits
// for the GPU. Then it calls measure with the function that runs the workload once more.
func (w *workload) times(driver gpu.Driver, warmups int, measure func(run func() error) error) error {
	dev, err := gpu.New(driver, w.options()...)
	if err != nil {
		return err
	}
	do := func() error {
		run, err := w.prepare(dev)
		if err != nil {
			return err
		}
		for range warmups {
			if err := run(); err != nil {
				return err
			}
		}
		if err := dev.Sync(); err != nil {
			return err
		}
		if err := measure(func() error { return run() }); err != nil {
			return err
		}
		return dev.Sync()
	}
	return errors.Join(do(), dev.Close())
}
