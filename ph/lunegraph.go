package ph

import "math/bits"

// A luneGraph walks through the edges of a skeleton from the youngest to the
// oldest, and has for each its lune: the graph of the points that are joined to
// both its ends before it, and of the edges between them before it. Points of
// the graph are numbered in ascending order.
type luneGraph struct {
	*skeleton
	edge  uint32 // the rank of the edge at hand
	words int    // of a set of points
	lune  []uint64
	size  int // points in the lune

	rows []uint64 // a set for each point: its neighbors before the edge

	// Where the graph is not dense, points have numbers of their own.
	members []int32 // the points
	number  []int32 // of each point of the skeleton that is a member
	middle  int32   // that was joined to both ends first
}

// begin starts after the youngest edge.
func (g *luneGraph) begin(s *skeleton) {
	g.skeleton, g.edge = s, uint32(len(s.ends))
	if s.dense {
		g.words = s.words
		g.rows = append(g.rows[:0], s.near...)
		g.lune = resize(g.lune, g.words)
	} else {
		g.number = resize(g.number, s.n)
		for i := range g.number {
			g.number[i] = -1
		}
		g.members = g.members[:0]
	}
}

// next goes to the next edge that is not idle, with the graph of its lune, and
// reports whether there is one.
func (g *luneGraph) next() bool {
	for g.edge > 0 {
		if g.idle(g.edge - 1) {
			g.skipTo(g.edge - 1)
			continue
		}
		g.step()
		g.connect()
		return true
	}
	return false
}

// skipTo goes to the edge of a rank, but not to its lune.
func (g *luneGraph) skipTo(rank uint32) {
	if !g.dense {
		g.edge = rank
		return
	}
	for g.edge > rank {
		g.edge--
		g.takeAway()
	}
}

// step goes to the next edge and the points of its lune.
func (g *luneGraph) step() {
	g.skipTo(g.edge - 1)
	if g.dense {
		g.gatherBits()
	} else {
		g.gatherLinks()
	}
}

// takeAway takes the edge out of a dense graph.
func (g *luneGraph) takeAway() {
	e := g.ends[g.edge]
	g.rows[int(e.U)*g.words+int(e.V>>6)] &^= 1 << (e.V & 63)
	g.rows[int(e.V)*g.words+int(e.U>>6)] &^= 1 << (e.U & 63)
}

// gatherBits finds the points of the lune in a dense graph. They keep their
// numbers.
func (g *luneGraph) gatherBits() {
	e := g.ends[g.edge]
	p, q := g.before(e.U), g.before(e.V)
	g.size = 0
	for w, x := range p {
		x &= q[w]
		g.lune[w] = x
		g.size += bits.OnesCount64(x)
	}
}

// gatherLinks finds the points of the lune where edges are not dense. They are
// few, and have numbers of their own.
func (g *luneGraph) gatherLinks() {
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

// isCone reports whether the middle, in a graph that is not dense, is joined to
// all other points of the lune.
func (g *luneGraph) isCone() bool {
	joined := 0
	for _, l := range g.linksOf(g.members[g.middle]) {
		if l.rank < g.edge && g.number[l.to] >= 0 {
			joined++
		}
	}
	return joined == g.size-1
}

// connect makes the graph of the points of the lune.
func (g *luneGraph) connect() {
	if g.dense {
		return
	}
	g.words = (g.size + 63) / 64
	g.lune, g.rows = resize(g.lune, g.words), resize(g.rows, g.size*g.words)
	clear(g.lune)
	clear(g.rows)
	for i, v := range g.members {
		g.lune[i>>6] |= 1 << (i & 63)
		row := g.rows[i*g.words:][:g.words]
		for _, l := range g.linksOf(v) {
			if j := g.number[l.to]; j >= 0 && l.rank < g.edge {
				row[j>>6] |= 1 << (j & 63)
			}
		}
	}
}

// before returns the set of the neighbors of a point of the graph.
func (g *luneGraph) before(i int32) []uint64 { return g.rows[int(i)*g.words:][:g.words] }

// point returns the point of a number.
func (g *luneGraph) point(i int32) int32 {
	if g.dense || i < 0 {
		return i
	}
	return g.members[i]
}

// numberOf returns the number of a point of the lune.
func (g *luneGraph) numberOf(v int32) int32 {
	if g.dense {
		return v
	}
	return g.number[v]
}

// firstPoint returns the least number in a set, −1 if it is empty.
func firstPoint(set []uint64) int32 {
	for w, x := range set {
		if x != 0 {
			return int32(w<<6 + bits.TrailingZeros64(x))
		}
	}
	return -1
}
