package ph

import (
	"math"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A Float is the type of a distance or of a coordinate.
type Float interface{ float32 | float64 }

// Distances are the distances between a number of points: symmetric, not negative, and 0
// from a point to itself. They need not obey the triangle inequality. A distance of +Inf
// means that two points are never joined; [Engine.Rips] and [Points] refuse it.
//
// The engine reads the data of the types of this package directly. From any other type it
// asks for each distance once.
type Distances interface {
	Len() int
	Distance(i, j int) float64
}

// A Matrix is a full matrix of distances between N points, row by row. Only entries below
// the diagonal are read.
type Matrix[T Float] struct {
	N    int
	Data []T // N·N values
}

// A Matrix32 is a full matrix of float32 distances.
type Matrix32 = Matrix[float32]

// Len returns the number of points.
func (m Matrix[T]) Len() int { return m.N }

// Distance returns the distance of points i and j: the entry below the diagonal.
func (m Matrix[T]) Distance(i, j int) float64 {
	if i == j {
		return 0
	}
	return float64(m.Data[max(i, j)*m.N+min(i, j)])
}

// A LowerMatrix holds the distances between N points below the diagonal: row i
// has i entries.
type LowerMatrix[T Float] struct {
	N    int
	Data []T // N·(N−1)/2 values
}

// Len returns the number of points.
func (m LowerMatrix[T]) Len() int { return m.N }

// Distance returns the distance of points i and j.
func (m LowerMatrix[T]) Distance(i, j int) float64 {
	if i == j {
		return 0
	}
	return float64(m.Data[metric.Triangle(max(i, j))+min(i, j)])
}

// A Sparse value lists the distances of some pairs of N points. Two points without an entry
// are never joined.
type Sparse[T Float] struct {
	N       int
	Entries []Entry[T]
}

// An Entry is the distance of points I and J. Of several entries for the same points the
// least distance counts.
type Entry[T Float] struct {
	I, J     int
	Distance T
}

// Len returns the number of points.
func (s Sparse[T]) Len() int { return s.N }

// Distance returns the distance of points i and j, +Inf if there is no entry. It reads all
// entries, so that it is slow.
func (s Sparse[T]) Distance(i, j int) float64 {
	if i == j {
		return 0
	}
	d := math.Inf(1)
	for _, e := range s.Entries {
		if e.I == i && e.J == j || e.I == j && e.J == i {
			d = min(d, float64(e.Distance))
		}
	}
	return d
}
