package metric

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A Euclidean space has points of few dimensions. A k-d tree finds pairs of points by
// their distance without visiting all pairs. The place of a point is its position in
// the tree.
type Euclidean[T Float] struct {
	stopper
	histogram[T]

	// tree has the points that are not copies in its nodes. Begin appends the copies to its
	// order, so that they have a place and coordinates, too.
	tree        kdtree.Tree
	coincidence Coincidence[T]

	searches []treeSearch[T] // one for each worker
}

// slack is a relative margin for rounding. It widens a bound on a squared distance by more
// than the rounding of the distance to float32 can change it.
const slack = 1e-5

// Begin starts with points of dim coordinates each, one point after another in coords, which
// must not be [Extreme]. A threshold of 0 stands for none: then the limit is the diagonal of
// the bounding box. It exceeds the enclosing radius, but the engine stops reading edges once
// no class can be born or die. If all is false, the space leaves out the edges of copies that do
// not change the homology, see [Coincidence].
func (s *Euclidean[T]) Begin(dim int, coords []T, threshold float64, all bool) error {
	if err := CheckPoints(dim, coords); err != nil {
		return err
	}
	c := &s.coincidence
	if all {
		c.ignore(len(coords) / dim)
	} else {
		c.Find(dim, coords)
	}
	kdtree.Build(&s.tree, dim, coords, c.Distinct, s.stop)
	n := s.tree.Len()
	if n == 0 {
		s.histogram.begin(0)
		return nil
	}
	lo, hi := s.tree.Box(0)
	_, most := kdtree.BoxReach(lo, hi, lo, hi)
	limit := T(math.Sqrt(most) * (1 + slack))
	if threshold > 0 && threshold < float64(limit) {
		limit = T(threshold)
	}
	if float64(limit) > math.MaxFloat64 {
		return fmt.Errorf("ph: points are up to %v apart, farther than a %T can say: divide all coordinates by a common factor", math.Sqrt(most), limit)
	}
	s.histogram.begin(limit)
	// The sample for the histogram has the distances from up to 32 points to all others.
	rows := min(n, 32)
	for k := range rows {
		if s.stop.Requested() {
			return nil
		}
		i := s.tree.Place[c.Distinct[k*n/rows]]
		for j := range int32(n) {
			if j != i {
				s.add(s.length(i, j), float32(n)/float32(2*rows))
			}
		}
	}
	for _, e := range c.Copies {
		s.tree.Place[e.A] = int32(s.tree.Len())
		s.tree.Order = append(s.tree.Order, e.A)
		s.tree.Coords = append(s.tree.Coords, s.tree.At(s.tree.Place[e.B])...)
	}
	return nil
}

// Layout returns the position of each point in the tree, and the point at each position.
func (s *Euclidean[T]) Layout() (place, order []int32) { return s.tree.Place, s.tree.Order }

// Len returns the number of points.
func (s *Euclidean[T]) Len() int { return s.tree.Len() }

// Distance returns the distance of two points.
func (s *Euclidean[T]) Distance(a, b int32) T {
	return s.length(s.tree.Place[a], s.tree.Place[b])
}

// length returns the distance of the points in two places. Coordinates that are not [Extreme]
// need no more care than this, so it equals what the function [Distance] returns.
func (s *Euclidean[T]) length(i, j int32) T { return T(math.Sqrt(s.tree.Squared(s.tree.At(i), j))) }

// AppendEdges appends the edges of lengths in (lo, hi], in no particular order.
func (s *Euclidean[T]) AppendEdges(edges []Edge[T], lo, hi T) []Edge[T] {
	edges = slices.Grow(edges, s.room)
	p := pairSearch[T]{Tree: &s.tree, stop: s.stop, edges: edges, lo: lo, hi: hi}
	p.least = max(0, float64(lo)*float64(lo)*(1-slack))
	if lo < 0 {
		p.least = -1
	}
	p.most = float64(hi) * float64(hi) * (1 + slack)
	p.within(0)
	if lo < 0 {
		p.edges = append(p.edges, s.coincidence.Copies...)
	}
	return p.edges
}

// A pairSearch collects the pairs of points whose distance is in (lo, hi].
type pairSearch[T Float] struct {
	*kdtree.Tree
	stop        parallel.Stop
	edges       []Edge[T]
	lo, hi      T
	least, most float64 // bounds of the squared distances whose roots may round into (lo, hi]
}

// within collects the pairs with both points in a node.
func (s *pairSearch[T]) within(id int32) {
	nd := s.Nodes[id]
	if nd.Left >= 0 {
		s.within(nd.Left)
		s.within(nd.Right)
		s.between(nd.Left, nd.Right)
		return
	}
	for i := nd.From; i < nd.To; i++ {
		s.collect(i, i+1, nd.To)
	}
}

