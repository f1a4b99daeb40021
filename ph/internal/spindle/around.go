package spindle

import (
	"math"
	"slices"
)

// A nearPoint is a point near the one that a search starts from.
type nearPoint struct {
	squared float64 // the squared distance
	place   int32
}

// maxListed is the largest number of points around a point that a search lists.
const maxListed = 160

// listAround sets around to the other points within a squared distance of a, in no particular
// order. It reports false if there are more than maxListed.
func (s *search[T]) listAround(c *cloud[T], a int32, squared float64) bool {
	x := c.At(a)
	s.around = s.around[:0]
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		lo, hi := c.Box(id)
		if !near(x, lo, hi, squared) {
			continue
		}
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			s.stack = append(s.stack, nd.Left, nd.Right)
			continue
		}
		for p := nd.From; p < nd.To; p++ {
			if d := c.Squared(x, p); d <= squared && p != a {
				s.around = append(s.around, nearPoint{d, p})
			}
		}
		if len(s.around) > maxListed {
			return false
		}
	}
	return true
}

// sortNear sorts points by distance, then by place.
func sortNear(list []nearPoint) {
	const few = 64 // up to this length an insertion sort is faster
	if len(list) > few {
		slices.SortFunc(list, func(p, q nearPoint) int {
			switch {
			case p.comesBefore(q):
				return -1
			case q.comesBefore(p):
				return 1
			}
			return 0
		})
		return
	}
	for i, p := range list {
		k := i
		for ; k > 0 && p.comesBefore(list[k-1]); k-- {
			list[k] = list[k-1]
		}
		list[k] = p
	}
}

// comesBefore reports whether p is nearer than q, or has the lower place of equally near points.
func (p nearPoint) comesBefore(q nearPoint) bool {
	return p.squared < q.squared || p.squared == q.squared && p.place < q.place
}

// meetsListed reports whether a point in the list of the points around a is in the lune.
func (s *search[T]) meetsListed(c *cloud[T], e *span[T], a, b int32) bool {
	y := c.At(b)
	for _, p := range s.around {
		if p.squared <= e.hi && p.place != b && c.before(c.Squared(y, p.place), b, p.place, e) && c.before(p.squared, a, p.place, e) {
			return true
		}
	}
	return false
}

// listComponents does what apex and components do, from the list of the points around a.
func (s *search[T]) listComponents(c *cloud[T], e *span[T], a, b int32) int32 {
	y := c.At(b)
	apex, best := int32(-1), math.Inf(1)
	s.far, s.others = s.far[:0], s.others[:0]
	for _, p := range s.around {
		if p.squared > e.hi {
			continue
		}
		v := c.Squared(y, p.place)
		if v > e.hi || p.place == b || !c.before(p.squared, a, p.place, e) || !c.before(v, b, p.place, e) {
			continue
		}
		s.far = append(s.far, p.place)
		if m := max(p.squared, v); m < best {
			apex, best = p.place, m
		}
	}
	for p := apex; ; p = s.far[0] {
		s.removeFar(c, e, p)
		if len(s.far) == 0 {
			return apex
		}
		s.others = append(s.others, s.far[0])
	}
}
