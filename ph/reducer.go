package ph

import "slices"

// A reducer reduces columns, each to a pivot that no column and no apparent pair
// has. Of what it shares with others it changes nothing.
type reducer struct {
	*cohomology
	owners *owners
	degree int

	*column // at hand
	spare   []*column
	chains  []uint64 // of the columns reduced

	cofacets coboundaries
	buffer   []uint64
	cones    []cone
	set      []uint64
}

// A column is one that is being reduced.
type column struct {
	queue queue
	chain []uint64 // whose coboundary it is, equal simplices not yet added up
}

func (r *reducer) begin(c *cohomology) {
	r.cohomology = c
	r.cofacets.begin(&c.code, &c.field)
	r.set = resize(r.set, c.words)
	if r.column == nil {
		r.column = new(column)
	}
}

// fresh makes an empty column the one at hand.
func (r *reducer) fresh() {
	r.queue.begin(r.code.coefficientBits, r.field.p)
	r.chain = r.chain[:0]
}

// reduce reduces the column of a simplex.
func (r *reducer) reduce(b *reduction) {
	r.fresh()
	r.add(b.simplex|1, 1)
	r.finish(b)
}

// reduceAhead reduces the column of a simplex, to be resumed if need be.
func (r *reducer) reduceAhead(b *reduction) {
	r.reduce(b)
	const long = 64
	if b.pivot == 0 || len(r.chain) < long {
		return
	}
	b.column, r.column = r.column, nil
	if k := len(r.spare) - 1; k >= 0 {
		r.column, r.spare = r.spare[k], r.spare[:k]
	} else {
		r.column = new(column)
	}
}

// resume goes on with a column that was reduced before there were so many others.
func (r *reducer) resume(b *reduction) {
	if b.column != nil {
		b.column, r.column = r.column, b.column
		r.queue.push(b.pivot)
	} else {
		r.fresh()
		for _, t := range r.chains[b.chain.from:b.chain.to] {
			r.add(t, 1)
		}
	}
	r.finish(b)
}

// drop takes back the column of a reduction.
func (r *reducer) drop(b *reduction) {
	if b.column != nil {
		b.column.queue.reset()
		r.spare = append(r.spare, b.column)
		b.column = nil
	}
}

func (r *reducer) finish(b *reduction) {
	b.reducer, b.pivot = r, r.pivot()
	b.chain = r.keepChain()
}

// pivot reduces the column at hand and returns its pivot, 0 if nothing is left.
func (r *reducer) pivot() uint64 {
	for {
		entry := r.queue.pop()
		if entry == 0 {
			return 0
		}
		pivot := r.code.bare(entry)
		factor := r.field.negate(r.code.coefficient(entry))
		// The entry is put back, and cancels with that of the column added.
		if column := r.owners.find(pivot | 1); column >= 0 {
			r.queue.push(entry)
			s := r.columns[column]
			for _, t := range r.arena[s.from:s.to] {
				r.add(t, factor)
			}
		} else if facet, sign, ok := r.apparentFacet(pivot, r.degree+2); ok {
			r.queue.push(entry)
			r.add(facet|1, factor*sign%r.field.p) // sign is 1 or −1, its own inverse
		} else {
			return entry
		}
	}
}

// add adds a multiple of a simplex's column.
func (r *reducer) add(simplex uint64, factor uint64) {
	factor = factor * r.code.coefficient(simplex) % r.field.p
	simplex = r.code.bare(simplex)
	r.chain = append(r.chain, simplex|factor)
	r.buffer = r.cofacets.appendCoboundary(r.buffer[:0], simplex, r.degree, factor)
	for _, entry := range r.buffer {
		r.queue.push(entry)
	}
}

// keepChain adds up the chain of the column at hand and returns its place among
// the chains.
func (r *reducer) keepChain() span {
	slices.Sort(r.chain)
	from := len(r.chains)
	for i := 0; i < len(r.chain); {
		simplex := r.code.bare(r.chain[i])
		sum := uint64(0)
		for ; i < len(r.chain) && r.code.bare(r.chain[i]) == simplex; i++ {
			sum += r.code.coefficient(r.chain[i])
		}
		if sum %= r.field.p; sum != 0 {
			r.chains = append(r.chains, simplex|sum)
		}
	}
	return span{from, len(r.chains)}
}

// apparentFacet returns the facet of a simplex that it is in an apparent pair
// with, and the sign of the simplex in the coboundary of the facet.
func (r *reducer) apparentFacet(simplex uint64, points int) (facet, sign uint64, ok bool) {
	least, facet := r.code.least(simplex, points)
	rank := r.code.rankOf(simplex, points)
	var room [maxPoints]int32
	all := room[:points]
	r.code.points(all, simplex)
	at := slices.Index(all, least)
	sign = 1
	if at&1 != 0 {
		sign = r.field.negate(1)
	}
	if least != r.apex[rank] && !r.isLeast(least, rank, slices.Delete(all, at, at+1)) {
		return 0, 0, false
	}
	return facet, sign, true
}

// isLeast reports whether v is the least point, in the order of an edge, that is
// joined before it to all points of a simplex. It is joined, and not the apex.
func (r *reducer) isLeast(v int32, rank uint32, points []int32) bool {
	apex := r.apex[rank]
	joined := true
	for _, p := range points {
		joined = joined && r.rank(apex, p) < rank
	}
	if joined {
		return false
	}
	r.cones = r.appendCones(r.cones[:0], points, v, r.set)
	for _, cone := range r.cones {
		if cone.rank < rank {
			return false
		}
	}
	return true
}
