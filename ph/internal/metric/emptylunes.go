package metric

import (
	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A treeSearch is the workspace of one worker that looks for edges with empty lunes in
// a k-d tree. It searches from one point after another.
type treeSearch[T Float] struct {
	// blockers are the edges from the current point to its nearest neighbors. A and B are
	// positions of points in the tree, Length is the squared distance.
	blockers []Edge[float64]
	stack    []int32   // the nodes of the tree that are still to be visited
	list     []int32   // the neighbors of the current point
	found    []Edge[T] // the edges with empty lunes that the worker has found
}

// AppendEmptyLunes appends the edges that come after the edge named after and have an empty
// lune. near is the graph of the edge named after and all edges before it.
//
// Few edges have empty lunes, and to list all edges in order to test each takes too long.
// So each point searches the tree from its root. The nearest neighbors of the point are its
// blockers. The search skips a box if one blocker is in the lunes of the edges from the
// point to all points of the box.
func (s *Euclidean[T]) AppendEmptyLunes(edges []Edge[T], after Edge[T], near Neighbors, workers int) []Edge[T] {
	for len(s.searches) < workers {
		s.searches = append(s.searches, treeSearch[T]{})
	}
	for i := range s.searches {
		s.searches[i].found = s.searches[i].found[:0]
	}
	parallel.For(s.stop, workers, s.tree.Len()-len(s.coincidence.Copies), 32, func(worker, i int) {
		s.findEmptyLunes(&s.searches[worker], int32(i), after, near)
	})
	for i := range s.searches {
		edges = append(edges, s.searches[i].found...)
	}
	for _, e := range s.coincidence.Copies {
		if CompareEdges(e, after) > 0 {
			edges = append(edges, e)
		}
	}
	return edges
}

// findEmptyLunes finds the edges from the i-th point of the tree to later points that have
// empty lunes and come after the edge named after.
func (s *Euclidean[T]) findEmptyLunes(search *treeSearch[T], i int32, after Edge[T], near Neighbors) {
	least := float64(after.Length) * float64(after.Length) * (1 - slack)
	t := &s.tree
	x := t.At(i)
	s.findBlockers(search, i, near)
	search.stack = append(search.stack[:0], 0)
	for len(search.stack) > 0 {
		id := search.stack[len(search.stack)-1]
		search.stack = search.stack[:len(search.stack)-1]
		nd := t.Nodes[id]
		if nd.To <= i+1 {
			continue
		}
		lo, hi := t.Box(id)
		if low, most := kdtree.Reach(x, lo, hi); most < least || s.blocked(search.blockers, x, lo, hi, low, most) {
			continue
		}
		if nd.Left >= 0 {
			search.stack = append(search.stack, nd.Left, nd.Right)
			continue
		}
		for j := max(nd.From, i+1); j < nd.To; j++ {
			if near.Meet(i, j) {
				continue
			}
			a, b := t.Order[i], t.Order[j]
			e := EdgeOf(s.length(i, j), a, b)
			if e.Length <= s.limit && CompareEdges(e, after) > 0 && s.emptyLune(e) {
				search.found = append(search.found, e)
			}
		}
	}
}

// findBlockers sets the blockers of the i-th point p to the nearest neighbors of p. A
// blocker c blocks each point that is nearer to c than to p, and farther from p than c is.
func (s *Euclidean[T]) findBlockers(search *treeSearch[T], i int32, near Neighbors) {
	search.list = near.AppendNeighbors(search.list[:0], i)
	search.blockers = search.blockers[:0]
	for _, j := range search.list {
		search.blockers = keepShortest(search.blockers, Edge[float64]{s.tree.Squared(s.tree.At(i), j), i, j})
	}
}

// blocked reports whether one blocker is in the lunes of the edges from x to all points
// of a box. The squared distances of these points from x are between least and most. The
// test leaves a margin for rounding.
func (s *Euclidean[T]) blocked(blockers []Edge[float64], x, lo, hi []float64, least, most float64) bool {
	for _, b := range blockers {
		if b.Length >= least*(1-slack) {
			return false // blockers ascend by length: all further ones are too far, too
		}
		// A blocker c is nearer than x to all points y of the box if the maximum of
		// |y−c|² − |y−x|² = |c−x|² − 2(y−x)·(c−x) over the box is negative. The maximum
		// is at a corner y of the box.
		dot := 0.0
		for d, v := range s.tree.At(b.B) {
			if v -= x[d]; v > 0 {
				dot += v * (lo[d] - x[d])
			} else {
				dot += v * (hi[d] - x[d])
			}
		}
		if b.Length-2*dot < -slack*most {
			return true
		}
	}
	return false
}

// emptyLune reports whether the lune of e is empty. It visits the boxes that are near
// enough to both ends.
func (s *Euclidean[T]) emptyLune(e Edge[T]) bool {
	t := &s.tree
	a, b := t.Place[e.A], t.Place[e.B]
	x, y := t.At(a), t.At(b)
	radius := float64(e.Length) * float64(e.Length) * (1 + slack)
	var room [64]int32
	stack := append(room[:0], 0)
	for len(stack) > 0 {
		nd := t.Nodes[stack[len(stack)-1]]
		lo, hi := t.Box(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if least, _ := kdtree.Reach(x, lo, hi); least > radius {
			continue
		}
		if least, _ := kdtree.Reach(y, lo, hi); least > radius {
			continue
		}
		if nd.Left >= 0 {
			stack = append(stack, nd.Left, nd.Right)
			continue
		}
		for c := nd.From; c < nd.To; c++ {
			if p := t.Order[c]; c != a && c != b &&
				CompareEdges(EdgeOf(s.length(a, c), e.A, p), e) < 0 &&
				CompareEdges(EdgeOf(s.length(b, c), e.B, p), e) < 0 {
				return false
			}
		}
	}
	return true
}
