package ph

// cohomology computes persistent cohomology over Z/p, degree after degree, by
// reducing the coboundary matrix, columns from the youngest simplex to the
// oldest (Bauer, Ripser, 2021).
//
// Columns are not stored: only, for each reduced one, the chain whose coboundary
// it is. Most simplices are in apparent pairs, which are recognised and need
// nothing stored either. Simplices that end a class of one degree lower are
// cleared.
//
// Several workers reduce a batch of columns ahead, each as far as the columns
// before the batch take it. Then, in order, those whose pivot an earlier column of
// the batch has got are reduced on. A column is added to the same ones in the
// same order as if there were no batches: results do not depend on the number
// of workers.
type cohomology struct {
	skeleton
	field     field
	code      coder
	graphs    []luneGraph
	criticals criticals
	critical  []uint64
	reducers  []reducer
	batch     []reduction

	merging []uint64  // the set of the edges that merge components
	pivots  [2]owners // of this degree and the one before
	columns []span
	arena   []uint64 // chains

	pairs []pair
}

// A pair is that of the simplices that give birth to a class and end it; end
// is 0 where none does.
type pair struct {
	birth, end uint64
	column     int32 // −1 if it was not kept
}

// A reduction is a column that is reduced as far as the columns before its batch
// take it.
type reduction struct {
	simplex uint64
	pivot   uint64 // with its coefficient; 0 if nothing is left
	chain   span   // in the chains of the reducer
	reducer *reducer
	column  *column // what is left of it, where it would take long to get there again
}

// beginCohomology makes ready for the edges of a filtration, which must all be in
// order, and degrees up to highest.
func beginCohomology[T Float](c *cohomology, r *reduced[T], modulus, highest, workers int) error {
	beginSkeleton(&c.skeleton, r.size(), &r.edges)
	c.field.begin(modulus)
	c.code.begin(&c.skeleton, modulus)
	if err := c.code.check(highest + 2); err != nil {
		return err
	}
	c.merging = resize(c.merging, (r.edges.count+63)/64)
	clear(c.merging)
	for _, m := range r.merges {
		c.merging[m.rank>>6] |= 1 << (m.rank & 63)
	}
	for len(c.graphs) < workers {
		c.graphs = append(c.graphs, luneGraph{})
	}
	c.chooseApexes(c.graphs[:workers])
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

// run finds the pairs of a degree, at least 1, after those of the degrees below
// it. With cocycles, it keeps the chains of essential classes, too.
func (c *cohomology) run(degree int, cocycles bool) {
	owners := &c.pivots[degree&1]
	owners.begin()
	c.columns, c.arena, c.pairs = c.columns[:0], c.arena[:0], c.pairs[:0]
	for i := range c.reducers {
		c.reducers[i].owners, c.reducers[i].degree = owners, degree
	}
	c.criticals.begin(&c.skeleton)
	for c.nextBatch(degree) {
		c.reduceAhead()
		for i := range c.batch {
			c.commit(&c.batch[i], cocycles)
		}
	}
}

// nextBatch makes a batch of simplices whose columns are to be reduced, and
// reports whether there are any.
func (c *cohomology) nextBatch(degree int) bool {
	const each = 64 // columns for a worker
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
	return len(c.batch) > 0
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

// reduceAhead reduces the columns of a batch as far as those before it do.
func (c *cohomology) reduceAhead() {
	if len(c.reducers) == 1 {
		return // they are reduced one after another
	}
	for i := range c.reducers {
		c.reducers[i].chains = c.reducers[i].chains[:0]
	}
	inRuns(len(c.reducers), len(c.batch), 1, func(worker, i int) { c.reducers[worker].reduceAhead(&c.batch[i]) })
}

// commit brings the reduction of the next column to its end.
func (c *cohomology) commit(b *reduction, cocycles bool) {
	r := b.reducer
	switch {
	case r == nil:
		r = &c.reducers[0]
		r.chains = r.chains[:0]
		r.reduce(b)
	case b.pivot != 0 && r.owners.find(c.code.bare(b.pivot)|1) >= 0:
		r.resume(b)
	}
	r.drop(b)
	column := int32(-1)
	if b.pivot != 0 || cocycles {
		column = c.store(b)
	}
	pivot := c.code.bare(b.pivot)
	if pivot != 0 {
		r.owners.add(pivot|1, column)
	}
	c.pairs = append(c.pairs, pair{b.simplex, pivot, column})
}

// store keeps the chain of a column, whose place it returns, such that the
// coefficient of the pivot is 1.
func (c *cohomology) store(b *reduction) int32 {
	factor := uint64(1)
	if b.pivot != 0 {
		factor = c.field.inverses[c.code.coefficient(b.pivot)]
	}
	from := len(c.arena)
	for _, t := range b.reducer.chains[b.chain.from:b.chain.to] {
		c.arena = append(c.arena, c.code.bare(t)|c.code.coefficient(t)*factor%c.field.p)
	}
	c.columns = append(c.columns, span{from, len(c.arena)})
	return int32(len(c.columns) - 1)
}
