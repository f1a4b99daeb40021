package spindle

import (
	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// findByBoxes finds the columns of all edges with lengths in (above, upTo], which findByPoints
// finds, too, by another way: it visits pairs of boxes of the tree. It skips the edges between two
// boxes if one point is in all their lunes and joined to all other points of the lunes: then each
// lune is connected and has no column.
func (r *Engine[T]) findByBoxes(stage string, above, upTo T) {
	r.tasks = append(r.tasks[:0], boxPair{0, 0})
	const each = 64 // tasks for each worker
	for divided := 0; divided < len(r.tasks) && len(r.tasks) < each*len(r.searches); divided++ {
		if p := r.tasks[divided]; !r.isLeaf(p.p) || !r.isLeaf(p.q) {
			r.tasks = r.divide(r.tasks, p)
			r.tasks[divided] = r.tasks[len(r.tasks)-1]
			r.tasks = r.tasks[:len(r.tasks)-1]
		}
	}
	parallel.For(r.Stop, len(r.searches), len(r.tasks), 1, func(worker, i int) {
		r.progress(worker, stage, i, len(r.tasks))
		r.searches[worker].findBetween(r, r.tasks[i], above, upTo)
	})
}

// A boxPair is two nodes of the tree, maybe one node twice.
type boxPair struct{ p, q int32 }

func (r *Engine[T]) isLeaf(id int32) bool { return r.cloud.Nodes[id].Left < 0 }

// divide appends pairs that together have the edges of a pair.
func (r *Engine[T]) divide(list []boxPair, b boxPair) []boxPair {
	c := &r.cloud
	p, q := &c.Nodes[b.p], &c.Nodes[b.q]
	switch {
	case b.p == b.q:
		return append(list, boxPair{p.Left, p.Left}, boxPair{p.Left, p.Right}, boxPair{p.Right, p.Right})
	case q.Left < 0 || p.Left >= 0 && c.squaredDiagonal(b.p) >= c.squaredDiagonal(b.q):
		return append(list, boxPair{p.Left, b.q}, boxPair{p.Right, b.q})
	}
	return append(list, boxPair{b.p, q.Left}, boxPair{b.p, q.Right})
}

func (c *cloud[T]) squaredDiagonal(id int32) float64 {
	lo, hi := c.Box(id)
	return kdtree.Squared(lo, hi)
}

// findBetween finds the columns of the edges between the points of two nodes.
func (s *search[T]) findBetween(r *Engine[T], first boxPair, above, upTo T) {
	c := &r.cloud
	band := intervalOf(above, upTo)
	s.common = -1
	s.boxes = append(s.boxes[:0], first)
	for len(s.boxes) > 0 {
		b := s.boxes[len(s.boxes)-1]
		s.boxes = s.boxes[:len(s.boxes)-1]
		plo, phi := c.Box(b.p)
		qlo, qhi := c.Box(b.q)
		least, most := kdtree.BoxReach(plo, phi, qlo, qhi)
		if least > band.most || most < band.least || r.Stop.Requested() {
			continue
		}
		least, most = max(least, band.least), min(most, band.most)
		if least > tiny && s.areDominated(c, b, least*(1-4*slack), most*(1+4*slack)) {
			continue
		}
		if !r.isLeaf(b.p) || !r.isLeaf(b.q) {
			s.boxes = r.divide(s.boxes, b)
			continue
		}
		p, q := &c.Nodes[b.p], &c.Nodes[b.q]
		for i := p.From; i < p.To; i++ {
			from := q.From
			if b.p == b.q {
				from = i + 1
			}
			for j := from; j < q.To; j++ {
				squared := c.Squared(c.At(i), j)
				if squared >= band.least && squared <= band.most && r.next[i] <= squared && r.next[j] <= squared {
					s.addColumns(r, i, j, above, upTo, false)
				}
			}
		}
	}
}

// areDominated reports whether all edges with squared lengths from lo to hi between the points
// of two nodes certainly have a point c in their lunes that is joined to all other points of
// these lunes.
func (s *search[T]) areDominated(c *cloud[T], b boxPair, lo, hi float64) bool {
	if d := max(c.squaredDiagonal(b.p), c.squaredDiagonal(b.q)); d > lo/4 {
		return false
	}
	if s.common >= 0 && s.dominates(c, s.common, b, lo, hi) {
		return true
	}
	s.common = s.between(c, b, lo)
	return s.common >= 0 && s.dominates(c, s.common, b, lo, hi)
}

// dominates reports whether the point in a place is certainly in the lunes of all edges with
// squared lengths from lo to hi between the points of two nodes, and joined to all other points
// of the lunes.
func (s *search[T]) dominates(c *cloud[T], place int32, b boxPair, lo, hi float64) bool {
	plo, phi := c.Box(b.p)
	qlo, qhi := c.Box(b.q)
	x := c.At(place)
	if _, most := kdtree.Reach(x, plo, phi); most >= lo {
		return false
	}
	if _, most := kdtree.Reach(x, qlo, qhi); most >= lo {
		return false
	}
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		nlo, nhi := c.Box(id)
		if _, most := kdtree.Reach(x, nlo, nhi); most < lo {
			continue
		}
		if least, _ := kdtree.BoxReach(plo, phi, nlo, nhi); least > hi {
			continue
		}
		if least, _ := kdtree.BoxReach(qlo, qhi, nlo, nhi); least > hi {
			continue
		}
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			s.stack = append(s.stack, nd.Left, nd.Right)
			continue
		}
		for v := nd.From; v < nd.To; v++ {
			if y := c.At(v); c.Squared(x, v) >= lo && near(y, plo, phi, hi) && near(y, qlo, qhi, hi) {
				return false
			}
		}
	}
	return true
}

// between returns the place of the point whose greater squared distance from the centers of two
// nodes is least, −1 if that is not below a bound.
func (s *search[T]) between(c *cloud[T], b boxPair, bound float64) int32 {
	var roomP, roomQ [maxDim]float64
	x, y := c.center(b.p, roomP[:c.Dim]), c.center(b.q, roomQ[:c.Dim])
	place, best := int32(-1), bound
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		lo, hi := c.Box(id)
		if !near(x, lo, hi, best) || !near(y, lo, hi, best) {
			continue
		}
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			s.push(c, x, nd)
			continue
		}
		for v := nd.From; v < nd.To; v++ {
			if m := max(c.Squared(x, v), c.Squared(y, v)); m < best {
				place, best = v, m
			}
		}
	}
	return place
}

// center sets x to the center of a node, and returns x.
func (c *cloud[T]) center(id int32, x []float64) []float64 {
	lo, hi := c.Box(id)
	for d := range x {
		x[d] = (lo[d] + hi[d]) / 2
	}
	return x
}
