package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
)

// BenchmarkRips times the engine of a training step on clouds of as many points as
// batches have: images if the reference data are there, Gaussian points of R¹⁰, whose loops
// are many, and a noisy circle, whose one loop lives nearly to the end.
func BenchmarkRips(b *testing.B) {
	for _, n := range []int{64, 128, 256, 512} {
		random := rand.New(rand.NewPCG(5, uint64(n)))
		run := func(name string, cloud func(b *testing.B) []float32) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				m := distances(cloud(b), n)
				var e ph.Engine
				_, err := e.Rips(b.Context(), m, 1)
				require.NoError(b, err)
				b.ReportAllocs()
				for b.Loop() {
					_, err := e.Rips(b.Context(), m, 1)
					require.NoError(b, err)
				}
			})
		}
		run("images", func(b *testing.B) []float32 {
			pixels := golden.Images(b)
			return golden.Pixels(pixels, random.Perm(len(pixels) / 784)[:n])
		})
		run("gauss", func(*testing.B) []float32 { return draw(random, n, 10, 0) })
		run("circle", func(*testing.B) []float32 { return circle(random, n) })
	}
}

// circle draws points around a circle.
func circle(r *rand.Rand, n int) []float32 {
	coords := make([]float32, 2*n)
	for i := range n {
		s, c := math.Sincos(2 * math.Pi * r.Float64())
		coords[2*i], coords[2*i+1] = float32(c+0.1*r.NormFloat64()), float32(s+0.1*r.NormFloat64())
	}
	return coords
}

// BenchmarkEach times 10 000 clouds of 128 points of R¹⁰, distances included, on one worker
// and on two.
func BenchmarkEach(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	clouds := make([]ph.Distances, 10_000)
	for i := range clouds {
		clouds[i] = ph.Points[float32]{Coords: draw(random, 128, 10, 0), Dim: 10}
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			for b.Loop() {
				_, err := ph.Each(b.Context(), clouds, ph.Options{MaxDegree: 1, Workers: workers})
				require.NoError(b, err)
			}
		})
	}
}
