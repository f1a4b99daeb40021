package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/topogen/topogen/ph"
)

// The values of -metric.
const (
	euclideanMetric   = "euclidean"
	cosineMetric      = "cosine"
	manhattanMetric   = "manhattan"
	chebyshevMetric   = "chebyshev"
	precomputedMetric = "precomputed"
)

var metrics = []string{euclideanMetric, cosineMetric, manhattanMetric, chebyshevMetric, precomputedMetric}

// between returns a metric by its name, nil if it is not a function of coordinates.
func between(metric string) func(x, y []float64) float64 {
	switch metric {
	case cosineMetric:
		return halfSquare
	case manhattanMetric:
		return manhattan
	case chebyshevMetric:
		return chebyshev
	}
	return nil
}

// halfSquare returns |x−y|²/2. Between vectors of length 1 that is 1 − x·y, without
// the rounding of that difference.
func halfSquare(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		d := v - y[i]
		sum += d * d
	}
	return sum / 2
}

func manhattan(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += math.Abs(v - y[i])
	}
	return sum
}

func chebyshev(x, y []float64) float64 {
	greatest := 0.0
	for i, v := range x {
		greatest = max(greatest, math.Abs(v-y[i]))
	}
	return greatest
}

// measured returns the distances of points in the metric that o asks for, one that has a
// formula.
func measured[T ph.Float](ctx context.Context, p ph.Points[T], o *options) (ph.Distances, error) {
	if o.metric == euclideanMetric {
		return p, nil
	}
	n := p.Len()
	if err := o.memory.Check(int64(n) * int64(n-1) / 2 * int64(unsafe.Sizeof(T(0)))); err != nil {
		return nil, err
	}
	coords, err := coordinates(p, o.metric == cosineMetric)
	if err != nil {
		return nil, err
	}
	m := ph.LowerMatrix[T]{N: n, Data: make([]T, n*(n-1)/2)}
	distance := between(o.metric)
	var next atomic.Int64
	bad := make([]bool, n) // points that have distances which T cannot hold
	workers := o.compute.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var wait sync.WaitGroup
	for range min(workers, n) {
		wait.Go(func() {
			for i := int(next.Add(1)); i < n && ctx.Err() == nil; i = int(next.Add(1)) {
				row := m.Data[i*(i-1)/2:][:i]
				for j := range row {
					row[j] = T(distance(coords[i*p.Dim:][:p.Dim], coords[j*p.Dim:][:p.Dim]))
					if math.IsInf(float64(row[j]), 1) {
						bad[i] = true
					}
				}
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if i := slices.Index(bad, true); i >= 0 {
		return nil, fmt.Errorf("a distance of point %d is too large for a number: divide all coordinates by a common factor, or give -float64", i)
	}
	return m, nil
}

// coordinates returns the coordinates of points, each divided by its length if unit is
// true.
func coordinates[T ph.Float](p ph.Points[T], unit bool) ([]float64, error) {
	out := make([]float64, len(p.Coords))
	for i, x := range p.Coords {
		out[i] = float64(x)
	}
	if !unit {
		return out, nil
	}
	for i := range p.Len() {
		x := out[i*p.Dim:][:p.Dim]
		// The greatest coordinate becomes 1 first, so that no square over- or underflows.
		for _, factor := range []func([]float64) float64{greatest, length} {
			f := factor(x)
			if f == 0 {
				return nil, fmt.Errorf("point %d is 0, which has no direction: -metric %s measures angles; leave the point out", i, cosineMetric)
			}
			for k := range x {
				x[k] /= f
			}
		}
	}
	return out, nil
}

func greatest(x []float64) float64 {
	g := 0.0
	for _, v := range x {
		g = max(g, math.Abs(v))
	}
	return g
}

func length(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}
