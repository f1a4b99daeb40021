package spindle

import (
	"github.com/topogen/topogen/ph/internal/kdtree"
)

// These are the largest numbers of nearest and of lone points that findEmptyLunes keeps.
const (
	maxNearest = 12
	maxLone    = 32
)

// findEmptyLunes finds the edges with empty lunes from the point in place a to points in later
// places.
//
// The search keeps the nearest of the points that it has met. Such a point c is in the lune of
// the edge from a to b if it is nearer than b to a, and nearer than a to b. So the search skips
// a box if some c is nearer than all points of the box, and all of these are nearer to c than
// to a. In space one point in thirty has all its nearest points on one side. So points in whose
// directions there are none, the lone points, are kept, too: else the search would visit all
// boxes in these directions.
func (s *search[T]) findEmptyLunes(c *cloud[T], a int32) {
	x := c.At(a)
	limit := float64(c.limit) * float64(c.limit) * (1 + slack)
	s.nearest, s.lone, s.list = s.nearest[:0], s.lone[:0], s.list[:0]
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		nd := &c.Nodes[id]
		lo, hi := c.Box(id)
		least, most := kdtree.Reach(x, lo, hi)
		// A box of earlier places may still have near points.
		if k := len(s.nearest); nd.To <= a+1 && k == maxNearest && least >= s.nearest[k-1].squared {
			continue
		}
		if least > limit || s.isBlocked(c, x, lo, hi, least, most) {
			continue
		}
		if nd.Left >= 0 {
			s.push(c, x, nd)
			continue
		}
		for b := nd.From; b < nd.To; b++ {
			if b == a {
				continue
			}
			d := c.Squared(x, b)
			if !s.hasNearer(c, b, d) {
				if b > a {
					s.list = append(s.list, b)
				}
				s.keepLone(nearPoint{d, b})
			}
			s.keepNearest(nearPoint{d, b})
		}
	}
	left, longest := s.list[:0], 0.0 // the nearest points are known now, and rule out more
	for _, b := range s.list {
		if d := c.Squared(x, b); !s.hasNearer(c, b, d) {
			left, longest = append(left, b), max(longest, d)
		}
	}
	s.list = left
	if len(left) == 0 {
		return
	}
	// Few points near a are in nearly all lunes that are not empty. If there are more than a
	// list may have, a shorter list still rules out most edges.
	const wider, shorter, tries = 4, 4, 3
	listed := 0.0 // the squared distance up to which the list around a has all points
	reach := min(longest*(1+2*slack)+2*tiny, wider*s.nearest[len(s.nearest)-1].squared)
	for i := 0; i < tries && listed == 0; i++ {
		if s.listAround(c, a, reach) {
			listed = reach
		}
		reach /= shorter
	}
	for _, b := range s.list {
		e := c.edge(a, b)
		if e.Length > c.limit {
			continue
		}
		sp := spanOf(e)
		if listed > 0 && s.meetsListed(c, &sp, a, b) {
			continue
		}
		if sp.hi <= listed || s.apex(c, &sp, a, b) < 0 {
			s.edges = append(s.edges, e)
		}
	}
}

// hasNearer reports whether a near point certainly is in the lune of the edge to b, which
// has the given squared length.
func (s *search[T]) hasNearer(c *cloud[T], b int32, squared float64) bool {
	if squared < tiny {
		return false
	}
	y, bound := c.At(b), squared*(1-slack)
	for _, p := range s.nearest {
		if p.squared >= bound {
			break
		}
		if c.Squared(y, p.place) < bound {
			return true // not for p.place = b, whose squared distance is not below the bound
		}
	}
	for _, p := range s.lone {
		if p.squared < bound && c.Squared(y, p.place) < bound {
			return true
		}
	}
	return false
}

// isBlocked reports whether a near point certainly is in the lunes of the edges from x to
// all points of a box. The squared distances of these points from x are between least and
// most.
func (s *search[T]) isBlocked(c *cloud[T], x, lo, hi []float64, least, most float64) bool {
	if least < tiny {
		return false
	}
	for _, p := range s.nearest {
		if p.squared >= least*(1-slack) {
			break // near points ascend: all further ones are too far, too
		}
		if isNearer(x, c.At(p.place), lo, hi, p.squared, most) {
			return true
		}
	}
	for _, p := range s.lone {
		if p.squared < least*(1-slack) && isNearer(x, c.At(p.place), lo, hi, p.squared, most) {
			return true
		}
	}
	return false
}

// isNearer reports whether the point z is certainly nearer than x to all points y of a box. The
// squared distance of z from x is squared, those of the points y are at most most.
func isNearer(x, z, lo, hi []float64, squared, most float64) bool {
	// z is nearer if the maximum of |y−z|² − |y−x|² = |z−x|² − 2(y−x)·(z−x) over the box is
	// negative. The maximum is at a corner y of the box.
	dot := 0.0
	z, lo, hi = z[:len(x)], lo[:len(x)], hi[:len(x)]
	for d, v := range x {
		if w := z[d] - v; w > 0 {
			dot += w * (lo[d] - v)
		} else {
			dot += w * (hi[d] - v)
		}
	}
	return squared-2*dot < -slack*most
}

// keepLone adds a point to the lone ones, if it is not among the nearest and the list has room.
func (s *search[T]) keepLone(p nearPoint) {
	k := len(s.nearest)
	if k == maxNearest && s.nearest[k-1].squared <= p.squared && len(s.lone) < maxLone {
		s.lone = append(s.lone, p)
	}
}

// keepNearest inserts a point into the list of the nearest ones.
func (s *search[T]) keepNearest(p nearPoint) {
	k := len(s.nearest)
	if k < maxNearest {
		s.nearest = append(s.nearest, p)
	} else if k--; s.nearest[k].squared <= p.squared {
		return
	}
	for ; k > 0 && s.nearest[k-1].squared > p.squared; k-- {
		s.nearest[k] = s.nearest[k-1]
	}
	s.nearest[k] = p
}
