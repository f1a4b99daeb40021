package ph

import (
	"fmt"
	"math"
)

// Points is a cloud with Euclidean distances, computed in float64 and rounded
// to T.
type Points[T Float] struct {
	Dim    int // at least 1
	Coords []T // one point after another
}

// Len returns the number of points.
func (p Points[T]) Len() int {
	if p.Dim < 1 {
		return 0
	}
	return len(p.Coords) / p.Dim
}

// At returns the coordinates of a point.
func (p Points[T]) At(i int) []T { return p.Coords[i*p.Dim : (i+1)*p.Dim] }

// Distance returns the distance of points i and j.
func (p Points[T]) Distance(i, j int) float64 { return float64(euclidean(p.At(i), p.At(j))) }

func euclidean[T Float](x, y []T) T {
	var s float64
	for k, v := range x {
		d := float64(v) - float64(y[k])
		s += float64(d * d) // never fused, so that all machines agree
	}
	return T(math.Sqrt(s))
}

// check returns an error that names the first coordinate that is not finite.
func (p Points[T]) check() error {
	if p.Dim < 1 || len(p.Coords)%p.Dim != 0 {
		return fmt.Errorf("ph: %d coordinates are no points of %d dimensions", len(p.Coords), p.Dim)
	}
	for i, v := range p.Coords {
		if f := float64(v); f-f != 0 {
			return fmt.Errorf("ph: point %d has coordinate %d = %v: coordinates must be finite", i/p.Dim, i%p.Dim, v)
		}
	}
	return nil
}

// distances writes all distances, a lower matrix.
func (p Points[T]) distances(lower []T, workers int) {
	inRuns(workers, p.Len(), 16, func(_, i int) {
		row := lower[triangle(i):][:i]
		for j := range row {
			row[j] = euclidean(p.At(i), p.At(j))
		}
	})
}
