package main

import (
	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
)

const batch = 128

// works returns what is timed of this project, by name, and what ends it.
func works() (map[string]func(), func()) {
	dev := cpu.New()
	return map[string]func(){
		"vae":        vaeStep(dev),
		"gemm":       gemm(dev),
		"linear":     linear(dev),
		"conv":       convolution(dev, false),
		"convgrad":   convolution(dev, true),
		"rips":       rips(dev),
		"bottleneck": bottleneck(dev),
	}, func() { dev.Close() }
}

func uniform(dev kernels.Device, stream uint64, shape ...int) *autograd.Tensor {
	x := autograd.NewTensor(dev, shape...)
	dev.Uniform(x.Buffer(), 1, stream)
	return x
}

func vaeStep(dev kernels.Device) func() {
	vae := nn.NewVAE(dev, 10, 1)
	adam := nn.NewAdam(nn.Parameters(vae), nn.Rate{LearningRate: 5e-4})
	images := uniform(dev, 100, batch, 1, nn.ImageSide, nn.ImageSide)
	tape := autograd.NewTape(dev)
	step := uint64(0)
	return func() {
		tape.Reset()
		x := tape.Input(images)
		bce, kld := vae.Forward(x, 1, step).Losses(x)
		tape.Backward(autograd.Scale(autograd.Add(bce, kld), 1./batch))
		check(adam.Step())
		check(dev.Sync())
		step++
	}
}

func gemm(dev kernels.Device) func() {
	const n = 512
	a, b, c := uniform(dev, 1, n, n), uniform(dev, 2, n, n), uniform(dev, 3, n, n)
	return func() {
		dev.Gemm(kernels.Gemm{M: n, N: n, K: n, Alpha: 1, A: a.Buffer(), B: b.Buffer(), C: c.Buffer()})
		check(dev.Sync())
	}
}

func linear(dev kernels.Device) func() {
	x, w, b := uniform(dev, 1, batch, 3136), uniform(dev, 2, 256, 3136), uniform(dev, 3, 256)
	tape := autograd.NewTape(dev)
	return func() {
		tape.Reset()
		autograd.Linear(tape.Input(x), tape.Input(w), tape.Input(b), kernels.Identity)
		check(dev.Sync())
	}
}

func convolution(dev kernels.Device, gradients bool) func() {
	x, w, b := uniform(dev, 1, batch, 32, 14, 14), uniform(dev, 2, 64, 32, 4, 4), uniform(dev, 3, 64)
	window := autograd.Window{Stride: autograd.Both(2), Padding: autograd.Both(1)}
	tape := autograd.NewTape(dev)
	return func() {
		tape.Reset()
		if gradients {
			y := autograd.Conv2d(tape.Variable(x), tape.Variable(w), tape.Variable(b), window, kernels.Identity)
			tape.Backward(autograd.Sum(y))
		} else {
			autograd.Conv2d(tape.Input(x), tape.Input(w), tape.Input(b), window, kernels.ReLU)
		}
		check(dev.Sync())
	}
}

// cloud draws 128 Gaussian points of R¹⁰ and returns what measures their
// distances, as the peers do within what is timed.
func cloud(dev kernels.Device, seed uint64) func() ph.Matrix32 {
	const dim = 10
	x, d := autograd.NewTensor(dev, batch, dim), autograd.NewTensor(dev, batch, batch)
	dev.Normal(x.Buffer(), seed, 0)
	values := make([]float32, batch*batch)
	return func() ph.Matrix32 {
		dev.Distances(d.Buffer(), x.Buffer(), batch, dim)
		check(d.Read(values))
		return ph.Matrix32{N: batch, Data: values}
	}
}

func rips(dev kernels.Device) func() {
	distances := cloud(dev, 1)
	var e ph.Engine
	return func() {
		_, err := e.Rips(distances(), 1)
		check(err)
	}
}

func bottleneck(dev kernels.Device) func() {
	var bars [2][]ph.Bar
	for k := range bars {
		var e ph.Engine
		d, err := e.Rips(cloud(dev, uint64(k+1))(), 1)
		check(err)
		bars[k] = d[1].Finite()
	}
	var m ph.Matcher
	return func() { m.Bottleneck(bars[0], bars[1]) }
}

// check stops a benchmark that cannot go on; the processor never fails.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
