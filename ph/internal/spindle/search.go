package spindle

import (
	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/metric"
)

// A search is the workspace of one worker.
type search[T metric.Float] struct {
	edges   []metric.Edge[T] // the edges with empty lunes that the worker has found
	columns []column[T]      // the columns that it has found
	arena   []int32          // the entries of these columns

	nearest   []nearPoint // see findEmptyLunes
	lone      []nearPoint // points that no point found before rules out, see findEmptyLunes
	witnesses witnesses   // see findCandidates
	list      []int32     // places that are joined to the current point
	stack     []int32     // nodes of the tree that are still to be visited
	around    []nearPoint // the points around the current point, see listAround

	far, frontier, others []int32   // see components
	boxes                 []boxPair // see findBetween
	common                int32     // the last point that was common to lunes, see areDominated
	pairs                 []pair    // see appendChain
	entries               []int32   // see findColumns
}

// push puts the children of a node on the stack, the one that is nearer to x last.
func (s *search[T]) push(c *cloud[T], x []float64, nd *kdtree.Node) {
	lo, hi := c.Box(nd.Left)
	left, _ := kdtree.Reach(x, lo, hi)
	lo, hi = c.Box(nd.Right)
	if right, _ := kdtree.Reach(x, lo, hi); left < right {
		s.stack = append(s.stack, nd.Right, nd.Left)
	} else {
		s.stack = append(s.stack, nd.Left, nd.Right)
	}
}

// near reports whether the squared distance of x from a box is at most bound.
func near(x, lo, hi []float64, bound float64) bool {
	least := 0.0
	lo, hi = lo[:len(x)], hi[:len(x)]
	for d, v := range x {
		if below := lo[d] - v; below > 0 {
			least += below * below
		} else if above := v - hi[d]; above > 0 {
			least += above * above
		}
	}
	return least <= bound
}
