package spindle

import (
	"math"

	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A holeSearch marks the points near holes. A hole is a position in the bounding box of the
// points that is farther than a radius from all of them.
//
// The search divides the box. It divides a part no further if a point is so near that the part
// has no hole, or if all points near the part are marked already. If the part is small, the
// search marks the points near it.
type holeSearch struct {
	*kdtree.Tree
	stop   parallel.Stop
	radius float64 // of a hole
	reach  float64 // the greatest distance of a point near a hole
	marked []bool  // for each point whether it is near a hole
	full   []bool  // for each node whether all its points are marked
	stack  []int32 // nodes that are still to be visited
}

// begin starts with no point marked.
func (h *holeSearch) begin(t *kdtree.Tree, radius, reach float64, stop parallel.Stop) {
	h.Tree, h.radius, h.reach, h.stop = t, radius, reach, stop
	h.marked, h.full = resize(h.marked, t.Len()), resize(h.full, len(t.Nodes))
	clear(h.marked)
	clear(h.full)
}

// visit searches the part of the box between lo and hi.
func (h *holeSearch) visit(lo, hi [MaxDim]float64) {
	var center [MaxDim]float64
	widest, squared := 0, 0.0
	for d := range h.Dim {
		center[d] = (lo[d] + hi[d]) / 2
		squared += (hi[d] - lo[d]) * (hi[d] - lo[d])
		if hi[d]-lo[d] > hi[widest]-lo[widest] {
			widest = d
		}
	}
	around := math.Sqrt(squared) / 2 // the distance of the corners of the part from its center
	if around < h.radius && h.any(center[:h.Dim], h.radius-around, false) {
		return
	}
	if !h.any(center[:h.Dim], h.reach+around, true) || h.stop.Requested() {
		return
	}
	const finest = 1.0 / 16
	if around < finest*h.radius {
		h.mark(center[:h.Dim], (h.reach+around)*(h.reach+around), 0)
		return
	}
	upper := hi
	hi[widest] = center[widest]
	h.visit(lo, hi)
	lo[widest] = center[widest]
	h.visit(lo, upper)
}

// any reports whether a point is within a distance of x. If unmarked is true, marked points
// do not count.
func (h *holeSearch) any(x []float64, distance float64, unmarked bool) bool {
	squared := distance * distance
	h.stack = append(h.stack[:0], 0)
	for len(h.stack) > 0 {
		id := h.stack[len(h.stack)-1]
		h.stack = h.stack[:len(h.stack)-1]
		if unmarked && h.full[id] {
			continue
		}
		nd := &h.Nodes[id]
		if nd.Left < 0 {
			for p := nd.From; p < nd.To; p++ {
				if !(unmarked && h.marked[p]) && kdtree.Squared(x, h.At(p)) <= squared {
					return true
				}
			}
			continue
		}
		lo, hi := h.Box(nd.Left)
		left, _ := kdtree.Reach(x, lo, hi)
		lo, hi = h.Box(nd.Right)
		right, _ := kdtree.Reach(x, lo, hi)
		first, second := nd.Left, nd.Right
		if right < left {
			first, second, left, right = second, first, right, left
		}
		if right <= squared {
			h.stack = append(h.stack, second)
		}
		if left <= squared {
			h.stack = append(h.stack, first)
		}
	}
	return false
}

// mark marks the points of a node within a squared distance of x.
func (h *holeSearch) mark(x []float64, squared float64, id int32) {
	lo, hi := h.Box(id)
	if h.full[id] || !near(x, lo, hi, squared) {
		return
	}
	nd := &h.Nodes[id]
	if nd.Left >= 0 {
		h.mark(x, squared, nd.Left)
		h.mark(x, squared, nd.Right)
		h.full[id] = h.full[nd.Left] && h.full[nd.Right]
		return
	}
	h.full[id] = true
	for p := nd.From; p < nd.To; p++ {
		h.marked[p] = h.marked[p] || kdtree.Squared(x, h.At(p)) <= squared
		h.full[id] = h.full[id] && h.marked[p]
	}
}
