package ph

import (
	"cmp"
	"math"
	"slices"
)

// reportZero adds degree 0 to a result.
func (r *reduced[T]) reportZero(result *Result, o *Options) {
	classes := result.Classes[0][:0]
	for _, m := range r.merges {
		c := Class{Bar: Bar{0, float64(m.edge.length), Cell{m.ended, m.ended}, m.edge.ends()}}
		if o.Simplices {
			c.BirthSimplex, c.DeathSimplex = Simplex{m.ended}, Simplex{m.edge.b, m.edge.a}
		}
		classes = append(classes, c)
	}
	for v, parent := range r.joined.parent {
		if v := int32(v); v == parent {
			c := Class{Bar: Bar{0, math.Inf(1), Cell{v, v}, noCell}}
			if o.Simplices {
				c.BirthSimplex = Simplex{v}
			}
			classes = append(classes, c)
		}
	}
	result.Classes[0] = classes
}

// reportOne adds degree 1 to a result, bars of length 0 left out.
func (r *reduced[T]) reportOne(result *Result, o *Options) {
	slices.SortFunc(r.deaths, func(p, q death) int {
		return cmp.Or(cmp.Compare(p.edge, q.edge), cmp.Compare(p.birth, q.birth))
	})
	classes := result.Classes[1][:0]
	for _, d := range r.deaths {
		birth, end := r.edges.edge(d.birth), r.edges.edge(d.edge)
		if birth.length == end.length {
			continue
		}
		c := Class{Bar: Bar{float64(birth.length), float64(end.length), birth.ends(), end.ends()}}
		if o.Simplices {
			c.BirthSimplex, c.DeathSimplex = Simplex{birth.b, birth.a}, sorted(end.b, end.a, r.point(d.apex))
		}
		if o.Cycles {
			c.Cycle = r.cycle(d.birth)
		}
		classes = append(classes, c)
	}
	for _, rank := range r.births {
		if *r.edges.fate(rank) != born {
			continue
		}
		e := r.edges.edge(rank)
		c := Class{Bar: Bar{float64(e.length), math.Inf(1), e.ends(), noCell}}
		if o.Simplices {
			c.BirthSimplex = Simplex{e.b, e.a}
		}
		classes = append(classes, c)
	}
	result.Classes[1] = classes
}

func sorted(points ...int32) Simplex {
	slices.Sort(points)
	return points
}

// cycle returns the edges of the column that ended the loop of a birth edge.
func (r *reduced[T]) cycle(birth int32) []Cell {
	s := r.columns[dead-*r.edges.fate(birth)]
	edges := make([]Cell, 0, s.to-s.from)
	for _, rank := range r.arena[s.from:s.to] {
		edges = append(edges, r.edges.edge(rank).ends())
	}
	return edges
}

// report adds a degree to a result, bars of length 0 left out.
func (c *cohomology) report(result *Result, o *Options, degree int) {
	slices.SortFunc(c.pairs, func(p, q pair) int {
		// An end of 0, of an essential class, becomes the greatest.
		return cmp.Or(
			cmp.Compare(c.code.rankOf(p.end, degree+2)-1, c.code.rankOf(q.end, degree+2)-1),
			cmp.Compare(p.birth, q.birth), cmp.Compare(p.end, q.end))
	})
	var loops []Class // of degree 1, found with their cycles
	if degree == 1 && o.Cycles {
		loops = result.Classes[1]
	}
	classes := result.Classes[degree][:0]
	for _, p := range c.pairs {
		rank := c.code.rankOf(p.birth, degree+1)
		class := Class{Bar: Bar{c.lengths[rank], math.Inf(1), c.ends[rank], noCell}}
		if p.end != 0 {
			rank := c.code.rankOf(p.end, degree+2)
			class.Death, class.DeathCell = c.lengths[rank], c.ends[rank]
		}
		if class.Birth == class.Death {
			continue
		}
		if loops != nil {
			class.Cycle = loops[len(classes)].Cycle
		}
		if o.Simplices {
			class.BirthSimplex = c.simplex(p.birth, degree+1)
			if p.end != 0 {
				class.DeathSimplex = c.simplex(p.end, degree+2)
			}
		}
		if o.Cocycles {
			class.Cocycle = c.cocycle(p, degree)
		}
		classes = append(classes, class)
	}
	result.Classes[degree] = classes
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
