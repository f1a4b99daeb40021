package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/ph"
)

// Sizes of the clouds that metrics are timed on.
const (
	measured   = 1000 // points of R^784 of each cloud
	labels     = 10   // classes
	topologic  = 300  // points of each cloud for MTopDiv
	neighbors  = 5    // of precision and recall
	trustworth = 10   // neighbors of trustworthiness
)

// metricWorks returns the metrics that are timed. Each call measures distances anew, as the
// peers do.
func metricWorks(dev kernels.Device) map[string]func() {
	real, classes := images(1, measured)
	fake, _ := images(2, measured)
	latent := ph.Points[float32]{Dim: 2, Coords: make([]float32, 2*measured)}
	for i := range measured { // the first two coordinates
		copy(latent.Coords[2*i:], real.Coords[real.Dim*i:][:2])
	}
	random := rand.New(rand.NewPCG(3, 3))
	triplets := make([][3]int, 5*measured)
	for i := range triplets {
		triplets[i] = [3]int{random.IntN(measured), random.IntN(measured), random.IntN(measured)}
	}
	options := metrics.ScoreOptions{Neighbors: neighbors, Radius: 1}
	pooled := func(n int, f func(p *metrics.Pooled)) func() {
		return func() {
			p, err := metrics.NewPooled(dev, first(real, n), first(fake, n))
			check(err)
			f(p)
			p.Free()
		}
	}
	between := func(x, z ph.Points[float32], f func(e *metrics.Embedding)) func() {
		return func() {
			e, err := metrics.NewEmbedding(dev, x, z)
			check(err)
			f(e)
			e.Free()
		}
	}
	embedded := func(f func(e *metrics.Embedding)) func() { return between(real, latent, f) }
	labeled := func(f func(e *metrics.Embedding)) func() { return between(latent, real, f) } // labels are compared with the second cloud
	all := map[string]func(){
		"metrics/prdc":    pooled(measured, func(p *metrics.Pooled) { p.PRDC(neighbors) }),
		"metrics/energy":  pooled(measured, func(p *metrics.Pooled) { p.Energy() }),
		"metrics/median":  pooled(measured, func(p *metrics.Pooled) { p.MedianDistance() }),
		"metrics/mmd":     pooled(measured, func(p *metrics.Pooled) { p.MMD(10) }),
		"metrics/1nn":     pooled(measured, func(p *metrics.Pooled) { p.NearestNeighbor() }),
		"metrics/frechet": pooled(measured, func(p *metrics.Pooled) { p.Frechet() }),
		"metrics/samples": pooled(measured, func(p *metrics.Pooled) {
			_, err := p.Scores(context.Background(), options)
			check(err)
		}),
		"metrics/mtopdiv": pooled(topologic, func(p *metrics.Pooled) {
			_, _, err := p.MTopDiv(context.Background())
			check(err)
		}),
		"metrics/trust":       embedded(func(e *metrics.Embedding) { e.Neighborhoods(trustworth) }),
		"metrics/correlation": embedded(func(e *metrics.Embedding) { e.DistanceCorrelation() }),
		"metrics/spearman":    embedded(func(e *metrics.Embedding) { e.Spearman() }),
		"metrics/rmse":        embedded(func(e *metrics.Embedding) { e.RMSE(); e.Stress() }),
		"metrics/triplets":    embedded(func(e *metrics.Embedding) { e.TripletAccuracy(triplets) }),
		"metrics/embedding":   embedded(func(e *metrics.Embedding) { e.Scores(metrics.ScoreOptions{Neighbors: trustworth}) }),
		"metrics/silhouette":  labeled(func(e *metrics.Embedding) { e.Silhouette(classes) }),
		"metrics/knn":         labeled(func(e *metrics.Embedding) { e.KNNAccuracy(classes, trustworth) }),
	}
	for _, n := range []int{500, 2000, 5000} {
		x, labels := images(1, n)
		y, others := images(2, n)
		all[fmt.Sprint("metrics/linear", n)] = func() {
			_, err := metrics.LinearAccuracy(dev, x, y, labels, others)
			check(err)
		}
	}
	return all
}

// images draws points near one of ten centres of R^784, and says of which.
func images(seed uint64, n int) (points ph.Points[float32], classes []int) {
	centres, random := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(seed, 1))
	centre := make([]float32, labels*784)
	for i := range centre {
		centre[i] = centres.Float32()
	}
	points.Dim = 784
	for range n {
		class := random.IntN(labels)
		classes = append(classes, class)
		for _, v := range centre[784*class:][:784] {
			points.Coords = append(points.Coords, v+float32(0.2*random.NormFloat64()))
		}
	}
	return points, classes
}

func first(p ph.Points[float32], n int) ph.Points[float32] {
	return ph.Points[float32]{Dim: p.Dim, Coords: p.Coords[:n*p.Dim]}
}
