package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/kernels/cpu"
)

// Benchmarks at the size of an evaluation: 1000 real and 1000 generated images, and 1000
// images embedded in R².
func BenchmarkPooled(b *testing.B) {
	dev := cpu.New()
	defer dev.Close()
	real, fake := drawn(1, 1000, 784, 0), drawn(2, 1000, 784, 0)
	p, err := NewPooled(dev, real, fake)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"distances", func() {
			if p, err := NewPooled(dev, real, fake); err == nil {
				p.Free()
			}
		}},
		{"PRDC", func() { p.PRDC(5) }},
		{"Energy", func() { p.Energy() }},
		{"MedianDistance", func() { p.MedianDistance() }},
		{"MMD", func() { p.MMD(10) }},
		{"NearestNeighbor", func() { p.NearestNeighbor() }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
		})
	}
}

func BenchmarkEmbedding(b *testing.B) {
	dev := cpu.New()
	defer dev.Close()
	x, z := drawn(1, 1000, 784, 0), drawn(2, 1000, 2, 0)
	e, err := NewEmbedding(dev, x, z)
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(4, 4))
	labels, triplets := make([]int, 1000), make([][3]int, 100_000)
	for i := range labels {
		labels[i] = random.IntN(10)
	}
	for i := range triplets {
		triplets[i] = [3]int{random.IntN(1000), random.IntN(1000), random.IntN(1000)}
	}
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"distances", func() {
			if e, err := NewEmbedding(dev, x, z); err == nil {
				e.Free()
			}
		}},
		{"Neighborhoods", func() { e.Neighborhoods(10) }},
		{"DistanceCorrelation", func() { e.DistanceCorrelation() }},
		{"Spearman", func() { e.Spearman() }},
		{"KL", func() { e.KL(0.1) }},
		{"Pearson", func() { e.Pearson() }},
		{"RMSE", func() { e.RMSE() }},
		{"Silhouette", func() { e.Silhouette(labels) }},
		{"KNNAccuracy", func() { e.KNNAccuracy(labels, 10) }},
		{"TripletAccuracy", func() { e.TripletAccuracy(triplets) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
		})
	}
}

func BenchmarkLinearAccuracy(b *testing.B) {
	dev := cpu.New()
	defer dev.Close()
	for _, n := range []int{500, 2000, 5000} {
		x, labels := labeled(1, n, 784, 0.14)
		y, others := labeled(2, n, 784, 0.14)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := LinearAccuracy(dev, x, y, labels, others); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
