package topoloss_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// batches are the clouds that the losses are timed on: 128 points in R^784 each.
func batches(b *testing.B) map[string][2][]float32 {
	const n, dim, classes = 128, 784, 10
	random := rand.New(rand.NewPCG(1, 2))
	centres := make([]float32, classes*dim)
	for i := range centres {
		centres[i] = random.Float32()
	}
	synthetic := func() []float32 {
		x := make([]float32, 0, n*dim)
		for range n {
			centre, noise := centres[dim*random.IntN(classes):][:dim], 0.1+0.2*random.Float32()
			for _, c := range centre {
				x = append(x, c+noise*float32(random.NormFloat64()))
			}
		}
		return x
	}
	all := map[string][2][]float32{"synthetic": {synthetic(), synthetic()}}
	b.Run("images", func(b *testing.B) { // skipped where they are absent
		var chosen struct {
			A []int `json:"img128"`
			B []int `json:"img128b"`
		}
		golden.Read(b, &chosen, "bench", "images.json")
		pixels := golden.Images(b)
		all["images"] = [2][]float32{golden.Pixels(pixels, chosen.A), golden.Pixels(pixels, chosen.B)}
	})
	return all
}

// BenchmarkLosses times each loss and all together, forward and backward to
// 128 points in R^784, with the diagrams given.
func BenchmarkLosses(b *testing.B) {
	dev := cpu.New()
	defer dev.Close()
	for name, clouds := range batches(b) {
		b.Run(name, func(b *testing.B) {
			x := autograd.TensorOf(dev, clouds[0], 128, 784)
			target, err := topoloss.TargetFromPoints(autograd.TensorOf(dev, clouds[1], 128, 784), 1)
			require.NoError(b, err)
			learnable, err := topoloss.TargetFromPoints(x, 1)
			require.NoError(b, err)
			all := [7]float64{1, 1, 1, 1, 1, 1, 1}
			for i, name := range topoloss.Names() {
				var weights [7]float64
				weights[i] = 1
				benchmarkLoss(b, name, weights, x, learnable, target)
			}
			benchmarkLoss(b, "default", [7]float64{10, 10, 10, 10}, x, learnable, target)
			benchmarkLoss(b, "all", all, x, learnable, target)
		})
	}
}

func benchmarkLoss(b *testing.B, name string, weights [7]float64, x *autograd.Tensor, learnable, target *topoloss.Target) {
	b.Run(name, func(b *testing.B) {
		loss, err := topoloss.Weighted(weights, 1, topoloss.DefaultHyperparameters())
		require.NoError(b, err)
		tape := autograd.NewTape(x.Device())
		defer tape.Free()
		diagrams := learnable.Diagrams()
		b.ReportAllocs()
		for b.Loop() {
			tape.Reset()
			r, err := loss.ApplyDiagrams(tape.Variable(x), diagrams, target)
			if err != nil {
				b.Fatal(err)
			}
			tape.Backward(r.Var)
		}
	})
}

// BenchmarkEvaluate times each loss from bars to slopes alone.
func BenchmarkEvaluate(b *testing.B) {
	dev := cpu.New()
	defer dev.Close()
	for name, clouds := range batches(b) {
		b.Run(name, func(b *testing.B) {
			learnable, err := topoloss.TargetFromPoints(autograd.TensorOf(dev, clouds[0], 128, 784), 1)
			require.NoError(b, err)
			target, err := topoloss.TargetFromPoints(autograd.TensorOf(dev, clouds[1], 128, 784), 1)
			require.NoError(b, err)
			for i, name := range topoloss.Names() {
				b.Run(name, func(b *testing.B) {
					var weights [7]float64
					weights[i] = 1
					loss, err := topoloss.Weighted(weights, 1, topoloss.DefaultHyperparameters())
					require.NoError(b, err)
					diagrams := learnable.Diagrams()
					b.ReportAllocs()
					for b.Loop() {
						if _, err := loss.Evaluate(diagrams, target); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkApply times a loss from points to gradients, distances and
// persistence included.
func BenchmarkApply(b *testing.B) {
	dev := cpu.New()
	defer dev.Close()
	for name, clouds := range batches(b) {
		b.Run(name, func(b *testing.B) {
			x := autograd.TensorOf(dev, clouds[0], 128, 784)
			target, err := topoloss.TargetFromPoints(autograd.TensorOf(dev, clouds[1], 128, 784), 1)
			require.NoError(b, err)
			for _, c := range []struct {
				name    string
				weights [7]float64
			}{{"default", [7]float64{10, 10, 10, 10}}, {"all", [7]float64{10, 10, 10, 10, 10, 10, 10}}} {
				b.Run(c.name, func(b *testing.B) {
					loss, err := topoloss.Weighted(c.weights, 1, topoloss.DefaultHyperparameters())
					require.NoError(b, err)
					tape := autograd.NewTape(dev)
					defer tape.Free()
					b.ReportAllocs()
					for b.Loop() {
						tape.Reset()
						r, err := loss.Apply(tape.Variable(x), target)
						if err != nil {
							b.Fatal(err)
						}
						tape.Backward(r.Var)
					}
				})
			}
		})
	}
}
