package spindle

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// maxDim is the largest number of dimensions.
const maxDim = 8

// A cloud is a k-d tree of distinct points. Points are given by their places in the tree.
type cloud[T metric.Float] struct {
	kdtree.Tree
	limit T // the greatest length that an edge may have

	// coincidence tells which points are left out of the tree, as they coincide with others.
	coincidence metric.Coincidence[T]
}

// slack is a relative margin for rounding. It widens a bound on a squared distance by more
// than the rounding of the distance to float32 can change it.
const slack = 1e-5

// tiny is a squared distance, of a length of 10⁻³⁰. The float32 of a much shorter length has
// so few digits that slack does not bound its rounding. So nothing is concluded from bounds on
// squared distances below tiny.
const tiny = 1e-60

// begin builds the tree. A threshold of 0 stands for none: then the limit is the diagonal
// of the bounding box, which no distance exceeds.
func (c *cloud[T]) begin(dim int, coords []T, threshold float64, stop parallel.Stop) error {
	if err := metric.CheckPoints(dim, coords); err != nil {
		return err
	}
	c.coincidence.Find(dim, coords)
	kdtree.Build(&c.Tree, dim, coords, c.coincidence.Distinct, stop)
	if c.Len() == 0 || stop.Requested() {
		return nil
	}
	lo, hi := c.Box(0)
	_, most := kdtree.BoxReach(lo, hi, lo, hi)
	c.limit = T(math.Sqrt(most) * (1 + slack))
	if math.IsInf(float64(c.limit), 1) {
		return fmt.Errorf("ph: coordinates from %v to %v: distances exceed the greatest %T", lo, hi, c.limit)
	}
	if threshold > 0 && threshold < float64(c.limit) {
		c.limit = T(threshold)
	}
	return nil
}

// edge returns the edge between the points in two places.
func (c *cloud[T]) edge(a, b int32) metric.Edge[T] {
	return metric.EdgeOf(T(math.Sqrt(c.Squared(c.At(a), b))), c.Order[a], c.Order[b])
}

// A span tells apart squared distances that are certainly less than the length of an edge,
// those that are certainly greater, and those that rounding leaves open.
type span[T metric.Float] struct {
	edge   metric.Edge[T]
	lo, hi float64
}

func spanOf[T metric.Float](e metric.Edge[T]) span[T] {
	s := float64(e.Length) * float64(e.Length)
	if s < tiny {
		return span[T]{e, -1, 2 * tiny}
	}
	return span[T]{e, s * (1 - slack), s * (1 + slack)}
}

// before reports whether the edge between two different points comes before the edge of the
// span. squared is its squared length.
func (c *cloud[T]) before(squared float64, a, b int32, s *span[T]) bool {
	if squared < s.lo {
		return true
	}
	if squared > s.hi {
		return false
	}
	return metric.CompareEdges(metric.EdgeOf(T(math.Sqrt(squared)), c.Order[a], c.Order[b]), s.edge) < 0
}
