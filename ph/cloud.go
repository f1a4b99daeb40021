package ph

import (
	"math"
)

// A cloud is a space of points of few dimensions. A tree finds pairs of points
// by their distance without looking at all of them.
type cloud[T Float] struct {
	points Points[T]
	tree   tree
	lengths[T]

	searches []cloudSearch[T]
}

// slack widens a bound on a squared distance by more than what rounding to
// float32 can change.
const slack = 1e-5

// begin reads points: a threshold of 0 stands for none, as there is nothing to
// find beyond the enclosing radius.
func (c *cloud[T]) begin(p Points[T], threshold float64) error {
	if err := p.check(); err != nil {
		return err
	}
	c.points = p
	buildTree(&c.tree, p)
	n := p.Len()
	if n == 0 {
		c.lengths.begin(0)
		return nil
	}
	lo, hi := c.tree.box(0)
	_, most := boxReach(lo, hi, lo, hi)
	limit := T(math.Sqrt(most) * (1 + slack))
	if threshold > 0 && threshold < float64(limit) {
		limit = T(threshold)
	}
	c.lengths.begin(limit)
	rows := min(n, 32)
	for k := range rows {
		i := k * n / rows
		for j := range n {
			if j != i {
				c.add(euclidean(p.At(i), p.At(j)), float32(n)/float32(2*rows))
			}
		}
	}
	return nil
}

func (c *cloud[T]) layout() (place, order []int32) { return c.tree.place, c.tree.order }

func (c *cloud[T]) size() int { return c.tree.size() }

func (c *cloud[T]) distance(a, b int32) T {
	return euclidean(c.points.At(int(a)), c.points.At(int(b)))
}

// appendEdges appends the edges whose length is in (lo, hi].
func (c *cloud[T]) appendEdges(edges []filteredEdge[T], lo, hi T) []filteredEdge[T] {
	s := pairSearch[T]{tree: &c.tree, edges: edges, lo: lo, hi: hi}
	s.least = max(0, float64(lo)*float64(lo)*(1-slack))
	if lo < 0 {
		s.least = -1
	}
	s.most = float64(hi) * float64(hi) * (1 + slack)
	s.within(0)
	return s.edges
}

// A pairSearch collects the pairs of points whose distance is in (lo, hi].
type pairSearch[T Float] struct {
	*tree
	edges       []filteredEdge[T]
	lo, hi      T
	least, most float64 // what squared distances may be
}

// within collects pairs of points of a node.
func (s *pairSearch[T]) within(id int32) {
	nd := s.nodes[id]
	if nd.left >= 0 {
		s.within(nd.left)
		s.within(nd.right)
		s.between(nd.left, nd.right)
		return
	}
	for i := nd.from; i < nd.to; i++ {
		s.collect(i, i+1, nd.to)
	}
}

// between collects pairs of a point of one node and a point of another.
func (s *pairSearch[T]) between(p, q int32) {
	plo, phi := s.box(p)
	qlo, qhi := s.box(q)
	if least, most := boxReach(plo, phi, qlo, qhi); least > s.most || most < s.least {
		return
	}
	a, b := s.nodes[p], s.nodes[q]
	switch {
	case a.left < 0 && b.left < 0:
		for i := a.from; i < a.to; i++ {
			s.collect(i, b.from, b.to)
		}
	case b.left < 0 || a.left >= 0 && a.to-a.from >= b.to-b.from:
		s.between(a.left, q)
		s.between(a.right, q)
	default:
		s.between(p, b.left)
		s.between(p, b.right)
	}
}

// collect collects pairs of the i'th point and others.
func (s *pairSearch[T]) collect(i, from, to int32) {
	x := s.at(i)
	a := s.order[i]
	for j := from; j < to; j++ {
		d := squared(x, s.at(j))
		if d > s.most || d < s.least {
			continue
		}
		if v := T(math.Sqrt(d)); s.lo < v && v <= s.hi {
			s.edges = append(s.edges, edgeOf(v, a, s.order[j]))
		}
	}
}

// A cloudSearch is a worker's for edges whose lunes are empty.
type cloudSearch[T Float] struct {
	blockers []filteredEdge[float64] // squared, by their places in the tree
	stack    []int32                 // of nodes
	list     []int32
	found    []filteredEdge[T]
}

