package ph

import (
	"slices"
)

// cohomology computes persistent cohomology over Z/p, degree after degree, by
// reducing the coboundary matrix, columns from the youngest simplex to the
// oldest (Bauer, Ripser, 2021).
//
// Columns are not stored: only, for each reduced one, the chain whose coboundary
// it is. Most simplices are in apparent pairs, which are recognised and need
// nothing stored either. Simplices that end a class of one degree lower are
// cleared.
type cohomology struct {
	skeleton
	field     field
	code      coder
	criticals criticals
	cofacets  coboundaries

	queue    queue
	chain    []uint64
	buffer   []uint64
	columns  []span
	arena    []uint64 // chains
	critical []uint64
	merging  []uint64  // the set of the edges that merge components
	pivots   [2]owners // of this degree and the one before

	cones []cone
	set   []uint64

	pairs []pair
}

// A pair is that of the simplices that give birth to a class and end it; end
// is 0 where none does.
type pair struct {
	birth, end uint64
	column     int32 // −1 if it was not kept
}

// beginCohomology makes ready for the edges of a filtration, which must all be in
// order, and degrees up to highest.
func beginCohomology[T Float](c *cohomology, r *reduced[T], modulus, highest int) error {
	beginSkeleton(&c.skeleton, r.size(), r.edges)
	c.field.begin(modulus)
	c.code.begin(&c.skeleton, modulus)
	if err := c.code.check(highest + 2); err != nil {
		return err
	}
	c.merging = resize(c.merging, (len(r.edges)+63)/64)
	clear(c.merging)
	for _, m := range r.merges {
		c.merging[m.rank>>6] |= 1 << (m.rank & 63)
	}
	c.cofacets.begin(&c.code, &c.field)
	c.set = resize(c.set, c.words)
	c.queue.begin(c.code.coefficientBits, c.field.p)
	c.criticals.code = &c.code
	c.criticals.begin(&c.skeleton)
	c.criticals.chooseApexes()
	return nil
}

// run finds the pairs of a degree, at least 1, after those of the degrees below
// it. With cocycles, it keeps the chains of essential classes, too.
func (c *cohomology) run(degree int, cocycles bool) {
	owners := &c.pivots[degree&1]
	owners.begin()
	c.columns, c.arena, c.pairs = c.columns[:0], c.arena[:0], c.pairs[:0]
	c.criticals.begin(&c.skeleton)
	for c.criticals.next() {
		c.critical = c.criticals.appendCritical(c.critical[:0], degree)
		for _, s := range c.critical {
			if !c.endsClass(s, degree) {
				c.reduce(s, degree, owners, cocycles)
			}
		}
	}
}

// endsClass reports whether a simplex ends a class of one degree lower: its
// column is cleared.
func (c *cohomology) endsClass(simplex uint64, degree int) bool {
	if degree == 1 {
		rank := c.code.rankOf(simplex, 2)
		return c.merging[rank>>6]>>(rank&63)&1 != 0
	}
	return c.pivots[(degree-1)&1].find(simplex|1) >= 0
}

// reduce reduces the column of a simplex.
func (c *cohomology) reduce(simplex uint64, degree int, owners *owners, cocycles bool) {
	c.queue.reset()
	c.chain = c.chain[:0]
	c.add(simplex|1, degree, 1)
	mask := uint64(1)<<c.code.coefficientBits - 1
	for {
		pivot := c.queue.pop()
		if pivot == 0 {
			column := int32(-1)
			if cocycles {
				column = c.store(1, mask)
			}
			c.pairs = append(c.pairs, pair{simplex, 0, column})
			return
		}
		coefficient := pivot & mask
		pivot &^= mask
		// The entry is put back, and cancels with that of the column added.
		if column := owners.find(pivot | 1); column >= 0 {
			c.queue.push(pivot | coefficient)
			factor := c.field.negate(coefficient)
			s := c.columns[column]
			for _, t := range c.arena[s.from:s.to] {
				c.add(t, degree, factor)
			}
		} else if facet, sign, ok := c.apparentFacet(pivot, degree+2); ok {
			c.queue.push(pivot | coefficient)
			// sign is 1 or −1, its own inverse.
			c.add(facet|1, degree, c.field.negate(coefficient*sign%c.field.p))
		} else {
			column := c.store(c.field.inverses[coefficient], mask)
			owners.add(pivot|1, column)
			c.pairs = append(c.pairs, pair{simplex, pivot, column})
			return
		}
	}
}

// add adds a multiple of a simplex's column.
func (c *cohomology) add(simplex uint64, dim int, factor uint64) {
	mask := uint64(1)<<c.code.coefficientBits - 1
	factor = factor * (simplex & mask) % c.field.p
	simplex &^= mask
	c.chain = append(c.chain, simplex|factor)
	c.buffer = c.cofacets.appendCoboundary(c.buffer[:0], simplex, dim, factor)
	for _, entry := range c.buffer {
		c.queue.push(entry)
	}
}

// store keeps factor times the chain, whose place it returns.
func (c *cohomology) store(factor, mask uint64) int32 {
	slices.Sort(c.chain)
	from := len(c.arena)
	for i := 0; i < len(c.chain); {
		s := c.chain[i] &^ mask
		sum := uint64(0)
		for ; i < len(c.chain) && c.chain[i]&^mask == s; i++ {
			sum += c.chain[i] & mask
		}
		if sum = sum % c.field.p * factor % c.field.p; sum != 0 {
			c.arena = append(c.arena, s|sum)
		}
	}
	c.columns = append(c.columns, span{int32(from), int32(len(c.arena))})
	return int32(len(c.columns) - 1)
}

// apparentFacet returns the facet of a simplex that it is in an apparent pair
// with, and the sign of the simplex in the coboundary of the facet.
func (c *cohomology) apparentFacet(simplex uint64, points int) (facet, sign uint64, ok bool) {
	least, facet := c.code.least(simplex, points)
	rank := c.code.rankOf(simplex, points)
	var room [maxPoints]int32
	all := room[:points]
	c.code.points(all, simplex)
	at := slices.Index(all, least)
	sign = 1
	if at&1 != 0 {
		sign = c.field.negate(1)
	}
	if least != c.apex[rank] && !c.isLeast(least, rank, slices.Delete(all, at, at+1)) {
		return 0, 0, false
	}
	return facet, sign, true
}

// isLeast reports whether v is the least point, in the order of an edge, that is
// joined before it to all points of a simplex. It is joined, and not the apex.
func (c *cohomology) isLeast(v int32, rank uint32, points []int32) bool {
	apex := c.apex[rank]
	joined := true
	for _, p := range points {
		joined = joined && c.rank(apex, p) < rank
	}
	if joined {
		return false
	}
	c.cones = c.appendCones(c.cones[:0], points, v, c.set)
	for _, cone := range c.cones {
		if cone.rank < rank {
			return false
		}
	}
	return true
}
