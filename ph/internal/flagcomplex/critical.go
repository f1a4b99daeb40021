package flagcomplex

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
)

// criticals finds the critical simplices, from the youngest to the oldest. A simplex is
// critical if it is in no apparent pair.
//
// An edge with an empty lune is critical. Any other critical simplex consists of its
// youngest edge and of a clique in the link of that edge. At least one point of the clique
// is not joined to the apex of the edge, which the package comment defines. The search
// starts each clique with the first of these points. The fields give points by their
// numbers in the link.
type criticals struct {
	edgeLink
	code *simplexCodec

	apex     int32    // the apex of the current edge
	apexNear []uint64 // the set of the points that are joined to the apex
	clique   []int32
	common   []uint64 // set k has the points of the lune joined to the first k points of clique
	sorted   []int32  // the points of the clique, ascending, by their numbers in the skeleton
	found    []uint64 // the codes of the critical simplices found

	calls   uint // the number of calls of extend for the current edge that may have taken long
	stopped bool // whether a stop was requested in the course of the current edge
}

// appendCritical appends the critical simplices of dim+1 points whose youngest edge is the
// current one, with coefficient 0, the youngest first.
func (c *criticals) appendCritical(dst []uint64, dim int) []uint64 {
	switch {
	case dim == 1 && c.size == 0:
		return append(dst, c.code.encode(c.edge, nil))
	case dim == 1, c.size < dim:
		return dst
	}
	from := len(dst)
	c.found = dst
	c.calls, c.stopped = 0, false
	c.apex = c.numberOf(c.skeleton.apex[c.edge])
	c.apexNear = c.before(c.apex)
	c.clique = reuse.Slice(c.clique, dim-1)
	c.common = reuse.Slice(c.common, dim*c.words)
	copy(c.common, c.lune)
	for w, x := range c.lune {
		for x &^= c.apexNear[w]; x != 0; x &= x - 1 {
			if v := int32(w<<6 + bits.TrailingZeros64(x)); v != c.apex {
				c.extend(0, v)
			}
		}
	}
	slices.SortFunc(c.found[from:], func(s, t uint64) int { return cmp.Compare(t, s) })
	return c.found
}

// extend sets point number depth of the clique to v, and searches all ways to complete the
// clique. The points after the first one ascend.
func (c *criticals) extend(depth int, v int32) {
	joined := c.common[depth*c.words:][:c.words]
	near := c.before(v)
	c.clique[depth] = v
	if depth == len(c.clique)-1 {
		c.judge(firstCommon(joined, near))
		return
	}
	// A call takes little time, so that a few calls may pass before the next look at stop.
	const often = 16
	if c.calls++; c.calls%often == 0 {
		c.stopped = c.stop.Requested()
	}
	if c.stopped {
		return
	}
	common := c.common[(depth+1)*c.words:][:c.words]
	for w, x := range joined {
		common[w] = x & near[w]
	}
	start, last := c.clique[0], len(c.clique)-1
	for w, x := range common {
		// The clique starts with the least of its points that are not joined to the apex.
		// So the further points of this kind are greater than start.
		far := ^c.apexNear[w]
		if w < int(start>>6) {
			x &^= far
		} else if w == int(start>>6) {
			x &^= far & upTo(start)
		}
		if depth > 0 && w <= int(v>>6) {
			if w < int(v>>6) {
				continue
			}
			x &^= upTo(v)
		}
		for ; x != 0; x &= x - 1 {
			u := int32(w<<6 + bits.TrailingZeros64(x))
			if depth+1 < last {
				c.extend(depth+1, u)
				continue
			}
			c.clique[last] = u
			c.judge(firstCommon(common, c.before(u)))
		}
	}
}

// upTo returns the word of a set in which the bits of v and of the numbers before v are set.
func upTo(v int32) uint64 { return 1<<(v&63+1) - 1 }

// judge keeps the simplex of the edge and the clique if this simplex is critical. least is
// the least point of the lune that is joined to all points of the clique, −1 if there is
// none. The apex is not such a point, as it is not joined to the first point of the clique.
func (c *criticals) judge(least int32) {
	first := c.clique[0]
	if len(c.clique) > 1 {
		first = min(first, c.clique[1]) // the points after the first one ascend
	}
	if least >= 0 && least < first {
		return // in an apparent pair with its cofacet over least
	}
	if len(c.clique) > 1 {
		// If first is the least point that is joined to all others, then the simplex is
		// in an apparent pair with its facet without first.
		facet := c.common[len(c.clique)*c.words:][:c.words]
		copy(facet, c.lune)
		for _, v := range c.clique {
			if v != first {
				for w, x := range c.before(v) {
					facet[w] &= x
				}
			}
		}
		if !bitset.Has(facet, c.apex) && bitset.Min(facet) == first {
			return
		}
	}
	c.sorted = c.sorted[:0]
	for _, v := range c.clique {
		c.sorted = append(c.sorted, c.point(v))
	}
	slices.Sort(c.sorted)
	if c.code.local {
		c.found = append(c.found, c.code.encodeLocally(c.edge, c.sorted))
	} else {
		c.found = append(c.found, c.code.encodeWhole(c.edge, c.sorted))
	}
}
