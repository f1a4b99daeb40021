package main

import (
	"context"
	"math/rand/v2"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/ph"
)

// Sizes of the clouds that metrics are timed on.
const (
	cloudPoints    = 1000 // points of R^784 of each cloud
	classCount     = 10
	mtopdivPoints  = 300 // points of each cloud for MTopDiv
	prdcNeighbors  = 5   // neighbors of precision and recall
	trustNeighbors = 10  // neighbors of trustworthiness
)

// metricWorks returns the metrics that are timed. Each call measures distances anew, as the
// peers do.
func metricWorks(dev kernels.Device) map[string]func() {
	real, classes := images(1, cloudPoints)
	fake, _ := images(2, cloudPoints)
	latent := ph.Points[float32]{Dim: 2, Coords: make([]float32, 2*cloudPoints)}
	for i := range cloudPoints { // the first two coordinates
		copy(latent.Coords[2*i:], real.Coords[real.Dim*i:][:2])
	}
	pooled := func(n int, f func(p *metrics.Pooled)) func() {
		return func() {
			p, err := metrics.Pool(dev, first(real, n), first(fake, n))
			check(err)
			f(p)
		}
	}
	embedded := func(f func(e *metrics.Embedding)) func() {
		return func() {
			e, err := metrics.Embed(dev, real, latent)
			check(err)
			f(e)
		}
	}
	half := cloudPoints / 2
	return map[string]func(){
		"metrics/prdc":        pooled(cloudPoints, func(p *metrics.Pooled) { p.PRDC(prdcNeighbors) }),
		"metrics/energy":      pooled(cloudPoints, func(p *metrics.Pooled) { p.Energy() }),
		"metrics/mmd":         pooled(cloudPoints, func(p *metrics.Pooled) { p.MMD(10) }),
		"metrics/1nn":         pooled(cloudPoints, func(p *metrics.Pooled) { p.NearestNeighbor() }),
		"metrics/trust":       embedded(func(e *metrics.Embedding) { e.Neighborhoods(trustNeighbors) }),
		"metrics/correlation": embedded(func(e *metrics.Embedding) { e.DistanceCorrelation() }),
		"metrics/spearman":    embedded(func(e *metrics.Embedding) { e.Spearman() }),
		"metrics/linear": func() {
			_, err := metrics.LinearAccuracy(dev, first(real, half), first(fake, half), classes[:half], classes[:half])
			check(err)
		},
		"metrics/mtopdiv": pooled(mtopdivPoints, func(p *metrics.Pooled) {
			_, _, err := p.MTopDiv(context.Background())
			check(err)
		}),
	}
}

// images draws n points of R^784, each near one of ten centres. The class of a point is the
// number of its centre.
func images(seed uint64, n int) (points ph.Points[float32], classes []int) {
	centres, random := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(seed, 1))
	centre := make([]float32, classCount*784)
	for i := range centre {
		centre[i] = centres.Float32()
	}
	points.Dim = 784
	for range n {
		class := random.IntN(classCount)
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
