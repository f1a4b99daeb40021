package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

const (
	benchBatch = 128
	// stepFLOP is the arithmetic of a step's products at that batch, forward
	// and backward.
	stepFLOP = 3.83e9
)

// benchmarkStep times steps of the VAE, with a topological loss if one has a
// weight, against the true diagrams of the batch. Its floor is the time that the
// products alone would take at the processor's peak, the median of what it
// reaches between steps.
func benchmarkStep(b *testing.B, weights [7]float64) {
	dev := cpu.New()
	defer dev.Close()
	vae := models.NewVAE(dev, 10, 1)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
	loss, err := topoloss.Weighted(weights, 1, topoloss.DefaultHyperparameters())
	require.NoError(b, err)
	images := garments(benchBatch)
	tape := autograd.NewTape(dev)
	var target *topoloss.Target
	step := uint64(0)
	run := func() {
		x := tape.Constant(images, benchBatch, 1, 28, 28)
		r := vae.Forward(x, 1, step)
		total := r.Total
		if len(loss.Terms) > 0 {
			if target == nil {
				target, err = loss.Target(b.Context(), x)
				require.NoError(b, err)
			}
			result, err := loss.Apply(b.Context(), r.Reconstruction, target)
			require.NoError(b, err)
			total = autograd.Add(total, result.Var)
		}
		tape.Backward(autograd.Scale(total, 1./benchBatch))
		require.NoError(b, adam.Step())
		_, err := r.Losses[0].Var.Item()
		require.NoError(b, err)
		tape.Reset()
		step++
	}
	run()
	run()
	b.ReportAllocs()
	times := make([]time.Duration, b.N)
	var floors []float64
	b.ResetTimer()
	for i := range times {
		if i%(1+b.N/20) == 0 {
			b.StopTimer()
			floors = append(floors, stepFLOP/dev.Peak())
			b.StartTimer()
		}
		start := time.Now()
		run()
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	slices.Sort(floors)
	median, floor := times[len(times)/2].Seconds(), floors[len(floors)/2]
	b.ReportMetric(stepFLOP/median/1e9, "GFLOP/s")
	b.ReportMetric(1e3*median, "median-ms")
	b.ReportMetric(1e3*floor, "floor-ms")
	b.ReportMetric(median/floor, "floors")
}

func BenchmarkVAEStep(b *testing.B) { benchmarkStep(b, [7]float64{}) }

func BenchmarkTopoVAEStep(b *testing.B) { benchmarkStep(b, [7]float64{10, 10, 10, 10, 0, 0, 0}) }

func BenchmarkTopoVAEStepAll(b *testing.B) {
	benchmarkStep(b, [7]float64{10, 10, 10, 10, 10, 10, 10})
}

// garments returns n images of the embedded data set.
func garments(n int) []float32 {
	set := fashionmnist.Draw(n, 1)
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	x := make([]float32, n*fashionmnist.Pixels)
	set.Decode(x, numbers)
	return x
}
