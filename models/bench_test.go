package models_test

import (
	"slices"
	"strconv"
	"strings"
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
	// decodeFLOP is that of decoding one draw of the prior, forward and backward,
	// without the gradient of the draw.
	decodeFLOP = 15.06e6
)

// benchmarkStep times steps of the VAE with topological terms, for a number of draws of
// the prior if a term looks at samples, against the true diagrams of the batch. Its floor
// is the time that the products alone would take at the processor's peak, the median of
// what it reaches between steps.
func benchmarkStep(b *testing.B, terms string, draws int) {
	dev := cpu.New()
	defer dev.Close()
	vae := models.NewVAE(dev, 10, 1)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
	specs, err := topoloss.Parse(terms)
	require.NoError(b, err)
	objective, err := topoloss.New(specs, topoloss.Options{})
	require.NoError(b, err)
	flop := stepFLOP
	if objective.Needs(topoloss.Samples, 0) {
		flop += decodeFLOP * float64(draws)
	}
	images := garments(benchBatch)
	tape := autograd.NewTape(dev)
	var target *topoloss.Target
	step := uint64(0)
	run := func() {
		x := tape.Constant(images, benchBatch, 1, 28, 28)
		r := vae.Forward(x, 1, step)
		total := r.Total
		if len(specs) > 0 {
			if target == nil {
				target, err = objective.Target(b.Context(), x)
				require.NoError(b, err)
			}
			at := topoloss.Step{Number: step, Batch: x, Output: r.Reconstruction, Latent: r.Latent}
			if objective.Needs(topoloss.Samples, step) {
				at.Samples = models.Sample(vae, tape, draws, 2, step)
			}
			result, err := objective.Apply(b.Context(), at, target)
			require.NoError(b, err)
			if result.OK {
				total = autograd.Add(total, result.Var)
			}
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
			floors = append(floors, flop/dev.Peak())
			b.StartTimer()
		}
		start := time.Now()
		run()
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	slices.Sort(floors)
	median, floor := times[len(times)/2].Seconds(), floors[len(floors)/2]
	b.ReportMetric(flop/median/1e9, "GFLOP/s")
	b.ReportMetric(1e3*median, "median-ms")
	b.ReportMetric(1e3*floor, "floor-ms")
	b.ReportMetric(median/floor, "floors")
}

func BenchmarkVAEStep(b *testing.B) { benchmarkStep(b, "", 0) }

func BenchmarkTopoVAEStep(b *testing.B) {
	benchmarkStep(b, "bottleneck0=10,bottleneck1=10,entropy0=10,entropy1=10", 0)
}

func BenchmarkTopoVAEStepAll(b *testing.B) {
	var terms []string
	for _, name := range topoloss.OriginalNames() {
		terms = append(terms, name+"=10")
	}
	benchmarkStep(b, strings.Join(terms, ","), 0)
}

// BenchmarkSamplesVAEStep times a term on samples. Beside BenchmarkVAEStep, the arithmetic
// grows by decodeFLOP for each draw.
func BenchmarkSamplesVAEStep(b *testing.B) {
	for _, draws := range []int{32, 64, 128} {
		b.Run(strconv.Itoa(draws), func(b *testing.B) { benchmarkStep(b, "deaths0@samples=1", draws) })
	}
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
