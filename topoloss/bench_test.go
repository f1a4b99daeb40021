package topoloss_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// forBatches runs a benchmark on pairs of clouds of 128 points in R^784: drawn
// ones, and real images where these are beside the repository.
func forBatches(b *testing.B, run func(b *testing.B, dev *cpu.Device, x, y *autograd.Tensor)) {
	const n, dim, classes = 128, 784, 10
	on := func(b *testing.B, x, y []float32) {
		dev := cpu.New()
		defer dev.Close()
		run(b, dev, autograd.TensorOf(dev, x, n, dim), autograd.TensorOf(dev, y, n, dim))
	}
	b.Run("synthetic", func(b *testing.B) {
		random := rand.New(rand.NewPCG(1, 2))
		centres := make([]float32, classes*dim)
		for i := range centres {
			centres[i] = random.Float32()
		}
		draw := func() []float32 {
			x := make([]float32, 0, n*dim)
			for range n {
				centre, noise := centres[dim*random.IntN(classes):][:dim], 0.1+0.2*random.Float32()
				for _, c := range centre {
					x = append(x, c+noise*float32(random.NormFloat64()))
				}
			}
			return x
		}
		on(b, draw(), draw())
	})
	b.Run("images", func(b *testing.B) {
		var chosen struct {
			A []int `json:"img128"`
			B []int `json:"img128b"`
		}
		golden.Read(b, &chosen, "bench", "images.json")
		pixels := golden.Images(b)
		on(b, golden.Pixels(pixels, chosen.A), golden.Pixels(pixels, chosen.B))
	})
}

// someWeights are the losses that are timed: each of the seven, the default
// weights, and all.
func someWeights() (names []string, weights [][7]float64) {
	for i, name := range topoloss.OriginalNames() {
		var w [7]float64
		w[i] = 1
		names, weights = append(names, name), append(weights, w)
	}
	return append(names, "default", "all"),
		append(weights, [7]float64{10, 10, 10, 10, 0, 0, 0}, [7]float64{10, 10, 10, 10, 10, 10, 10})
}

// benchmarkTerms times step on each of someWeights.
func benchmarkTerms(b *testing.B, step func(loss *topoloss.Loss) error) {
	names, weights := someWeights()
	for i, name := range names {
		b.Run(name, func(b *testing.B) {
			loss, err := topoloss.Weighted(weights[i], 1, topoloss.DefaultHyperparameters())
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if err := step(loss); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLosses times losses forward and backward to the points, with the
// diagrams given.
func BenchmarkLosses(b *testing.B) {
	forBatches(b, func(b *testing.B, dev *cpu.Device, x, y *autograd.Tensor) {
		learnable, target := targets(b, x, y)
		diagrams := learnable.Diagrams()
		tape := autograd.NewTape(dev)
		defer tape.Free()
		benchmarkTerms(b, func(loss *topoloss.Loss) error {
			tape.Reset()
			r, err := loss.ApplyDiagrams(b.Context(), tape.Variable(x), diagrams, target)
			if err == nil {
				tape.Backward(r.Var)
			}
			return err
		})
	})
}

// BenchmarkEvaluate times losses from bars to gradients alone.
func BenchmarkEvaluate(b *testing.B) {
	forBatches(b, func(b *testing.B, _ *cpu.Device, x, y *autograd.Tensor) {
		learnable, target := targets(b, x, y)
		diagrams := learnable.Diagrams()
		benchmarkTerms(b, func(loss *topoloss.Loss) error {
			_, err := loss.Evaluate(diagrams, target)
			return err
		})
	})
}

// BenchmarkApply times losses from points to their gradients, distances and
// persistence included.
func BenchmarkApply(b *testing.B) {
	forBatches(b, func(b *testing.B, dev *cpu.Device, x, y *autograd.Tensor) {
		_, target := targets(b, x, y)
		tape := autograd.NewTape(dev)
		defer tape.Free()
		benchmarkTerms(b, func(loss *topoloss.Loss) error {
			tape.Reset()
			r, err := loss.Apply(b.Context(), tape.Variable(x), target)
			if err == nil {
				tape.Backward(r.Var)
			}
			return err
		})
	})
}

func targets(b *testing.B, x, y *autograd.Tensor) (of, from *topoloss.Target) {
	of, err := topoloss.TargetFromPoints(b.Context(), x, 1)
	require.NoError(b, err)
	from, err = topoloss.TargetFromPoints(b.Context(), y, 1)
	require.NoError(b, err)
	return of, from
}

// BenchmarkDsigma times the kernel against the number of bars: on a lattice
// where all are born at 0, in pairs where not.
func BenchmarkDsigma(b *testing.B) {
	for _, n := range []int{100, 1000, 4000} {
		for _, fromZero := range []bool{true, false} {
			b.Run(fmt.Sprintf("bars=%d/fromZero=%v", n, fromZero), func(b *testing.B) {
				random := rand.New(rand.NewPCG(3, 4))
				p, q := randomBars(random, n, fromZero), randomBars(random, n, fromZero)
				r := &topoloss.Dsigma{Sigma: 0.05}
				gradients := make([]topoloss.BarGradient, n)
				b.ReportAllocs()
				for b.Loop() {
					clear(gradients)
					r.Evaluate(p, q, gradients)
				}
			})
		}
	}
}
