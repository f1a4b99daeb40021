package ph

import "github.com/topogen/topogen/ph/internal/metric"

// Points is a cloud of points with Euclidean distances, which are computed in float64 and
// rounded to T.
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
func (p Points[T]) Distance(i, j int) float64 {
	return float64(metric.Distance(p.At(i), p.At(j)))
}
