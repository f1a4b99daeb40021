package metric

import "github.com/topogen/topogen/ph/internal/parallel"

// A tree is a k-d tree (Bentley, Multidimensional binary search trees used for
// associative searching, 1975). A node is the bounding box of a run of points: points that
// follow one another in the order of the tree. The two children of a node are the bounding
// boxes of the halves of the run, split along the axis where the box is widest.
type tree struct {
	dim    int
	order  []int32   // the points, leaf after leaf
	place  []int32   // the position of each point in order
	coords []float64 // the coordinates of point order[0], then of order[1], …
	nodes  []node    // the root first
	boxes  []float64 // for each node dim lower bounds, then dim upper bounds
}

// A node has the points order[from:to] of the tree.
type node struct {
	from, to    int32
	left, right int32 // the indices of the children in nodes, −1 in a leaf
}

// leafSize is the maximum number of points in a leaf.
const leafSize = 8

// buildTree builds the tree of points, which must have finite coordinates.
func buildTree[T Float](t *tree, p points[T], stop parallel.Stop) {
	n := p.len()
	t.dim = p.dim
	t.order, t.place = resize(t.order, n), resize(t.place, n)
	t.nodes, t.boxes = t.nodes[:0], t.boxes[:0]
	for i := range t.order {
		t.order[i] = int32(i)
	}
	if n > 0 {
		growTree(t, p, stop, 0, int32(n))
	}
	if stop.Requested() {
		return
	}
	t.coords = resize(t.coords, n*p.dim)
	for k, i := range t.order {
		t.place[i] = int32(k)
		for d, v := range p.at(int(i)) {
			t.coords[k*p.dim+d] = float64(v)
		}
	}
}

// growTree adds the node of the points order[from:to], and the nodes below it. It returns
// the index of the node.
func growTree[T Float](t *tree, p points[T], stop parallel.Stop, from, to int32) int32 {
	id := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{from, to, -1, -1})
	widest, width := 0, -1.0
	box := len(t.boxes)
	t.boxes = append(t.boxes, make([]float64, 2*t.dim)...)
	for d := range t.dim {
		lo := float64(p.at(int(t.order[from]))[d])
		hi := lo
		for _, i := range t.order[from+1 : to] {
			x := float64(p.coords[int(i)*t.dim+d])
			lo, hi = min(lo, x), max(hi, x)
		}
		t.boxes[box+d], t.boxes[box+t.dim+d] = lo, hi
		if hi-lo > width {
			widest, width = d, hi-lo
		}
	}
	if to-from > leafSize && (to-from < 1<<10 || !stop.Requested()) {
		run := t.order[from:to]
		half := len(run) / 2
		selectNth(run, half, func(i, j int32) bool {
			x, y := p.coords[int(i)*t.dim+widest], p.coords[int(j)*t.dim+widest]
			return x < y || x == y && i < j
		})
		left := growTree(t, p, stop, from, from+int32(half))
		right := growTree(t, p, stop, from+int32(half), to)
		t.nodes[id].left, t.nodes[id].right = left, right
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

func (t *tree) len() int { return len(t.order) }

// at returns the coordinates of the point at position k of the tree.
func (t *tree) at(k int32) []float64 { return t.coords[int(k)*t.dim:][:t.dim] }

// box returns the lower and the upper bounds of a node.
func (t *tree) box(id int32) (lo, hi []float64) {
	b := t.boxes[int(id)*2*t.dim:][:2*t.dim]
	return b[:t.dim], b[t.dim:]
}

// reach returns the least and the greatest squared distance from x to a point of a box.
func reach(x, lo, hi []float64) (least, most float64) {
	for d, v := range x {
		below, above := lo[d]-v, v-hi[d]
		if below > 0 {
			least += below * below
		} else if above > 0 {
			least += above * above
		}
		far := max(v-lo[d], hi[d]-v)
		most += far * far
	}
	return least, most
}

// boxReach returns the least and the greatest squared distance between a point of one box
// and a point of another.
func boxReach(lo, hi, lo2, hi2 []float64) (least, most float64) {
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

// squared returns the squared distance of two points.
func squared(x, y []float64) float64 {
	var s float64
	for d, v := range x {
		s += float64((v - y[d]) * (v - y[d])) // no fused multiply-add, as in Distance
	}
	return s
}
