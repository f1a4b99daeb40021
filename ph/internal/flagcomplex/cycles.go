package flagcomplex

import "github.com/topogen/topogen/ph/internal/cycles"

// Cycles reports a cycle for each of the pairs of a degree that the latest call of
// [Engine.Run] has returned. below are the pairs of one degree less: what Cycles has returned
// for that degree, or the pairs of the points and edges that end components, whose codes
// [Engine.EdgeCode] returns. A cycle is valid during the call of report.
func (c *Engine) Cycles(degree int, below []cycles.Pair, report func(pair int, cycle []cycles.Term)) []cycles.Pair {
	var pairs []cycles.Pair
	for _, p := range c.pairs {
		pairs = append(pairs, cycles.Pair{Birth: p.Birth, Death: p.Death, Essential: p.Death == 0})
	}
	c.cycles.Stop = c.stop
	c.cycles.Run(c, int(c.field.P), degree, below, pairs, report)
	return pairs
}

// EdgeCode returns the code of the edge of the given rank.
func (c *Engine) EdgeCode(rank int32) uint64 { return uint64(rank) << c.code.coefficientBits }

// AppendBoundary implements [cycles.Complex]. A vertex is its own code.
func (c *Engine) AppendBoundary(dst []cycles.Term, dim int, cell uint64) []cycles.Term {
	var all, others [maxPoints]int32
	points := all[:dim+1]
	c.code.points(points, cell)
	coefficient := uint64(1)
	for skip := range points {
		facet := others[:0]
		for k, p := range points {
			if k != skip {
				facet = append(facet, p)
			}
		}
		code := uint64(facet[0])
		if dim > 1 {
			code = c.encodePoints(facet)
		}
		dst = append(dst, cycles.Term{Cell: code, Coefficient: coefficient})
		coefficient = c.field.Negate(coefficient)
	}
	return dst
}

// encodePoints returns the code of a simplex of at least two points, ascending, any two of
// which are joined. It overwrites the points.
func (c *Engine) encodePoints(points []int32) uint64 {
	var rank uint32
	var u, v int
	for j := range points {
		for i := range j {
			if r := c.rank(points[i], points[j]); r >= rank {
				rank, u, v = r, i, j
			}
		}
	}
	others := points[:0]
	for k, p := range points {
		if k != u && k != v {
			others = append(others, p)
		}
	}
	return c.code.encode(rank, others)
}

// Partner implements [cycles.Complex]: the other simplex of an apparent pair is the oldest
// cofacet.
func (c *Engine) Partner(dim int, cell uint64) uint64 {
	r := &c.reducers[0]
	r.buffer = r.cofacets.appendCoboundary(r.buffer[:0], cell, dim, 1)
	oldest := r.buffer[0]
	for _, s := range r.buffer {
		oldest = min(oldest, s)
	}
	return c.code.bare(oldest)
}
