package metric

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// An Edge is a pair of points with its length.
//
// A filtration adds edges one after another in the order of [CompareEdges]. The order is
// total: where lengths tie, the numbers of the points decide. So the distances and the numbers
// of the points decide which edge gives birth to a class and which one ends it.
type Edge[T Float] struct {
	Length T
	A, B   int32 // A > B
}

// EdgeOf returns the edge between two points.
func EdgeOf[T Float](length T, a, b int32) Edge[T] {
	return Edge[T]{length, max(a, b), min(a, b)}
}

// CompareEdges orders edges by length, then by points.
func CompareEdges[T Float](e, f Edge[T]) int {
	if e.Length != f.Length { // never NaN
		if e.Length < f.Length {
			return -1
		}
		return 1
	}
	if e.A != f.A {
		return cmp.Compare(e.A, f.A)
	}
	return cmp.Compare(e.B, f.B)
}

// sortEdges sorts edges in the order of [CompareEdges]: by an insertion sort if they are
// nearly sorted, else by [slices.SortFunc].
func sortEdges[T Float](edges []Edge[T]) {
	moves := 0
	for i := 1; i < len(edges); i++ {
		e := edges[i]
		if edges[i-1].Length < e.Length {
			continue
		}
		k := i
		for ; k > 0 && CompareEdges(edges[k-1], e) > 0; k-- {
			edges[k] = edges[k-1]
		}
		edges[k] = e
		if moves += i - k; moves > 4*len(edges) {
			slices.SortFunc(edges, CompareEdges)
			return
		}
	}
}

// Triangle returns the number of entries below the diagonal in the first i rows of a
// matrix. It is the index of the first entry of row i in a lower triangular matrix, and the
// number of pairs of i points.
func Triangle(i int) int { return i * (i - 1) / 2 }

// CheckLength returns an error if v cannot be the distance of points i and j: if it is
// negative, infinite or NaN.
func CheckLength[T Float](i, j int, v T) error {
	if !(v >= 0) || float64(v) > math.MaxFloat64 {
		return fmt.Errorf("ph: the distance of points %d and %d is %v: distances must be finite and not negative", i, j, v)
	}
	return nil
}
