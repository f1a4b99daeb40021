package flagcomplex

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
	"github.com/topogen/topogen/ph/internal/cycles"
	"github.com/topogen/topogen/ph/internal/field"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// An Engine computes persistent cohomology degree after degree. It is a workspace that
// keeps its memory.
//
// A batch is a number of columns that follow one another. Several workers reduce the columns
// of a batch ahead: they add only columns that were committed before the batch. Then one
// goroutine commits the columns of the batch in order. If an earlier column of the batch has
// taken the pivot of a column, this column is reduced further first. To each column the same
// columns are added in the same order as without batches. So results do not depend on the
// number of workers.
type Engine struct {
	skeleton
	field     field.Field
	code      simplexCodec
	most      int        // no simplex has more points, up to those of the highest degree
	links     []edgeLink // one for each worker, to choose apexes
	criticals criticals
	critical  []uint64  // the simplices in no apparent pair whose youngest edge is the current one of criticals
	reducers  []reducer // one for each worker
	batch     []reduction

	merging []uint64      // the set of the edges that merge components, by rank
	pivots  [2]pivotIndex // pivots[degree&1] has those of a degree: the current and the one before
	columns []span        // the chain of each column, as a part of arena
	arena   []uint64      // the codes of simplices, with coefficients

	pairs []Pair // the pairs of the current degree

	cycles cycles.Reducer
}

// A Pair is a class: the codes of the simplices that give birth to it and end it. Death is
// 0 for an essential class.
type Pair struct {
	Birth, Death uint64
	column       int32 // the index of the column in Engine.columns, −1 if it was not kept
}

// A span stands for the elements from, …, to−1 of a list.
type span struct{ from, to int }

// A reduction is a column of the batch that is reduced ahead.
type reduction struct {
	simplex uint64   // the simplex whose column it is
	pivot   uint64   // the pivot, with its coefficient; 0 if the column is empty
	chain   span     // the chain of the column, as a part of reducer.chains
	reducer *reducer // the reducer of the column, nil if the column is not yet reduced
	column  *column  // the entries of the column, if its chain is long, else nil
}

// Begin starts with n points and all edges of the filtration. runs are lists of edges that
// together have them in order. merging has the ranks of the edges that merge components. It
// is an error if there may be a simplex of up to highest+2 points that fits into no code.
//
// Begin and Run return early, with incomplete results, once a stop is requested.
func Begin[T metric.Float](c *Engine, n int, runs [][]metric.Edge[T], merging []int32, modulus, highest, workers int, stop parallel.Stop) error {
	c.stop = stop
	beginSkeleton(&c.skeleton, n, runs)
	c.field.Reset(modulus)
	c.code.begin(&c.skeleton, modulus)
	var err error
	if c.most, err = c.code.fit(highest + 2); err != nil {
		return err
	}
	c.merging = reuse.Slice(c.merging, bitset.Words(len(c.ends)))
	clear(c.merging)
	for _, rank := range merging {
		bitset.Add(c.merging, rank)
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

// Run finds the pairs of a degree, at least 1. It must have run for all lower degrees before.
// It returns the pairs in the order of their deaths, essential ones last. They are valid
// until the next call. If cocycles is true, [Engine.Chain] returns the cocycle of each pair.
func (c *Engine) Run(degree int, cocycles bool) []Pair {
	pivots := &c.pivots[degree&1]
	pivots.begin()
	c.columns, c.arena, c.pairs = c.columns[:0], c.arena[:0], c.pairs[:0]
	for i := range c.reducers {
		c.reducers[i].pivots, c.reducers[i].degree = pivots, degree
	}
	if degree >= c.most {
		return nil // a simplex of the degree has one point more
	}
	c.criticals.begin(&c.skeleton)
	for c.nextBatch(degree) {
		c.reduceAhead()
		for i := range c.batch {
			c.commit(&c.batch[i], cocycles)
		}
	}
	slices.SortFunc(c.pairs, func(p, q Pair) int {
		// An essential pair has death 0 and so rank 0. One less wraps around to the
		// greatest number.
		return cmp.Or(
			cmp.Compare(c.code.rankOf(p.Death, degree+2)-1, c.code.rankOf(q.Death, degree+2)-1),
			cmp.Compare(p.Birth, q.Birth), cmp.Compare(p.Death, q.Death))
	})
	return c.pairs
}

// nextBatch gathers the simplices of the next columns to reduce. It reports false if there
// is none or a stop is requested.
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

// endsClass reports whether a simplex ends a class of one degree less. If so, its column is
// cleared.
func (c *Engine) endsClass(simplex uint64, degree int) bool {
	if degree == 1 {
		return bitset.Has(c.merging, c.code.rankOf(simplex, 2))
	}
	return c.pivots[(degree-1)&1].find(simplex|1) >= 0
}

// reduceAhead reduces the columns of the batch. It adds only columns that were committed
// before the batch. If there is a single reducer, reduceAhead does nothing, and commit
// reduces each column.
func (c *Engine) reduceAhead() {
	if len(c.reducers) == 1 {
		return
	}
	for i := range c.reducers {
		c.reducers[i].chains = c.reducers[i].chains[:0]
	}
	parallel.For(c.stop, len(c.reducers), len(c.batch), 1, func(worker, i int) { c.reducers[worker].reduceAhead(&c.batch[i]) })
}

// commit completes the reduction of a column, stores its chain and adds its pair. It must be
// called for the columns in order.
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
// returns the index of the chain in columns.
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

// Youngest returns the youngest edge of a simplex, and the length of this edge. points is
// the number of points of the simplex.
func (c *Engine) Youngest(simplex uint64, points int) (Ends, float64) {
	rank := c.code.rankOf(simplex, points)
	return c.ends[rank], c.lengths[rank]
}

// Points writes the points of a simplex, ascending. len(dst) must be their number.
func (c *Engine) Points(dst []int32, simplex uint64) { c.code.points(dst, simplex) }

// Chain returns the cocycle of a pair: the codes of simplices with their coefficients. The
// call of [Engine.Run] that found the pair must have asked for cocycles.
func (c *Engine) Chain(p Pair) []uint64 {
	s := c.columns[p.column]
	return c.arena[s.from:s.to]
}

// Coefficient returns the coefficient that an element of a chain has in its code.
func (c *Engine) Coefficient(simplex uint64) int { return int(c.code.coefficient(simplex)) }
