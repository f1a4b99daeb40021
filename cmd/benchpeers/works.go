package main

import (
	"context"
	"maps"
	"math"
	"math/rand/v2"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/topoloss"
)

const (
	batch = 128
	many  = 400 // points of R¹⁰ with some 450 bars in degree 1
)

// works returns the functions of this project that are timed, by name, and a function that
// closes their devices.
func works() (map[string]func(), func()) {
	dev, half := cpu.New(), cpu.New(cpu.Precision(kernels.BFloat16))
	all := map[string]func(){
		"vae":         vaeStep(dev, [7]float64{}),
		"vae/bf16":    vaeStep(half, [7]float64{}),
		"gemm/bf16":   gemm(half),
		"vae/default": vaeStep(dev, defaultWeights),
		"vae/all":     vaeStep(dev, sevenWeights),
		"losses/all":  losses(dev, sevenWeights),
		"gemm":        gemm(dev),
		"linear":      linear(dev),
		"conv":        convolution(dev, false),
		"convgrad":    convolution(dev, true),
		"rips":        rips(dev, gaussian(dev, batch, 1)),
		"rips784":     rips(dev, classes(dev, 1)),
		"square":      persistence(square(2000), 1),
		"sphere":      persistence(sphere(192), 2),
		"bottleneck":  between(dev, batch, func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) { m.Bottleneck(ctx, a, b) }),
		"wasserstein": between(dev, many, func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) { m.Wasserstein(ctx, a, b, 2, 2) }),
		"sliced":      between(dev, many, func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) { m.SlicedWasserstein(ctx, a, b, 50) }),
	}
	for dim, name := range map[int]string{784: "784", 2: "2"} {
		all["signature"+name] = term(dev, "signature=1", dim)
		all["wasserstein"+name] = term(dev, "wasserstein0=1(norm=inf),wasserstein1=1(norm=inf)", dim)
		all["rtd"+name] = term(dev, "rtd=1", dim)
	}
	for i, name := range topoloss.OriginalNames() {
		var one [7]float64
		one[i] = 1
		all["losses/"+name] = losses(dev, one)
	}
	maps.Copy(all, metricWorks(dev))
	return all, func() { dev.Close(); half.Close() }
}

var (
	defaultWeights = [7]float64{10, 10, 10, 10, 0, 0, 0}
	sevenWeights   = [7]float64{10, 10, 10, 10, 10, 10, 10}
)

func uniform(dev kernels.Device, stream uint64, shape ...int) *autograd.Tensor {
	x := autograd.NewTensor(dev, shape...)
	dev.Uniform(x.Buffer(), 1, stream)
	return x
}

// vaeStep returns a step of training of the VAE, with those topological losses that have a
// weight other than 0.
func vaeStep(dev kernels.Device, weights [7]float64) func() {
	vae := models.NewVAE(dev, 10, 1)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
	images := uniform(dev, 100, batch, 1, 28, 28)
	loss, err := topoloss.Weighted(weights, 1, topoloss.DefaultHyperparameters())
	check(err)
	target, err := topoloss.TargetFromPoints(context.Background(), images, 1)
	check(err)
	tape := autograd.NewTape(dev)
	step := uint64(0)
	return func() {
		tape.Reset()
		x := tape.Input(images)
		r := vae.Forward(x, 1, step)
		total := r.Total
		if len(loss.Terms) > 0 {
			result, err := loss.Apply(context.Background(), r.Reconstruction, target)
			check(err)
			total = autograd.Add(total, result.Var)
		}
		tape.Backward(autograd.Scale(total, 1./batch))
		check(adam.Step())
		check(dev.Sync())
		step++
	}
}

// losses returns a function that computes the topological losses of two batches of pixels,
// forward and backward. The diagrams of both are given.
func losses(dev kernels.Device, weights [7]float64) func() {
	x, y := classes(dev, 1), classes(dev, 2)
	learnable, err := topoloss.TargetFromPoints(context.Background(), x, 1)
	check(err)
	target, err := topoloss.TargetFromPoints(context.Background(), y, 1)
	check(err)
	loss, err := topoloss.Weighted(weights, 1, topoloss.DefaultHyperparameters())
	check(err)
	diagrams, tape := learnable.Diagrams(), autograd.NewTape(dev)
	return func() {
		tape.Reset()
		result, err := loss.ApplyDiagrams(context.Background(), tape.Variable(x), diagrams, target)
		check(err)
		tape.Backward(result.Var)
		check(dev.Sync())
	}
}

