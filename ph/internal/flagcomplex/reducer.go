package flagcomplex

import (
	"slices"

	"github.com/topogen/topogen/internal/reuse"
)

// A reducer reduces columns: it adds columns until the pivot is neither the pivot of a
// committed column nor in an apparent pair with its youngest facet. A reducer changes nothing
// that it shares with other reducers.
type reducer struct {
	*Engine
	pivots *pivotIndex // the pivots of the committed columns of the degree
	degree int

	*column           // the current column
	spare   []*column // empty columns to use again
	chains  []uint64  // the chains of the columns that this reducer has reduced in the batch

	cofacets coboundaries
	buffer   []uint64 // the coboundary of one simplex
	cones    []cone   // room for isLeast
	set      []uint64 // room for a bitset of points
}

// A column has the entries of a column that is being reduced, in a queue, and the chain
// whose coboundary the column is. Equal simplices of the chain are not yet added up.
type column struct {
	queue queue
	chain []uint64
}

func (r *reducer) begin(c *Engine) {
	r.Engine = c
	r.cofacets.begin(&c.code, &c.field)
	r.set = reuse.Slice(r.set, c.words)
	if r.column == nil {
		r.column = new(column)
	}
}

// clear empties the current column.
func (r *reducer) clear() {
	r.queue.begin(r.code.coefficientBits, r.field.P)
	r.chain = r.chain[:0]
}

// reduce reduces the column of a simplex.
func (r *reducer) reduce(b *reduction) {
	r.clear()
	r.add(b.simplex|1, 1)
	r.finish(b)
}

// reduceAhead reduces the column of a simplex. If the chain of the column is long, it keeps
// the entries, so that resume need not add up the chain again.
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

// resume reduces a column further, after an earlier column of the batch was committed with
// the same pivot.
func (r *reducer) resume(b *reduction) {
	if b.column != nil {
		b.column, r.column = r.column, b.column
		r.queue.push(b.pivot)
	} else {
		r.clear()
		for _, t := range r.chains[b.chain.from:b.chain.to] {
			r.add(t, 1)
		}
	}
	r.finish(b)
}

// drop makes the column that a reduction keeps, if any, a spare one.
func (r *reducer) drop(b *reduction) {
	if b.column != nil {
		b.column.queue.reset()
		r.spare = append(r.spare, b.column)
		b.column = nil
	}
}

// finish reduces the current column and sets reducer, pivot and chain of the reduction.
func (r *reducer) finish(b *reduction) {
	b.reducer, b.pivot = r, r.pivot()
	b.chain = r.keepChain()
}

// pivot reduces the current column. It returns the pivot with its coefficient, 0 if the
// column becomes empty or a stop is requested.
func (r *reducer) pivot() uint64 {
	for steps := 0; ; steps++ {
		entry := r.queue.pop()
		if entry == 0 || steps&63 == 63 && r.stop.Requested() {
			return 0
		}
		pivot := r.code.bare(entry)
		factor := r.field.Negate(r.code.coefficient(entry))
		// Push the popped entry back: the column that is added has an entry that cancels
		// with it.
		if column := r.pivots.find(pivot | 1); column >= 0 {
			r.queue.push(entry)
			s := r.columns[column]
			for i, t := range r.arena[s.from:s.to] {
				if i&63 == 63 && r.stop.Requested() {
					return 0
				}
				r.add(t, factor)
			}
		} else if facet, sign, ok := r.apparentFacet(pivot, r.degree+2); ok {
			r.queue.push(entry)
			r.add(facet|1, factor*sign%r.field.P) // sign is 1 or −1, its own inverse
		} else {
			return entry
		}
	}
}

// add adds to the current column the coboundary of a simplex, times factor and the
// coefficient in the code of the simplex.
func (r *reducer) add(simplex uint64, factor uint64) {
	factor = factor * r.code.coefficient(simplex) % r.field.P
	simplex = r.code.bare(simplex)
	r.chain = append(r.chain, simplex|factor)
	r.buffer = r.cofacets.appendCoboundary(r.buffer[:0], simplex, r.degree, factor)
	for _, entry := range r.buffer {
		r.queue.push(entry)
	}
}

// keepChain adds up the coefficients of equal simplices in the current chain. It appends
// the chain to chains and returns the part of chains that the chain takes.
func (r *reducer) keepChain() span {
	slices.Sort(r.chain)
	from := len(r.chains)
	for i := 0; i < len(r.chain); {
		simplex := r.code.bare(r.chain[i])
		sum := uint64(0)
		for ; i < len(r.chain) && r.code.bare(r.chain[i]) == simplex; i++ {
			sum += r.code.coefficient(r.chain[i])
		}
		if sum %= r.field.P; sum != 0 {
			r.chains = append(r.chains, simplex|sum)
		}
	}
	return span{from, len(r.chains)}
}

// apparentFacet returns the facet with which a simplex is in an apparent pair, and the
// coefficient of the simplex in the coboundary of this facet. It reports false if there is
// no such facet. points is the number of points of the simplex.
func (r *reducer) apparentFacet(simplex uint64, points int) (facet, sign uint64, ok bool) {
	least, facet := r.code.least(simplex, points)
	rank := r.code.rankOf(simplex, points)
	var room [maxPoints]int32
	all := room[:points]
	r.code.points(all, simplex)
	at := slices.Index(all, least)
	sign = 1
	if at&1 != 0 {
		sign = r.field.Negate(1)
	}
	if least != r.apex[rank] && !r.isLeast(least, rank, slices.Delete(all, at, at+1)) {
		return 0, 0, false
	}
	return facet, sign, true
}

// isLeast reports whether v is the first point, in the order of the edge of the given rank, that is
// joined to all points of a simplex by edges older than this edge. v must be such a point,
// but not the apex of the edge, which comes first in the order.
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
