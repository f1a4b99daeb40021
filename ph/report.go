package ph

import (
	"cmp"
	"math"
	"slices"
)

// reportZero adds degree 0 to a result.
func (r *reduced[T]) reportZero(result *Result) {
	bars := result.Diagrams[0].Bars[:0]
	for _, m := range r.merges {
		bars = append(bars, Bar{0, float64(m.edge.length), Edge{m.ended, m.ended}, m.edge.ends()})
	}
	finite := len(bars)
	for v, parent := range r.joined.parent {
		if v := int32(v); v == parent {
			bars = append(bars, Bar{0, math.Inf(1), Edge{v, v}, Edge{-1, -1}})
		}
	}
	result.Diagrams[0].Bars = bars
	if result.Simplices != nil {
		for i, b := range bars {
			p := Pairing{Birth: Simplex{b.BirthEdge.U}}
			if i < finite {
				p.End = Simplex{b.DeathEdge.V, b.DeathEdge.U}
			}
			result.Simplices[0] = append(result.Simplices[0], p)
		}
	}
}

// reportOne adds degree 1 to a result, bars of length 0 left out.
func (r *reduced[T]) reportOne(result *Result) {
	slices.SortFunc(r.deaths, func(p, q death) int {
		return cmp.Or(cmp.Compare(p.edge, q.edge), cmp.Compare(p.birth, q.birth))
	})
	bars := result.Diagrams[1].Bars[:0]
	for _, d := range r.deaths {
		birth, end := r.edges.edge(d.birth), r.edges.edge(d.edge)
		if birth.length == end.length {
			continue
		}
		bars = append(bars, Bar{float64(birth.length), float64(end.length), birth.ends(), end.ends()})
		if result.Simplices != nil {
			result.Simplices[1] = append(result.Simplices[1], Pairing{
				Birth: Simplex{birth.b, birth.a}, End: sorted(end.b, end.a, r.point(d.apex)),
			})
		}
		if result.Cycles != nil {
			result.Cycles = append(result.Cycles, r.cycle(d.birth))
		}
	}
	for _, rank := range r.births {
		if *r.edges.fate(rank) != born {
			continue
		}
		e := r.edges.edge(rank)
		bars = append(bars, Bar{float64(e.length), math.Inf(1), e.ends(), Edge{-1, -1}})
		if result.Simplices != nil {
			result.Simplices[1] = append(result.Simplices[1], Pairing{Birth: Simplex{e.b, e.a}})
		}
		if result.Cycles != nil {
			result.Cycles = append(result.Cycles, nil)
		}
	}
	result.Diagrams[1].Bars = bars
}

func sorted(points ...int32) Simplex {
	slices.Sort(points)
	return points
}

// cycle returns the edges of the column that ended the loop of a birth edge.
func (r *reduced[T]) cycle(birth int32) []Edge {
	s := r.columns[dead-*r.edges.fate(birth)]
	edges := make([]Edge, 0, s.to-s.from)
	for _, rank := range r.arena[s.from:s.to] {
		edges = append(edges, r.edges.edge(rank).ends())
	}
	return edges
}

// report adds a degree to a result, bars of length 0 left out.
func (c *cohomology) report(result *Result, degree int) {
	slices.SortFunc(c.pairs, func(p, q pair) int {
		// An end of 0, of an essential class, becomes the greatest.
		return cmp.Or(
			cmp.Compare(c.code.rankOf(p.end, degree+2)-1, c.code.rankOf(q.end, degree+2)-1),
			cmp.Compare(p.birth, q.birth), cmp.Compare(p.end, q.end))
	})
	bars := result.Diagrams[degree].Bars[:0]
	if result.Simplices != nil {
		result.Simplices[degree] = nil // that of another way to compute the degree
	}
	for _, p := range c.pairs {
		rank := c.code.rankOf(p.birth, degree+1)
		bar := Bar{c.lengths[rank], math.Inf(1), c.ends[rank], Edge{-1, -1}}
		if p.end != 0 {
			rank := c.code.rankOf(p.end, degree+2)
			bar.Death, bar.DeathEdge = c.lengths[rank], c.ends[rank]
		}
		if bar.Birth == bar.Death {
			continue
		}
		bars = append(bars, bar)
		if result.Simplices != nil {
			pairing := Pairing{Birth: c.simplex(p.birth, degree+1)}
			if p.end != 0 {
				pairing.End = c.simplex(p.end, degree+2)
			}
			result.Simplices[degree] = append(result.Simplices[degree], pairing)
		}
		if result.Cocycles != nil {
			result.Cocycles[degree] = append(result.Cocycles[degree], c.cocycle(p, degree))
		}
	}
	result.Diagrams[degree].Bars = bars
}

func (c *cohomology) simplex(code uint64, points int) Simplex {
	s := make(Simplex, points)
	c.code.points(s, code)
	return s
}

// cocycle returns the chain that a pair was found with.
func (c *cohomology) cocycle(p pair, degree int) Chain {
	s := c.columns[p.column]
	chain := make(Chain, 0, s.to-s.from)
	for _, t := range c.arena[s.from:s.to] {
		chain = append(chain, Term{c.simplex(t, degree+1), int(c.code.coefficient(t))})
	}
	return chain
}
