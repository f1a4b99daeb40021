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

	members []int32 // the points, where they have numbers of their own
	number  []int32 // of each point of the skeleton that is a member
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

// next goes to the next edge that is not idle, and reports whether there is one.
func (g *luneGraph) next() bool {
	for g.edge > 0 {
		g.edge--
		if g.dense {
			g.takeAway()
		}
		if !g.idle(g.edge) {
			g.gather()
			return true
		}
	}
	return false
}

// takeAway takes the edge out of a dense graph.
func (g *luneGraph) takeAway() {
	e := g.ends[g.edge]
	g.rows[int(e.U)*g.words+int(e.V>>6)] &^= 1 << (e.V & 63)
	g.rows[int(e.V)*g.words+int(e.U>>6)] &^= 1 << (e.U & 63)
}

// gather makes the graph of the lune. Points of a dense graph keep their
// numbers.
func (g *luneGraph) gather() {
	if !g.dense {
		g.gatherLinks()
		return
	}
	e := g.ends[g.edge]
	p, q := g.before(e.U), g.before(e.V)
	g.size = 0
	for w, x := range p {
		x &= q[w]
		g.lune[w] = x
		g.size += bits.OnesCount64(x)
	}
}

// gatherLinks makes the graph of the few points in the lune of an edge where
// edges are not dense.
func (g *luneGraph) gatherLinks() {
	for _, v := range g.members {
		g.number[v] = -1
	}
	g.members = g.members[:0]
	e := g.ends[g.edge]
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
			g.number[l.to] = int32(len(g.members))
			g.members = append(g.members, l.to)
		}
	}
	g.size = len(g.members)
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
