package spindle

import (
	"math"

	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/metric"
)

// An interval tells which squared distances may round to lengths in (above, upTo]: those from
// least to most. Those above certain may round to greater lengths, too.
type interval struct{ least, certain, most float64 }

func intervalOf[T metric.Float](above, upTo T) (i interval) {
	if above > 0 {
		s := spanOf(metric.Edge[T]{Length: above})
		i.least = max(0, s.lo)
	}
	s := spanOf(metric.Edge[T]{Length: upTo})
	i.certain, i.most = max(0, s.lo), s.hi
	return i
}

// findCandidates sets list to the active later points that are joined to a by edges of
// lengths in (above, upTo] without a witness. It returns a lower bound of the squared length of
// longer candidates of a, +Inf if there are none.
//
// It visits the tree, near boxes first. Points without a witness so far become witnesses.
func (s *search[T]) findCandidates(r *Engine[T], a int32, above, upTo T) (next float64) {
	c := &r.cloud
	x := c.At(a)
	s.list, s.witnesses.count, s.witnesses.recent = s.list[:0], 0, 0
	limit, band := intervalOf(0, c.limit).most, intervalOf(above, upTo)
	// In the first band next may be a loose bound: most loops die in that band, and then next
	// is not needed. So longer edges are not tested against the witnesses.
	first := above < 0
	next = math.Inf(1)
	var room [maxDim]float64
	y := room[:c.Dim]
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		lo, hi := c.Box(id)
		least, most := kdtree.Reach(x, lo, hi)
		if least > limit || least > r.mayWitness && (r.open[id] == 0 || most < band.least) {
			continue
		}
		if first && least > band.most {
			next = min(next, least)
			continue
		}
		squared, diagonal := 0.0, 0.0
		for d, v := range x {
			y[d] = (lo[d]+hi[d])/2 - v
			squared += y[d] * y[d]
			diagonal += (hi[d] - lo[d]) * (hi[d] - lo[d])
		}
		if s.witnesses.cover(y, squared, math.Sqrt(diagonal)/2) {
			continue
		}
		if least > band.most {
			next = min(next, least)
			continue
		}
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			s.push(c, x, nd)
			continue
		}
		for b := nd.From; b < nd.To; b++ {
			if b == a {
				continue
			}
			squared := 0.0
			for d, v := range c.At(b) {
				y[d] = v - x[d]
				squared += y[d] * y[d]
			}
			switch {
			case squared > limit:
			case first && squared > band.most:
				next = min(next, squared)
			case s.witnesses.cover(y, squared, 0):
			default:
				s.witnesses.add(y, squared)
				if squared > band.certain {
					next = min(next, squared)
				}
				if squared >= band.least && squared <= band.most && r.isSearchedFrom(a, b, squared) {
					s.list = append(s.list, b)
				}
			}
		}
	}
	return next
}

// isSearchedFrom reports whether the search around a lists the edge from a to b, if that may
// have columns. An edge is listed once: from its only active end, or from the end that comes
// first.
func (r *Engine[T]) isSearchedFrom(a, b int32, squared float64) bool {
	return (b > a || !r.isActive[b]) && r.next[b] <= squared
}

// listCandidates does what findCandidates does, from the list of the points around a.
func (s *search[T]) listCandidates(r *Engine[T], a int32, above, upTo T) (next float64) {
	c := &r.cloud
	x := c.At(a)
	s.list, s.witnesses.count, s.witnesses.recent = s.list[:0], 0, 0
	band := intervalOf(above, upTo)
	sortNear(s.around)
	const enough = 12 // from this number of witnesses on, only ends of edges to list are tested
	var room [maxDim]float64
	y := room[:c.Dim]
	for _, p := range s.around {
		z := c.At(p.place)[:len(y)]
		for d := range y {
			y[d] = z[d] - x[d]
		}
		isListed := p.squared >= band.least && r.isSearchedFrom(a, p.place, p.squared)
		if !isListed && s.witnesses.count >= enough || s.witnesses.cover(y, p.squared, 0) {
			continue
		}
		s.witnesses.add(y, p.squared)
		if isListed {
			s.list = append(s.list, p.place)
		}
	}
	return band.certain
}
