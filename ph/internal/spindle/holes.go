package spindle

import (
	"sync/atomic"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A holeSearch marks the points near holes. A hole is a position in the bounding box of the
// points that is farther than a radius from all of them.
//
// The search divides the box into blocks, which workers take. It divides a block into parts,
// each with a list of the points near it. It divides a part no further if one point is so near
// that the part has no hole, or if all points near the part are marked already. If the part is
// small, the search marks the points near it.
//
// A search with a greater radius looks only at the blocks in which the one before may have
// found holes.
type holeSearch struct {
	*kdtree.Tree
	stop    parallel.Stop
	radius  float64       // the squared radius of a hole
	reach   float64       // the greatest squared distance of a point near a hole
	finest  float64       // the squared diagonal below which a part is not divided
	marked  []atomic.Bool // for each point whether it is near a hole
	blocks  []part
	open    []bool    // for each block whether it may have holes
	workers [][]int32 // for each worker room for the points near a block, and near the parts of it
}

// A part is a box of positions.
type part struct{ lo, hi [maxDim]float64 }

// blockPoints is about how many points are in a block.
const blockPoints = 8

// begin divides the bounding box of the points into blocks.
func (h *holeSearch) begin(t *kdtree.Tree, stop parallel.Stop) {
	h.Tree, h.stop = t, stop
	h.marked = reuse.Slice(h.marked, t.Len())
	var whole part
	lo, hi := t.Box(0)
	copy(whole.lo[:], lo)
	copy(whole.hi[:], hi)
	h.blocks = append(h.blocks[:0], whole)
	for len(h.blocks) < t.Len()/blockPoints {
		for i, b := range h.blocks {
			var second part
			h.blocks[i], second = h.halves(&b)
			h.blocks = append(h.blocks, second)
		}
	}
}

// halves divides a part along its widest side.
func (h *holeSearch) halves(p *part) (first, second part) {
	widest := 0
	for d := range h.Dim {
		if p.hi[d]-p.lo[d] > p.hi[widest]-p.lo[widest] {
			widest = d
		}
	}
	middle := (p.lo[widest] + p.hi[widest]) / 2
	first, second = *p, *p
	first.hi[widest], second.lo[widest] = middle, middle
	return first, second
}

// run marks the points within a distance, the reach, of a hole, and maybe some that are a
// little farther. The reach is at least the radius. The radius is at least that of the search
// before, if there was one since begin.
func (h *holeSearch) run(radius, reach float64, workers int) {
	finest := radius / 8
	h.radius, h.reach, h.finest = radius*radius, reach*reach, finest*finest
	for i := range h.marked {
		h.marked[i].Store(false)
	}
	for len(h.workers) < workers {
		h.workers = append(h.workers, nil)
	}
	h.open = reuse.Slice(h.open, len(h.blocks))
	const run = 64
	parallel.For(h.stop, workers, len(h.blocks), run, func(worker, i int) {
		b := &h.blocks[i]
		if h.open[i] = !h.isCovered(b, 0); h.open[i] {
			list := h.appendNear(h.workers[worker][:0], b, 0)
			h.workers[worker], h.open[i] = h.visit(b, list, 0)
		}
	})
	k := 0
	for i, isOpen := range h.open {
		if isOpen {
			h.blocks[k] = h.blocks[i]
			k++
		}
	}
	h.blocks = h.blocks[:k]
}

// isCovered reports whether one point of a node is so near that the part has no hole.
func (h *holeSearch) isCovered(p *part, id int32) bool {
	nd := &h.Nodes[id]
	if nd.Left < 0 {
		for v := nd.From; v < nd.To; v++ {
			if covers(h.At(v), p.lo[:h.Dim], p.hi[:h.Dim], h.radius) {
				return true
			}
		}
		return false
	}
	near, far := nd.Left, nd.Right
	toNear, toFar := h.toCenter(p, near), h.toCenter(p, far)
	if toFar < toNear {
		near, far, toNear, toFar = far, near, toFar, toNear
	}
	return toNear < h.radius && h.isCovered(p, near) || toFar < h.radius && h.isCovered(p, far)
}

// toCenter returns the squared distance from the center of a part to the box of a node.
func (h *holeSearch) toCenter(p *part, id int32) float64 {
	lo, hi := h.Box(id)
	least := 0.0
	for d, v := range lo {
		x := (p.lo[d] + p.hi[d]) / 2
		gap := max(v-x, x-hi[d], 0)
		least += gap * gap
	}
	return least
}

// covers reports whether all positions of a box are at a squared distance below a bound from x.
func covers(x, lo, hi []float64, bound float64) bool {
	most := 0.0
	lo, hi = lo[:len(x)], hi[:len(x)]
	for d, v := range x {
		far := max(v-lo[d], hi[d]-v)
		most += far * far
	}
	return most < bound
}

// appendNear appends the points of a node that are near a part, and maybe others.
func (h *holeSearch) appendNear(list []int32, p *part, id int32) []int32 {
	lo, hi := h.Box(id)
	if least, _ := kdtree.BoxReach(lo, hi, p.lo[:h.Dim], p.hi[:h.Dim]); least > h.reach {
		return list
	}
	nd := &h.Nodes[id]
	if nd.Left >= 0 {
		return h.appendNear(h.appendNear(list, p, nd.Left), p, nd.Right)
	}
	for v := nd.From; v < nd.To; v++ {
		list = append(list, v)
	}
	return list
}

// visit searches a part, and reports whether it may have holes. list[from:] has at least the
// points that are nearer than the radius to the part, and the points near the part that are
// not marked. It returns the list, whose room has maybe grown.
func (h *holeSearch) visit(p *part, list []int32, from int) ([]int32, bool) {
	lo, hi := p.lo[:h.Dim], p.hi[:h.Dim]
	to := len(list)
	for i := from; i < to; i++ {
		if covers(h.At(list[i]), lo, hi, h.radius) {
			list[from], list[i] = list[i], list[from] // parts close by may have the same point near
			return list, false
		}
	}
	unmarked := false // whether a point near the part is not marked
	for _, v := range list[from:] {
		least, _ := kdtree.Reach(h.At(v), lo, hi)
		if least > h.reach {
			continue
		}
		isMarked := h.marked[v].Load()
		unmarked = unmarked || !isMarked
		if least < h.radius || !isMarked {
			list = append(list, v)
		}
	}
	if !unmarked || h.stop.Requested() {
		return list[:to], true
	}
	squared := 0.0
	for d, v := range lo {
		squared += (hi[d] - v) * (hi[d] - v)
	}
	if squared < h.finest {
		for _, v := range list[to:] {
			h.marked[v].Store(true)
		}
		return list[:to], true
	}
	first, second := h.halves(p)
	list, inFirst := h.visit(&first, list, to)
	list, inSecond := h.visit(&second, list, to)
	return list[:to], inFirst || inSecond
}
