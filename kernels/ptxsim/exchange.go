package ptxsim

import (
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// shfl compiles shfl.sync.{up,down,bfly,idx}.b32 d{|p}, a, b, c, membermask
// (PTX ISA 9.7.8). d is the value of a in another lane, which b and c determine. p tells
// whether that lane is in range; if it is not, d is the lane's own a.
func (c *compiler) shfl() exec {
	c.need("sync")
	mode := c.need("up", "down", "bfly", "idx")
	if t := c.typ(4); t != syntax.B32 {
		c.fail("moves .b32")
	}
	c.args(5, 5)
	a, b := c.source(1, syntax.B32), c.source(2, syntax.U32)
	segment, mask := c.source(3, syntax.U32), c.source(4, syntax.B32)
	inRange := c.secondPredicate(&c.in.Args[0])
	first := c.in.Args[0]
	first.Second = -1
	d := c.destinationOf(&first, syntax.B32, false)
	return func(w *warp, m uint32) {
		checked := !w.block.launch.options.Unchecked
		if checked {
			for range w.memberGroups(mask, m) {
			}
		}
		src := w.r[a]
		for t := m; t != 0; t &= t - 1 {
			i := bits.TrailingZeros32(t) & 31
			from, ok := shuffleSource(mode, i, w.r[b][i], w.r[segment][i])
			if ok && m>>from&1 == 0 && checked {
				w.fault(LaneDivergence, i, 0, "reads lane %d, which does not execute this instruction together with it", from)
			}
			w.r[d][i] = src[from]
			if inRange >= 0 {
				w.p[inRange] &^= 1 << i
				if ok {
					w.p[inRange] |= 1 << i
				}
			}
		}
	}
}

// shuffleSource returns the lane from which lane i reads, and true. If that lane is out of
// range, it returns i and false. b and c are the operands of shfl: b is the lane or the
// distance, c holds the clamp value in bits 0 to 4 and the segment mask in bits 8 to 12.
func shuffleSource(mode string, i int, b, c uint32) (from int, ok bool) {
	lane, distance := int32(i), int32(b&31)
	clampTo, segments := int32(c&31), int32(c>>8&31)
	low := lane & segments
	limit := low | clampTo&^segments
	j := lane
	switch mode {
	case "up":
		j = lane - distance
		ok = j >= limit
	case "down":
		j = lane + distance
		ok = j <= limit
	case "bfly":
		j = lane ^ distance
		ok = j <= limit
	default:
		j = low | distance&^segments
		ok = j <= limit
	}
	if !ok {
		return i, false
	}
	return int(j), true
}

// vote compiles vote.sync.{all,any,uni}.pred p, {!}a, membermask and
// vote.sync.ballot.b32 d, {!}a, membermask. p tells whether a holds in all or any of the
// member lanes, or is equal in all of them (uni). d is the mask of the member lanes in which
// a holds.
func (c *compiler) vote() exec {
	c.need("sync")
	mode := c.need("all", "any", "uni", "ballot")
	typ := c.typ(0, 4)
	if mode == "ballot" && typ != syntax.B32 || mode != "ballot" && typ != syntax.Pred {
		c.fail("gives .b32 for .ballot, else .pred")
	}
	c.args(3, 3)
	p, not := c.predicate(1)
	mask := c.source(2, syntax.B32)
	d := c.destination(0, typ)
	return func(w *warp, m uint32) {
		votes := w.p[p]
		if not {
			votes = ^votes
		}
		for members := range w.memberGroups(mask, m) {
			yes := votes & members
			if mode == "ballot" {
				for lane := range lanesOf(members) {
					w.r[d][lane] = yes
				}
				continue
			}
			if mode == "all" && yes == members || mode == "any" && yes != 0 || mode == "uni" && (yes == members || yes == 0) {
				w.p[d] |= members
			} else {
				w.p[d] &^= members
			}
		}
	}
}

// match compiles match.any.sync.type d, a, membermask and
// match.all.sync.type d{|p}, a, membermask. With any, d is the mask of the member lanes with
// the same value of a as this lane. With all, d is the mask of all member lanes if their
// values are equal, and 0 otherwise; p tells whether the values are equal.
func (c *compiler) match() exec {
	mode := c.need("any", "all")
	c.need("sync")
	typ := c.typ(4, 8)
	if typ.Kind() != syntax.Bits {
		c.fail("compares .b32 or .b64")
	}
	c.args(3, 3)
	a, mask := c.source(1, typ), c.source(2, syntax.B32)
	agree := c.secondPredicate(&c.in.Args[0])
	if agree >= 0 && mode == "any" {
		c.fail("gives no predicate")
	}
	first := c.in.Args[0]
	first.Second = -1
	d := c.destinationOf(&first, syntax.B32, false)
	return func(w *warp, m uint32) {
		value := func(lane int) uint64 {
			if typ.Size() == 8 {
				return w.x[a][lane]
			}
			return uint64(w.r[a][lane])
		}
		for members := range w.memberGroups(mask, m) {
			var same [warpSize]uint32
			for i := range lanesOf(members) {
				for j := range lanesOf(members) {
					if value(i) == value(j) {
						same[i] |= 1 << j
					}
				}
			}
			for i := range lanesOf(members) {
				all := same[i] == members
				w.r[d][i] = same[i]
				if mode == "all" && !all {
					w.r[d][i] = 0
				}
				if agree >= 0 {
					w.p[agree] &^= 1 << i
					if all {
						w.p[agree] |= 1 << i
					}
				}
			}
		}
	}
}

// activemask compiles activemask.b32 d: d is the mask of the lanes that execute the
// instruction together.
func (c *compiler) activemask() exec {
	if c.typ(4) != syntax.B32 {
		c.fail("gives .b32")
	}
	c.args(1, 1)
	d := c.destination(0, syntax.B32)
	return func(w *warp, m uint32) {
		for i := range lanesOf(m) {
			w.r[d][i] = m
		}
	}
}
