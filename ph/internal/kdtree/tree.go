// Package kdtree keeps points of few dimensions in a k-d tree, so that searches skip boxes of
// points that are too far away or too near.
package kdtree

import (
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A Tree is a k-d tree (Bentley, Multidimensional binary search trees used for
// associative searching, 1975). A node is the bounding box of a run of points: points that
// follow one another in the order of the tree. The two children of a node are the bounding
// boxes of the halves of the run, split along the axis where the box is widest.
//
// The place of a point is its position in the order of the tree, in which near points
// mostly follow one another.
type Tree struct {
	Dim    int
	Order  []int32   // the points, leaf after leaf
	Place  []int32   // the place of each point, −1 for a point that is not in the tree
	Coords []float64 // the coordinates of point Order[0], then of Order[1], …
	Nodes  []Node    // the root first, each node before its children
	boxes  []float64 // for each node Dim lower bounds, then Dim upper bounds
}

// A Node has the points Order[From:To] of the tree.
type Node struct {
	From, To    int32
	Left, Right int32 // the indices of the children in Nodes, −1 in a leaf
}

// leafSize is the maximum number of points in a leaf.
const leafSize = 8

// Build builds the tree of the listed points, or of all points if members is nil. coords
// has dim finite coordinates of each point. It takes O(n log n) time. If a stop is
// requested, the tree is incomplete. Used again, a tree keeps its memory.
func Build[T float32 | float64](t *Tree, dim int, coords []T, members []int32, stop parallel.Stop) {
	t.Dim = dim
	all := len(coords) / dim
	t.Order = t.Order[:0]
	if members != nil {
		t.Order = append(t.Order, members...)
	} else {
		for i := range all {
			t.Order = append(t.Order, int32(i))
		}
	}
	n := len(t.Order)
	t.Nodes, t.boxes = t.Nodes[:0], t.boxes[:0]
	if n > 0 {
		grow(t, coords, stop, 0, int32(n))
	}
	if stop.Requested() {
		return
	}
	t.Coords, t.Place = reuse.Slice(t.Coords, n*dim), reuse.Slice(t.Place, all)
	for i := range t.Place {
		t.Place[i] = -1
	}
	for k, i := range t.Order {
		t.Place[i] = int32(k)
		for d, v := range coords[int(i)*dim:][:dim] {
			t.Coords[k*dim+d] = float64(v)
		}
	}
}

// grow adds the node of the points Order[from:to], and the nodes below it. It returns the
// index of the node.
func grow[T float32 | float64](t *Tree, coords []T, stop parallel.Stop, from, to int32) int32 {
	id := int32(len(t.Nodes))
	t.Nodes = append(t.Nodes, Node{from, to, -1, -1})
	widest, width := 0, -1.0
	box := len(t.boxes)
	for range 2 * t.Dim {
		t.boxes = append(t.boxes, 0)
	}
	for d := range t.Dim {
		lo := coords[int(t.Order[from])*t.Dim+d]
		hi := lo
		for _, i := range t.Order[from+1 : to] {
			x := coords[int(i)*t.Dim+d]
			lo, hi = min(lo, x), max(hi, x)
		}
		t.boxes[box+d], t.boxes[box+t.Dim+d] = float64(lo), float64(hi)
		if float64(hi)-float64(lo) > width {
			widest, width = d, float64(hi)-float64(lo)
		}
	}
	if to-from > leafSize && (to-from < 1<<10 || !stop.Requested()) {
		run := t.Order[from:to]
		half := len(run) / 2
		selectNth(run, half, func(i, j int32) bool {
			x, y := coords[int(i)*t.Dim+widest], coords[int(j)*t.Dim+widest]
			return x < y || x == y && i < j
		})
		left := grow(t, coords, stop, from, from+int32(half))
		right := grow(t, coords, stop, from+int32(half), to)
		t.Nodes[id].Left, t.Nodes[id].Right = left, right
	}
	return id
}

// selectNth permutes s such that s[n] is the element that sorting would put there. No
// element before s[n] is greater, and none after it is less (Hoare, Find, 1961).
func selectNth(s []int32, n int, less func(i, j int32) bool) {
	for len(s) > 1 {
		// The median of three splits well even if the elements are in order.
		mid, last := len(s)/2, len(s)-1
		if less(s[mid], s[0]) {
			s[mid], s[0] = s[0], s[mid]
		}
		if less(s[last], s[0]) {
			s[last], s[0] = s[0], s[last]
		}
		if less(s[last], s[mid]) {
			s[last], s[mid] = s[mid], s[last]
		}
		pivot := s[mid]
		i, j := 0, last
		for i <= j {
			for less(s[i], pivot) {
				i++
			}
			for less(pivot, s[j]) {
				j--
			}
			if i <= j {
				s[i], s[j] = s[j], s[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			s = s[:j+1]
		case n >= i:
			s, n = s[i:], n-i
		default:
			return
		}
	}
}

// Len returns the number of points in the tree.
func (t *Tree) Len() int { return len(t.Order) }

// At returns the coordinates of the point in a place.
func (t *Tree) At(place int32) []float64 { return t.Coords[int(place)*t.Dim:][:t.Dim] }

// Box returns the lower and the upper bounds of a node.
func (t *Tree) Box(id int32) (lo, hi []float64) {
	b := t.boxes[int(id)*2*t.Dim:][:2*t.Dim]
	return b[:t.Dim], b[t.Dim:]
}

// Reach returns the least and the greatest squared distance from x to a point of a box.
func Reach(x, lo, hi []float64) (least, most float64) {
	lo, hi = lo[:len(x)], hi[:len(x)]
	for d, v := range x {
		below, above := lo[d]-v, v-hi[d]
		if below > 0 {
			least += below * below
		} else if above > 0 {
			least += above * above
		}
		far := max(-below, -above)
		most += far * far
	}
	return least, most
}

// BoxReach returns the least and the greatest squared distance between a point of one box
// and a point of another.
func BoxReach(lo, hi, lo2, hi2 []float64) (least, most float64) {
	for d := range lo {
		gap := max(lo2[d]-hi[d], lo[d]-hi2[d])
		if gap > 0 {
			least += gap * gap
		}
		far := max(hi2[d]-lo[d], hi[d]-lo2[d])
		most += far * far
	}
	return least, most
}

// Squared returns the squared distance of x from the point at place. Unlike [Squared], which it
// calls, generic code of other packages can inline it.
func (t *Tree) Squared(x []float64, place int32) float64 { return Squared(x, t.At(place)) }

// Squared returns the squared distance of two points.
func Squared(x, y []float64) float64 {
	y = y[:len(x)]
	var s float64
	for d, v := range x {
		s += float64((v - y[d]) * (v - y[d])) // no fused multiply-add, so all machines agree
	}
	return s
}