// between collects the pairs with one point in node p and the other in node q.
func (s *pairSearch[T]) between(p, q int32) {
	plo, phi := s.Box(p)
	qlo, qhi := s.Box(q)
	if least, most := kdtree.BoxReach(plo, phi, qlo, qhi); least > s.most || most < s.least {
		return
	}
	a, b := s.Nodes[p], s.Nodes[q]
	if a.To-a.From >= 512 && s.stop.Requested() {
		return
	}
	switch {
	case a.Left < 0 && b.Left < 0:
		for i := a.From; i < a.To; i++ {
			s.collect(i, b.From, b.To)
		}
	case b.Left < 0 || a.Left >= 0 && a.To-a.From >= b.To-b.From:
		s.between(a.Left, q)
		s.between(a.Right, q)
	default:
		s.between(p, b.Left)
		s.between(p, b.Right)
	}
}

// collect collects the pairs of the point at position i of the tree and the points at
// positions from, …, to−1.
func (s *pairSearch[T]) collect(i, from, to int32) {
	x := s.At(i)
	a := s.Order[i]
	for j := from; j < to; j++ {
		d := s.Squared(x, j)
		if d > s.most || d < s.least {
			continue
		}
		if v := T(math.Sqrt(d)); s.lo < v && v <= s.hi {
			s.edges = append(s.edges, EdgeOf(v, a, s.Order[j]))
		}
	}
}

// A points value is a list of points with dim coordinates each.
type points[T Float] struct {
	dim    int
	coords []T
}

func (p points[T]) len() int     { return len(p.coords) / p.dim }
func (p points[T]) at(i int) []T { return p.coords[i*p.dim : (i+1)*p.dim] }

// Distance returns the Euclidean distance of two points, computed in float64 and rounded
// to T.
func Distance[T Float](x, y []T) T {
	y = y[:len(x)]
	var s float64
	for k, v := range x {
		d := float64(v) - float64(y[k])
		s += float64(d * d) // the conversion forbids a fused multiply-add, so all machines agree
	}
	if s < smallSquare || s > math.MaxFloat64 {
		return T(scaledDistance(x, y))
	}
	return T(math.Sqrt(s))
}

// smallSquare is a sum of squares below which underflow of the squares may change its root.
const smallSquare = 1e-280

// scaledDistance returns the Euclidean distance of two points, whatever the size of their
// coordinates. It divides them by powers of two first, so that no difference overflows, and
// no square over- or underflows.
func scaledDistance[T Float](x, y []T) float64 {
	most := 0.0 // half the greatest difference
	for k, v := range x {
		most = max(most, math.Abs(float64(v)/2-float64(y[k])/2))
	}
	if most == 0 {
		for k, v := range x { // half of a difference underflowed, perhaps
			most = max(most, math.Abs(float64(v)-float64(y[k])))
		}
		if most == 0 {
			return 0
		}
	}
	_, exponent := math.Frexp(most)
	var s float64
	for k, v := range x {
		d := math.Ldexp(float64(v), -exponent-1) - math.Ldexp(float64(y[k]), -exponent-1)
		s += float64(d * d)
	}
	return math.Ldexp(math.Sqrt(s), exponent+1)
}

// Extreme reports whether squares of differences of coordinates may overflow, or underflow.
func Extreme[T Float](coords []T) bool {
	for _, v := range coords {
		if size := math.Abs(float64(v)); size > 1e150 || size < 1e-120 && size > 0 {
			return true
		}
	}
	return false
}

// Distances writes the distances of all pairs of points, as a lower triangular matrix.
func Distances[T Float](lower []T, dim int, coords []T, stop parallel.Stop, workers int) {
	p := points[T]{dim, coords}
	parallel.For(stop, workers, p.len(), 16, func(_, i int) {
		row := lower[Triangle(i):][:i]
		for j := range row {
			row[j] = Distance(p.at(i), p.at(j))
		}
	})
}

// CheckPoints returns an error if coords is not a list of points with dim coordinates each. It
// also returns an error if a coordinate is not finite, and names the first such coordinate.
func CheckPoints[T Float](dim int, coords []T) error {
	if dim < 1 || len(coords)%dim != 0 {
		return fmt.Errorf("ph: %d coordinates do not divide into points of dimension %d", len(coords), dim)
	}
	for i, v := range coords {
		if v-v != 0 {
			return fmt.Errorf("ph: point %d has coordinate %d = %v: coordinates must be finite", i/dim, i%dim, v)
		}
	}
	return nil
}
