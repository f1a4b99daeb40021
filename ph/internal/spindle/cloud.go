package spindle

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
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

	twins    []metric.Edge[T] // for each point that is left out, its edge to the least point of equal coordinates
	distinct []int32          // the points in the tree, before it orders them
	slots    []int32          // a hash table of distinct points, −1 in an empty slot
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
	c.findDistinct(dim, coords)
	kdtree.Build(&c.Tree, dim, coords, c.distinct, stop)
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

// findDistinct lists, for each place where points are, the least point there.
func (c *cloud[T]) findDistinct(dim int, coords []T) {
	n := len(coords) / dim
	size := 16
	for size < 2*n {
		size *= 2
	}
	c.slots = reuse.Slice(c.slots, size)
	for i := range c.slots {
		c.slots[i] = -1
	}
	at := func(i int) []T { return coords[i*dim:][:dim] }
	c.distinct, c.twins = c.distinct[:0], c.twins[:0]
	for i := range n {
		h := uint64(0)
		for _, v := range at(i) {
			h = (h ^ math.Float64bits(float64(v+0))) * 0x9e3779b97f4a7c15 // +0 makes a −0 a 0
			h ^= h >> 29
		}
		for k := h & uint64(size-1); ; k = (k + 1) & uint64(size-1) {
			j := c.slots[k]
			if j < 0 {
				c.slots[k] = int32(i)
				c.distinct = append(c.distinct, int32(i))
				break
			}
			if equal(at(i), at(int(j))) {
				c.twins = append(c.twins, metric.EdgeOf(T(0), int32(i), j))
				break
			}
		}
	}
}

// equal reports whether two points have the same coordinates.
func equal[T metric.Float](x, y []T) bool {
	for d, v := range x {
		if v != y[d] {
			return false
		}
	}
	return true
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
