package flagcomplex

import (
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
)

// An edgeLink walks through the edges of a skeleton from the youngest to the oldest. It has
// the link of the current edge. The link is a graph: its points are the lune of the current
// edge, and its edges are the edges between these points that are older than the current
// edge.
//
// Each point of the link has a number, by which sets of points have it. In a dense skeleton
// the number is the point itself. Otherwise it is the index of the point in members.
type edgeLink struct {
	*skeleton
	edge  uint32   // the rank of the current edge
	words int      // the number of words of a set of points
	lune  []uint64 // the set of the points of the link
	size  int      // the number of these points

	rows []uint64 // for each number the set of the neighbors by edges older than the current one

	// The following fields are used if the skeleton is not dense.
	members []int32 // the points of the link, ascending
	number  []int32 // the number of each point of the skeleton, −1 if it is not in the link
	middle  int32   // the number of the member that was joined to both ends first
}

// begin starts with a skeleton. The next edge is the youngest one.
func (g *edgeLink) begin(s *skeleton) {
	g.skeleton, g.edge = s, uint32(len(s.ends))
	if s.dense {
		g.words = s.words
		g.rows = append(g.rows[:0], s.near...)
		g.lune = reuse.Slice(g.lune, g.words)
	} else {
		g.number = reuse.Slice(g.number, s.n)
		for i := range g.number {
			g.number[i] = -1
		}
		g.members = g.members[:0]
	}
}

// next makes the next edge that is not dominated the current one, with its link. It
// reports false if no such edge is left or a stop is requested.
func (g *edgeLink) next() bool {
	for g.edge > 0 {
		if g.stop.Requested() {
			return false
		}
		if g.isDominated(g.edge - 1) {
			g.skipTo(g.edge - 1)
			continue
		}
		g.step()
		g.connect()
		return true
	}
	return false
}

// skipTo makes the edge of the given rank the current one. It does not compute its link.
func (g *edgeLink) skipTo(rank uint32) {
	if !g.dense {
		g.edge = rank
		return
	}
	for g.edge > rank {
		g.edge--
		g.removeEdge()
	}
}

// step makes the next edge the current one, with the points of its link. The edges of the
// link are complete after connect.
func (g *edgeLink) step() {
	g.skipTo(g.edge - 1)
	if g.dense {
		g.gatherBits()
	} else {
		g.gatherLinks()
	}
}

// removeEdge removes the current edge from the rows of a dense graph.
func (g *edgeLink) removeEdge() {
	e := g.ends[g.edge]
	bitset.Remove(g.before(e.U), e.V)
	bitset.Remove(g.before(e.V), e.U)
}

// gatherBits finds the points of the lune in a dense graph.
func (g *edgeLink) gatherBits() {
	e := g.ends[g.edge]
	p, q := g.before(e.U), g.before(e.V)
	g.size = 0
	for w, x := range p {
		x &= q[w]
		g.lune[w] = x
		g.size += bits.OnesCount64(x)
	}
}

// gatherLinks finds the points of the lune in a graph that is not dense, and numbers them.
func (g *edgeLink) gatherLinks() {
	for _, v := range g.members {
		g.number[v] = -1
	}
	g.members = g.members[:0]
	e := g.ends[g.edge]
	first := g.edge
	q := g.linksOf(e.V)
	for _, l := range g.linksOf(e.U) {
		if l.rank >= g.edge {
			continue
		}
		for len(q) > 0 && q[0].to < l.to {
			q = q[1:]
		}
		if len(q) == 0 {
			break
		}
		if q[0].to == l.to && q[0].rank < g.edge {
			i := int32(len(g.members))
			if rank := max(l.rank, q[0].rank); rank < first {
				first, g.middle = rank, i
			}
			g.number[l.to] = i
			g.members = append(g.members, l.to)
		}
	}
	g.size = len(g.members)
}

// isCone reports whether the member named middle is joined to all other points of the lune,
// in a graph that is not dense.
func (g *edgeLink) isCone() bool {
	joined := 0
	for _, l := range g.linksOf(g.members[g.middle]) {
		if l.rank < g.edge && g.number[l.to] >= 0 {
			joined++
		}
	}
	return joined == g.size-1
}

// connect finds the edges of the link. In a dense graph step has found them.
func (g *edgeLink) connect() {
	if g.dense {
		return
	}
	g.words = bitset.Words(g.size)
	g.lune, g.rows = reuse.Slice(g.lune, g.words), reuse.Slice(g.rows, g.size*g.words)
	clear(g.lune)
	clear(g.rows)
	for i, v := range g.members {
		bitset.Add(g.lune, int32(i))
		row := g.before(int32(i))
		for _, l := range g.linksOf(v) {
			if j := g.number[l.to]; j >= 0 && l.rank < g.edge {
				bitset.Add(row, j)
			}
		}
	}
}

// before returns the set of the points that edges older than the current one join to the
// point of number i.
func (g *edgeLink) before(i int32) []uint64 { return g.rows[int(i)*g.words:][:g.words] }

// point returns the point of the skeleton that has number i, and −1 for −1.
func (g *edgeLink) point(i int32) int32 {
	if g.dense || i < 0 {
		return i
	}
	return g.members[i]
}

// numberOf returns the number of a point of the skeleton that is in the lune.
func (g *edgeLink) numberOf(v int32) int32 {
	if g.dense {
		return v
	}
	return g.number[v]
}

// firstCommon returns the least number that is in both of two sets, −1 if there is none.
func firstCommon(a, b []uint64) int32 {
	b = b[:len(a)]
	for w, x := range a {
		if x &= b[w]; x != 0 {
			return int32(w<<6 + bits.TrailingZeros64(x))
		}
	}
	return -1
}
