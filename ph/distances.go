package ph

import (
	"fmt"
	"math"
)

// A Float is the type of a distance or of a coordinate.
type Float interface{ float32 | float64 }

// Distances are the distances between a number of points: symmetric, not
// negative, and 0 from a point to itself. They need not obey the triangle
// inequality.
//
// The types of this package are recognised and read without these methods.
// Any other metric may be given by implementing them.
type Distances interface {
	Len() int
	Distance(i, j int) float64
}

// A Matrix is a full matrix of distances between N points, row by row. Only
// what lies below the diagonal is read.
type Matrix[T Float] struct {
	N    int
	Data []T // N·N values
}

// A Matrix32 is a full matrix of float32 distances.
type Matrix32 = Matrix[float32]

// Len returns the number of points.
func (m Matrix[T]) Len() int { return m.N }

// Distance returns the entry in row max(i, j) and column min(i, j).
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
	return float64(m.Data[triangle(max(i, j))+min(i, j)])
}

// triangle returns the number of entries of a lower matrix above row i.
func triangle(i int) int { return i * (i - 1) / 2 }

// checkLength returns an error where v is no distance.
func checkLength[T Float](i, j int, v T) error {
	if !(v >= 0) || float64(v) > math.MaxFloat64 {
		return fmt.Errorf("ph: the distance of points %d and %d is %v: distances must be finite and not negative", i, j, v)
	}
	return nil
}
