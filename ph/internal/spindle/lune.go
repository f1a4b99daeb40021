package spindle

import (
	"github.com/topogen/topogen/ph/internal/kdtree"
)

// apex returns the place of a point of the lune of the edge between a and b, −1 if the lune
// is empty. It returns the point whose farther end is nearest.
func (s *search[T]) apex(c *cloud[T], e *span[T], a, b int32) int32 {
	x, y := c.At(a), c.At(b)
	apex, best := int32(-1), e.hi
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
		for p := nd.From; p < nd.To; p++ {
			u := c.Squared(x, p)
			if u > best {
				continue
			}
			v := c.Squared(y, p)
			if m := max(u, v); (m < best || apex < 0 && m == best) && p != a && p != b && c.before(u, a, p, e) && c.before(v, b, p, e) {
				apex, best = p, m
			}
		}
	}
	return apex
}

// components sets others to one point of each connected component of the lune of the edge
// between a and b, apart from the component of the apex.
//
// Most points of a lune are joined to the apex, and boxes of such points are skipped. The
// points of the lune that are not joined to it are the far points.
func (s *search[T]) components(c *cloud[T], e *span[T], a, b, apex int32) {
	x, y, z := c.At(a), c.At(b), c.At(apex)
	s.far, s.others = s.far[:0], s.others[:0]
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		lo, hi := c.Box(id)
		if !near(x, lo, hi, e.hi) || !near(y, lo, hi, e.hi) {
			continue
		}
		if _, most := kdtree.Reach(z, lo, hi); most < e.lo {
			continue
		}
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			s.stack = append(s.stack, nd.Left, nd.Right)
			continue
		}
		for p := nd.From; p < nd.To; p++ {
			if p != apex && !c.joined(p, apex, e) && p != a && p != b && c.joined(p, a, e) && c.joined(p, b, e) {
				s.far = append(s.far, p)
			}
		}
	}
	// Far points are removed with the component of the apex as long as one of them has a
	// neighbor in common with the apex, or is joined to one that was removed.
	for i := 0; i < len(s.far); {
		p := s.far[i]
		if !s.meets(c, e, a, b, apex, p) {
			i++
			continue
		}
		s.removeFar(c, e, p)
		i = 0
	}
	for len(s.far) > 0 {
		p := s.far[0]
		s.others = append(s.others, p)
		s.removeFar(c, e, p)
	}
}

// joined reports whether the edge between two different points comes before that of e.
func (c *cloud[T]) joined(p, q int32, e *span[T]) bool {
	return c.before(c.Squared(c.At(p), q), p, q, e)
}

// removeFar removes from the far points those that are connected to p by far points.
func (s *search[T]) removeFar(c *cloud[T], e *span[T], p int32) {
	s.frontier = append(s.frontier[:0], p)
	for len(s.frontier) > 0 && len(s.far) > 0 {
		p := s.frontier[len(s.frontier)-1]
		s.frontier = s.frontier[:len(s.frontier)-1]
		k := 0
		for _, q := range s.far {
			if q == p {
				continue
			}
			if c.joined(p, q, e) {
				s.frontier = append(s.frontier, q)
			} else {
				s.far[k] = q
				k++
			}
		}
		s.far = s.far[:k]
	}
}

// meets reports whether a point of the lune is joined to both p and q.
func (s *search[T]) meets(c *cloud[T], e *span[T], a, b, p, q int32) bool {
	w, x, y, z := c.At(a), c.At(b), c.At(p), c.At(q)
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		lo, hi := c.Box(id)
		if !near(w, lo, hi, e.hi) || !near(x, lo, hi, e.hi) || !near(y, lo, hi, e.hi) || !near(z, lo, hi, e.hi) {
			continue
		}
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			s.stack = append(s.stack, nd.Left, nd.Right)
			continue
		}
		for v := nd.From; v < nd.To; v++ {
			if v != a && v != b && v != p && v != q &&
				c.joined(v, p, e) && c.joined(v, q, e) && c.joined(v, a, e) && c.joined(v, b, e) {
				return true
			}
		}
	}
	return false
}
