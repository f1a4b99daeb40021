package ph

import "math/bits"

// scouts look at a block of edges ahead, several at once, and tell of which the
// lunes are connected: of most, and that is all that has to be known of these.
//
// They know the graph before the block, and the edges of the block. The lune of
// an edge of the block is between what it is before the block and what it would be
// after it. It is connected if the points of the former are, by edges before the
// block, and each point that the latter has more is joined to one of them by such
// an edge. Where that is not so, the edge is looked at when its turn comes. What
// scouts tell does not depend on how many they are.
type scouts struct {
	near  *bitLunes // the graph before the block
	block int       // how many edges a block has
	apex  []int32   // of each edge of the block: a point of its connected lune, or unknown

	// The edges of the block at each point: those at a are fresh[starts[a]:starts[a+1]].
	starts []int32
	fresh  []freshEdge

	// hubs are, for each point and each part of the others, a point that was joined
	// to the whole lune of an edge between them, or unknown.
	hubs []int32
	each []scout
}

// A freshEdge is an edge of a block, from one of its ends.
type freshEdge struct {
	to    int32
	place int32 // in the block
}

const unknown = -1

// scoutingPays reports whether to look ahead takes less time than to look at one
// edge after another. Where sets of points are long, it is so for one worker, too:
// the edges of a block that share a point are looked at together.
func scoutingPays(points, workers int) bool {
	return points >= manyPoints && points*(workers+1) >= 1<<14
}

// parts is in how many parts points are divided.
const parts = 8

// begin starts with a graph that has no edge yet.
func (s *scouts) begin(near *bitLunes, n, workers int) {
	s.near = near
	s.block = 2 * n
	s.starts = resize(s.starts, n+2)
	s.hubs = resize(s.hubs, n*parts)
	for i := range s.hubs {
		s.hubs[i] = unknown
	}
	for len(s.each) < workers {
		s.each = append(s.each, scout{})
	}
	s.each = s.each[:workers]
	for i := range s.each {
		s.each[i].begin(near, n)
	}
}

// hub returns where the hub of two points is kept.
func (s *scouts) hub(a, b int32) *int32 {
	return &s.hubs[int(a)*parts+int(b)*parts/(len(s.starts)-2)]
}

// lookAhead looks at a block of edges.
func (r *reduced[T]) lookAhead(edges []filteredEdge[T]) {
	s := &r.scouts
	s.fresh = resize(s.fresh, 2*len(edges))
	clear(s.starts)
	ends := s.starts[1:] // of what is there of each point
	for _, e := range edges {
		a, b := r.placesOf(e)
		ends[a+1]++
		ends[b+1]++
	}
	for a := 1; a < len(ends); a++ {
		ends[a] += ends[a-1]
	}
	for i, e := range edges {
		a, b := r.placesOf(e)
		s.fresh[ends[a]] = freshEdge{b, int32(i)}
		s.fresh[ends[b]] = freshEdge{a, int32(i)}
		ends[a]++
		ends[b]++
	}
	s.apex = resize(s.apex, len(edges))
	inRuns(len(s.each), r.size(), 32, func(worker, a int) { s.lookFrom(&s.each[worker], int32(a)) })
}

// freshFrom returns the edges of the block at a point.
func (s *scouts) freshFrom(a int32) []freshEdge { return s.fresh[s.starts[a]:s.starts[a+1]] }

// lookFrom looks at the edges of the block between a and points before it.
func (s *scouts) lookFrom(one *scout, a int32) {
	for _, e := range s.freshFrom(a) {
		one.isFresh[e.to] = true
	}
	for _, e := range s.freshFrom(a) {
		if e.to < a {
			s.apex[e.place] = s.look(one, a, e.to)
		}
	}
	for _, e := range s.freshFrom(a) {
		one.isFresh[e.to] = false
	}
}