// appendEmptyLunes appends the edges after one whose lune is empty. near has
// those up to it. These edges are few, and no walk over all pairs finds them:
// neighbors of a point block whole boxes of others.
func (c *cloud[T]) appendEmptyLunes(edges []filteredEdge[T], after filteredEdge[T], near graph, workers int) []filteredEdge[T] {
	for len(c.searches) < workers {
		c.searches = append(c.searches, cloudSearch[T]{})
	}
	for i := range c.searches {
		c.searches[i].found = c.searches[i].found[:0]
	}
	inRuns(workers, c.tree.size(), 32, func(worker, i int) {
		c.findEmptyLunes(&c.searches[worker], int32(i), after, near)
	})
	for i := range c.searches {
		edges = append(edges, c.searches[i].found...)
	}
	return edges
}

// findEmptyLunes finds those of the edges from the i'th point to points after it.
func (c *cloud[T]) findEmptyLunes(s *cloudSearch[T], i int32, after filteredEdge[T], near graph) {
	least := float64(after.length) * float64(after.length) * (1 - slack)
	t := &c.tree
	x := t.at(i)
	c.block(s, i, near)
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		nd := t.nodes[id]
		if nd.to <= i+1 {
			continue
		}
		lo, hi := t.box(id)
		if low, most := reach(x, lo, hi); most < least || c.blocked(s.blockers, x, lo, hi, low, most) {
			continue
		}
		if nd.left >= 0 {
			s.stack = append(s.stack, nd.left, nd.right)
			continue
		}
		for j := max(nd.from, i+1); j < nd.to; j++ {
			if near.meet(i, j) {
				continue
			}
			a, b := t.order[i], t.order[j]
			e := edgeOf(c.distance(a, b), a, b)
			if e.length <= c.limit && compareEdges(e, after) > 0 && c.emptyLune(e) {
				s.found = append(s.found, e)
			}
		}
	}
}

// block sets the blockers to the neighbors of the i'th point that are nearest.
// Farther points on the other side of the bisector of a point and its neighbor
// have the neighbor in the lune of their edge to the point.
func (c *cloud[T]) block(s *cloudSearch[T], i int32, near graph) {
	s.list = near.neighbors(s.list[:0], i)
	s.blockers = s.blockers[:0]
	for _, j := range s.list {
		s.blockers = keepShortest(s.blockers, filteredEdge[float64]{squared(c.tree.at(i), c.tree.at(j)), i, j})
	}
}

// blocked reports whether one blocker is in the lunes of the edges from x to all
// points of a box, whose squared distances are within bounds, by a margin that
// rounding cannot use up.
func (c *cloud[T]) blocked(blockers []filteredEdge[float64], x, lo, hi []float64, least, most float64) bool {
	for _, b := range blockers {
		if b.length >= least*(1-slack) {
			return false // nor are those after it near enough
		}
		// |y−c|² − |y−x|² = |c−x|² − 2(y−x)·(c−x), greatest at a corner y.
		dot := 0.0
		for d, v := range c.tree.at(b.b) {
			if v -= x[d]; v > 0 {
				dot += v * (lo[d] - x[d])
			} else {
				dot += v * (hi[d] - x[d])
			}
		}
		if b.length-2*dot < -slack*most {
			return true
		}
	}
	return false
}

// emptyLune reports whether no point is joined to both ends before they are.
func (c *cloud[T]) emptyLune(e filteredEdge[T]) bool {
	t := &c.tree
	x, y := t.at(t.place[e.a]), t.at(t.place[e.b])
	radius := float64(e.length) * float64(e.length) * (1 + slack)
	var room [64]int32
	stack := append(room[:0], 0)
	for len(stack) > 0 {
		nd := t.nodes[stack[len(stack)-1]]
		lo, hi := t.box(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if least, _ := reach(x, lo, hi); least > radius {
			continue
		}
		if least, _ := reach(y, lo, hi); least > radius {
			continue
		}
		if nd.left >= 0 {
			stack = append(stack, nd.left, nd.right)
			continue
		}
		for _, p := range t.order[nd.from:nd.to] {
			if p != e.a && p != e.b &&
				compareEdges(edgeOf(c.distance(e.a, p), e.a, p), e) < 0 &&
				compareEdges(edgeOf(c.distance(e.b, p), e.b, p), e) < 0 {
				return false
			}
		}
	}
	return true
}