// term returns a function that computes terms of a cloud in R^784 or in the plane, forward and
// backward, with the distances and diagrams of the learnable cloud. The target is given.
func term(dev kernels.Device, text string, dim int) func() {
	x, y := classes(dev, 1), classes(dev, 2)
	if dim == 2 {
		x, y = autograd.NewTensor(dev, batch, 2), autograd.NewTensor(dev, batch, 2)
		dev.Normal(x.Buffer(), 1, 0)
		dev.Normal(y.Buffer(), 2, 0)
	}
	specs, err := topoloss.Parse(text)
	check(err)
	objective, err := topoloss.New(specs, topoloss.Options{})
	check(err)
	objective.Parameters(dev)
	tape := autograd.NewTape(dev)
	target, err := objective.Target(context.Background(), tape.Input(y))
	check(err)
	return func() {
		tape.Reset()
		outcome, err := objective.Apply(context.Background(), topoloss.Step{Batch: tape.Input(y), Output: tape.Variable(x)}, target)
		check(err)
		tape.Backward(outcome.Var)
		check(dev.Sync())
	}
}

// classes draws points around ten centres in R^784, which are the same for all
// seeds.
func classes(dev kernels.Device, seed uint64) *autograd.Tensor {
	const dim, classes = 784, 10
	centre := rand.New(rand.NewPCG(7, 0))
	centres := make([]float32, classes*dim)
	for i := range centres {
		centres[i] = centre.Float32()
	}
	random := rand.New(rand.NewPCG(seed, 1))
	points := make([]float32, 0, batch*dim)
	for range batch {
		for _, c := range centres[dim*random.IntN(classes):][:dim] {
			points = append(points, c+0.2*float32(random.NormFloat64()))
		}
	}
	return autograd.TensorOf(dev, points, batch, dim)
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
		autograd.Linear(tape.Input(x), tape.Input(w), tape.Input(b), autograd.ActNone)
		check(dev.Sync())
	}
}

func convolution(dev kernels.Device, gradients bool) func() {
	x, w, b := uniform(dev, 1, batch, 32, 14, 14), uniform(dev, 2, 64, 32, 4, 4), uniform(dev, 3, 64)
	window := autograd.ConvOptions{Stride: 2, Padding: 1}
	tape := autograd.NewTape(dev)
	return func() {
		tape.Reset()
		if gradients {
			y := autograd.Conv2d(tape.Variable(x), tape.Variable(w), tape.Variable(b), window, autograd.ActNone)
			tape.Backward(autograd.Sum(y))
		} else {
			autograd.Conv2d(tape.Input(x), tape.Input(w), tape.Input(b), window, autograd.ActReLU)
		}
		check(dev.Sync())
	}
}

// gaussian draws Gaussian points of R¹⁰.
func gaussian(dev kernels.Device, n int, seed uint64) *autograd.Tensor {
	x := autograd.NewTensor(dev, n, 10)
	dev.Normal(x.Buffer(), seed, 0)
	return x
}

// measure returns a function that computes the distances of points. It is part of what is
// timed, as the peers compute distances, too.
func measure(dev kernels.Device, x *autograd.Tensor) func() ph.Matrix32 {
	n := x.Shape()[0]
	d := autograd.NewTensor(dev, n, n)
	values := make([]float32, n*n)
	return func() ph.Matrix32 {
		fused.Distances(dev, d.Buffer(), x.Buffer(), n, x.Len()/n)
		check(d.Read(values))
		return ph.Matrix32{N: n, Data: values}
	}
}

// rips returns a function that computes degrees 0 and 1 of points. The device computes their
// distances.
func rips(dev kernels.Device, x *autograd.Tensor) func() {
	distances := measure(dev, x)
	var e ph.Engine
	return func() {
		_, err := e.Rips(context.Background(), distances(), 1)
		check(err)
	}
}

// square draws points of the unit square.
func square(n int) ph.Points[float32] {
	random := rand.New(rand.NewPCG(3, 4))
	p := ph.Points[float32]{Dim: 2}
	for range 2 * n {
		p.Coords = append(p.Coords, random.Float32())
	}
	return p
}

// sphere draws points of the 3-sphere.
func sphere(n int) ph.Points[float32] {
	random := rand.New(rand.NewPCG(5, 6))
	p := ph.Points[float32]{Dim: 4}
	for range n {
		var x [4]float64
		norm := 0.0
		for i := range x {
			x[i] = random.NormFloat64()
			norm += x[i] * x[i]
		}
		for _, v := range x {
			p.Coords = append(p.Coords, float32(v/math.Sqrt(norm)))
		}
	}
	return p
}

// persistence returns a function that computes the degrees of points from 0 to degree.
func persistence(p ph.Points[float32], degree int) func() {
	var e ph.Engine
	return func() {
		_, err := e.Compute(context.Background(), p, ph.Options{MaxDegree: degree})
		check(err)
	}
}

// between returns a function that computes a distance between the diagrams of degree 1 of two
// Gaussian clouds of n points.
func between(dev kernels.Device, n int, run func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar)) func() {
	var bars [2][]ph.Bar
	for k := range bars {
		var e ph.Engine
		d, err := e.Rips(context.Background(), measure(dev, gaussian(dev, n, uint64(k+1)))(), 1)
		check(err)
		bars[k] = d[1].Finite()
	}
	var m distance.Matcher
	return func() { run(context.Background(), &m, bars[0], bars[1]) }
}

// check stops a benchmark that cannot go on; the processor never fails.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