// look returns a point of the lune of a and b if it is surely connected, or
// unknown.
func (s *scouts) look(one *scout, a, b int32) int32 {
	p, q := s.near.row(a), s.near.row(b)
	one.more = one.more[:0]
	for _, e := range s.freshFrom(a) {
		if has(q, e.to) {
			one.more = append(one.more, e.to)
		}
	}
	for _, e := range s.freshFrom(b) {
		if one.isFresh[e.to] || has(p, e.to) {
			one.more = append(one.more, e.to)
		}
	}
	for _, hub := range [...]int32{*s.hub(a, b), *s.hub(b, a)} {
		if hub >= 0 && has(p, hub) && has(q, hub) {
			if row := s.near.row(hub); hasAll(row, one.more) && covers(row, hub, p, q) {
				return hub
			}
		}
	}
	apex := one.lune(a, b)
	if apex < 0 {
		return unknown
	}
	apex = one.middle()
	if row := s.near.row(apex); hasAll(row, one.more) && one.isCoveredBy(row, apex) {
		return apex
	}
	one.sure = append(one.sure[:0], one.set...)
	if one.removeComponent(apex) >= 0 {
		return unknown
	}
	for _, v := range one.more {
		if !one.reaches(s.near.row(v)) {
			return unknown
		}
	}
	return apex
}

// settled reports whether the lune of the i'th edge of the block is surely
// connected, and not empty.
func (s *scouts) settled(i int, a, b int32) bool {
	apex := s.apex[i]
	if apex == unknown {
		return false
	}
	*s.hub(a, b), *s.hub(b, a) = apex, apex
	return true
}

// A scout is the workspace of one: its own lune at hand, in the graph of all.
type scout struct {
	bitLunes
	sure    []uint64 // the lune, when some of it is taken away
	more    []int32  // points that may be in the lune, too
	isFresh []bool   // which points have an edge of the block to the one at hand
}

func (s *scout) begin(near *bitLunes, n int) {
	s.words, s.marks, s.rows, s.summaries = near.words, near.marks, near.rows, near.summaries
	s.where, s.set, s.frontier = resize(s.where, s.words), resize(s.set, s.words), resize(s.frontier, s.words)
	s.isFresh = resize(s.isFresh, n)
	clear(s.isFresh)
}

// middle returns a point in the middle of the lune, as places go.
func (s *scout) middle() int32 {
	i := len(s.where) / 2
	return s.where[i]<<6 + int32(bits.TrailingZeros64(s.set[i]))
}

// isCoveredBy reports whether all points of the lune but v are in its row.
func (s *scout) isCoveredBy(row []uint64, v int32) bool {
	for i, w := range s.where {
		if x := s.set[i] &^ row[w]; x != 0 && (w != v>>6 || x != 1<<(v&63)) {
			return false
		}
	}
	return true
}

// reaches reports whether a row has a point of the lune as it was.
func (s *scout) reaches(row []uint64) bool {
	for i, w := range s.where {
		if row[w]&s.sure[i] != 0 {
			return true
		}
	}
	return false
}

func has(set []uint64, v int32) bool { return set[v>>6]>>(v&63)&1 != 0 }

func hasAll(set []uint64, points []int32) bool {
	for _, v := range points {
		if !has(set, v) {
			return false
		}
	}
	return true
}

// covers reports whether all points that p and q have in common are in row, but
// for v, which is one of them and not in its row.
func covers(row []uint64, v int32, p, q []uint64) bool {
	w := int(v >> 6)
	return p[w]&q[w]&^row[w] == 1<<(v&63) &&
		meetWithin(p[:w], q[:w], row[:w]) && meetWithin(p[w+1:], q[w+1:], row[w+1:])
}

// meetWithin reports whether all points that p and q have in common are in row.
func meetWithin(p, q, row []uint64) bool {
	q, row = q[:len(p)], row[:len(p)]
	for w, x := range p {
		if x&q[w]&^row[w] != 0 {
			return false
		}
	}
	return true
}
