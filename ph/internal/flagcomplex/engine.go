package flagcomplex

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/ph/internal/field"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// An Engine computes persistent cohomology degree after degree. It is a workspace that
// keeps its memory.
//
// Several workers reduce a batch of columns ahead, each column as far as the columns before
// the batch reduce it. Then the columns are committed in order: one whose pivot an earlier
// column of the batch has taken is reduced further. A column is added to the same columns
// in the same order as without batches. So results do not depend on the number of workers.
type Engine struct {
	skeleton
	field     field.Field
	code      simplexCodec
	links     []edgeLink
	criticals criticals
	critical  []uint64
	reducers  []reducer
	batch     []reduction

	merging []uint64      // the set of the edges that merge components
	pivots  [2]pivotIndex // of the current degree and the one before, by parity
	columns []span
	arena   []uint64 // the chains of the columns

	pairs []Pair
}

// A Pair is a class: the simplices that give birth to it and end it, by code. Death is 0
// for an essential class.
type Pair struct {
	Birth, Death uint64
	column       int32 // −1 if it was not kept
}

// A span is a run of the arena.
type span struct{ from, to int }

// A reduction is a column that is reduced as far as the columns before its batch reduce it.
type reduction struct {
	simplex uint64
	pivot   uint64   // with its coefficient; 0 if the column is empty
	chain   span     // in the chains of the reducer
	reducer *reducer // nil if the column is not yet reduced
	column  *column  // what is left of the column, if it was long
}

// Begin starts with n points and all edges of the filtration, which are in order in several
// runs. merging has the ranks of the edges that merge components. It is an error if a
// simplex of highest+2 points does not fit into a code.
//
// Begin and Run return early, with incomplete results, once a stop is requested.
func Begin[T metric.Float](c *Engine, n int, runs [][]metric.Edge[T], merging []int32, modulus, highest, workers int, stop parallel.Stop) error {
	c.stop = stop
	beginSkeleton(&c.skeleton, n, runs)
	c.field.Reset(modulus)
	c.code.begin(&c.skeleton, modulus)
	if err := c.code.check(highest + 2); err != nil {
		return err
	}
	c.merging = resize(c.merging, (len(c.ends)+63)/64)
	clear(c.merging)
	for _, rank := range merging {
		c.merging[rank>>6] |= 1 << (rank & 63)
	}
	for len(c.links) < workers {
		c.links = append(c.links, edgeLink{})
	}
	c.chooseApexes(c.links[:workers])
	c.criticals.code = &c.code
	if len(c.reducers) < workers {
		c.reducers = make([]reducer, workers)
	}
	c.reducers = c.reducers[:workers]
	for i := range c.reducers {
		c.reducers[i].begin(c)
	}
	return nil
}

// Run finds the pairs of a degree, at least 1, after those of the degrees below it. It
// returns them in the order of their deaths, essential ones last. They are valid until the
// next degree. With cocycles, each has a chain.
func (c *Engine) Run(degree int, cocycles bool) []Pair {
	pivots := &c.pivots[degree&1]
	pivots.begin()
	c.columns, c.arena, c.pairs = c.columns[:0], c.arena[:0], c.pairs[:0]
	for i := range c.reducers {
		c.reducers[i].pivots, c.reducers[i].degree = pivots, degree
	}
	c.criticals.begin(&c.skeleton)
	for c.nextBatch(degree) {
		c.reduceAhead()
		for i := range c.batch {
			c.commit(&c.batch[i], cocycles)
		}
	}
	slices.SortFunc(c.pairs, func(p, q Pair) int {
		// The rank of a death of 0 wraps around and becomes the greatest.
		return cmp.Or(
			cmp.Compare(c.code.rankOf(p.Death, degree+2)-1, c.code.rankOf(q.Death, degree+2)-1),
			cmp.Compare(p.Birth, q.Birth), cmp.Compare(p.Death, q.Death))
	})
	return c.pairs
}

// nextBatch gathers the simplices of the next columns to reduce, and reports whether there
// are any.
func (c *Engine) nextBatch(degree int) bool {
	const each = 64 // the number of columns for a worker
	c.batch = c.batch[:0]
	want := 1
	if len(c.reducers) > 1 {
		want = each * len(c.reducers)
	}
	for len(c.batch) < want && c.criticals.next() {
		c.critical = c.criticals.appendCritical(c.critical[:0], degree)
		for _, s := range c.critical {
			if !c.endsClass(s, degree) {
				c.batch = append(c.batch, reduction{simplex: s})
			}
		}
	}
	return len(c.batch) > 0 && !c.stop.Requested()
}

// endsClass reports whether a simplex ends a class of one degree less, so that its column is
// cleared.
func (c *Engine) endsClass(simplex uint64, degree int) bool {
	if degree == 1 {
		return has(c.merging, int32(c.code.rankOf(simplex, 2)))
	}
	return c.pivots[(degree-1)&1].find(simplex|1) >= 0
}

// reduceAhead reduces the columns of a batch as far as the columns before it reduce them. A
// single reducer reduces them when they are committed.
func (c *Engine) reduceAhead() {
	if len(c.reducers) == 1 {
		return
	}
	for i := range c.reducers {
		c.reducers[i].chains = c.reducers[i].chains[:0]
	}
	parallel.For(c.stop, len(c.reducers), len(c.batch), 1, func(worker, i int) { c.reducers[worker].reduceAhead(&c.batch[i]) })
}

// commit completes the reduction of the next column and adds its pair.
func (c *Engine) commit(b *reduction, cocycles bool) {
	r := b.reducer
	switch {
	case r == nil:
		r = &c.reducers[0]
		r.chains = r.chains[:0]
		r.reduce(b)
	case b.pivot != 0 && r.pivots.find(c.code.bare(b.pivot)|1) >= 0:
		r.resume(b)
	}
	r.drop(b)
	column := int32(-1)
	if b.pivot != 0 || cocycles {
		column = c.store(b)
	}
	pivot := c.code.bare(b.pivot)
	if pivot != 0 {
		r.pivots.add(pivot|1, column)
	}
	c.pairs = append(c.pairs, Pair{b.simplex, pivot, column})
}

// store keeps the chain of a column, scaled such that the coefficient of the pivot is 1. It
// returns the place of the chain.
func (c *Engine) store(b *reduction) int32 {
	factor := uint64(1)
	if b.pivot != 0 {
		factor = c.field.Inverses[c.code.coefficient(b.pivot)]
	}
	from := len(c.arena)
	for _, t := range b.reducer.chains[b.chain.from:b.chain.to] {
		c.arena = append(c.arena, c.code.bare(t)|c.code.coefficient(t)*factor%c.field.P)
	}
	c.columns = append(c.columns, span{from, len(c.arena)})
	return int32(len(c.columns) - 1)
}

// Youngest returns the youngest edge of a simplex of a number of points, and its length.
func (c *Engine) Youngest(simplex uint64, points int) (Ends, float64) {
	rank := c.code.rankOf(simplex, points)
	return c.ends[rank], c.lengths[rank]
}

// Points writes the points of a simplex, ascending, of which there are len(dst).
func (c *Engine) Points(dst []int32, simplex uint64) { c.code.points(dst, simplex) }

// Chain returns the cocycle of a pair, simplices with their coefficients, if Run was asked
// for cocycles.
func (c *Engine) Chain(p Pair) []uint64 {
	s := c.columns[p.column]
	return c.arena[s.from:s.to]
}

// Coefficient returns the coefficient of a simplex in a chain.
func (c *Engine) Coefficient(simplex uint64) int { return int(c.code.coefficient(simplex)) }
