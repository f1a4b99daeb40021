package reduced

import (
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A block is a number of edges that follow one another in the filtration. A lookahead
// finds, in parallel, edges of the next block whose lunes are connected and not empty. Such
// an edge is resolved: it neither gives birth to a loop nor ends one. Most edges are
// resolved.
//
// Problem: the lune of an edge depends on all edges before it, the earlier edges of its
// own block included, and workers must not wait for one another.
//
// Idea: a worker knows the graph before the block and the pending edges, which are the
// edges of the block. Let the early points be joined to both ends of an edge by edges before
// the block, and let the late points be the others that are joined to both ends by the end
// of the block. The lune of the edge has all early points and some late ones. Suppose that
// edges before the block connect the early points, and join each late point to some early
// point. Then the lune is connected, whatever the order of edges within the block. Otherwise
// the edge is visited like any other. A witness shortens the test: it is an early point
// that edges before the block join to all other early and late points.
//
// Invariant: a worker reads the graph before the block, the block, and the witnesses, which
// do not change during the block. So results do not depend on the number of workers.
//
// Cost: one or two intersections of bitsets for most edges. The edges that share their end
// in the higher place are tested one after another and share what is known of this end.
// This makes lookahead pay even for one worker.
type lookahead struct {
	near  *bitLunes // the graph before the block
	block int       // the number of edges in a block

	begins, ends int     // the edges of the run in the block, from begins to ends−1
	apex         []int32 // for each edge of the block a point of its lune, unresolved if it is not resolved

	// pending[starts[a]:starts[a+1]] are the edges of the block at point a.
	starts  []int32
	pending []pendingEdge

	// Points are divided by place into sectors. witnesses has, for each point and each
	// sector, a point of the lune of the last resolved edge from the point into the sector,
	// or unresolved if there was no such edge.
	witnesses []int32
	workers   []luneTester
}

// A pendingEdge is an edge of the block, as one of its ends lists it.
type pendingEdge struct {
	to    int32 // the other end
	index int32 // the index of the edge in the block
}

// unresolved takes the place of a point where none is known.
const unresolved = -1

// lookaheadPays reports whether lookahead is faster than visiting one edge after another.
func lookaheadPays(points, workers int) bool {
	const manyPoints = 768
	return points >= manyPoints && points*(workers+1) >= 1<<14
}

// sectors is the number of sectors.
const sectors = 8

// begin starts with a graph that has no edge yet.
func (l *lookahead) begin(near *bitLunes, n, workers int) {
	l.near = near
	l.block = 2 * n
	l.starts = reuse.Slice(l.starts, n+2)
	l.witnesses = reuse.Slice(l.witnesses, n*sectors)
	for i := range l.witnesses {
		l.witnesses[i] = unresolved
	}
	for len(l.workers) < workers {
		l.workers = append(l.workers, luneTester{})
	}
	l.workers = l.workers[:workers]
	for i := range l.workers {
		l.workers[i].begin(near, n)
	}
}

// witness returns a pointer to the witness for point a and the sector of point b.
func (l *lookahead) witness(a, b int32) *int32 {
	return &l.witnesses[int(a)*sectors+int(b)*sectors/(len(l.starts)-2)]
}

// lookAhead tests the edges of the block that begins with edge i of a run in parallel, and sets
// apex for each of them.
func (r *Engine[T]) lookAhead(run []metric.Edge[T], i int) {
	l := &r.lookahead
	l.begins, l.ends = i, min(i+l.block, len(run))
	edges := run[l.begins:l.ends]
	l.pending = reuse.Slice(l.pending, 2*len(edges))
	clear(l.starts)
	ends := l.starts[1:] // ends[a] is the index in pending of the next edge at a
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
		l.pending[ends[a]] = pendingEdge{b, int32(i)}
		l.pending[ends[b]] = pendingEdge{a, int32(i)}
		ends[a]++
		ends[b]++
	}
	l.apex = reuse.Slice(l.apex, len(edges))
	parallel.For(r.Stop, len(l.workers), r.space.Len(), 32, func(worker, a int) { l.testFrom(&l.workers[worker], int32(a)) })
}

// pendingAt returns the edges of the block at a point.
func (l *lookahead) pendingAt(a int32) []pendingEdge { return l.pending[l.starts[a]:l.starts[a+1]] }

// testFrom tests the edges of the block from a to lower places.
func (l *lookahead) testFrom(t *luneTester, a int32) {
	for _, e := range l.pendingAt(a) {
		t.isPending[e.to] = true
	}
	for _, e := range l.pendingAt(a) {
		if e.to < a {
			l.apex[e.index] = l.test(t, a, e.to)
		}
	}
	for _, e := range l.pendingAt(a) {
		t.isPending[e.to] = false
	}
}

// test returns a point of the lune of the pending edge between a and b if the lune is
// certainly connected and not empty, else unresolved.
func (l *lookahead) test(t *luneTester, a, b int32) int32 {
	p, q := l.near.row(a), l.near.row(b)
	t.more = t.more[:0]
	for _, e := range l.pendingAt(a) {
		if bitset.Has(q, e.to) {
			t.more = append(t.more, e.to)
		}
	}
	for _, e := range l.pendingAt(b) {
		if t.isPending[e.to] || bitset.Has(p, e.to) {
			t.more = append(t.more, e.to)
		}
	}
	for _, w := range [...]int32{*l.witness(a, b), *l.witness(b, a)} {
		if w >= 0 && bitset.Has(p, w) && bitset.Has(q, w) {
			if row := l.near.row(w); hasAll(row, t.more) && covers(row, w, p, q) {
				return w
			}
		}
	}
	apex := t.lune(a, b)
	if apex < 0 {
		return unresolved
	}
	apex = t.middle()
	if row := l.near.row(apex); hasAll(row, t.more) && t.isCoveredBy(row, apex) {
		return apex
	}
	t.whole = append(t.whole[:0], t.set...)
	if t.removeComponent(apex) >= 0 {
		return unresolved
	}
	for _, v := range t.more {
		if !t.reaches(l.near.row(v)) {
			return unresolved
		}
	}
	return apex
}

// resolved reports whether edge i of the block, between a and b, is resolved. If so, its
// apex becomes the witness for both ends.
func (l *lookahead) resolved(i int, a, b int32) bool {
	apex := l.apex[i]
	if apex == unresolved {
		return false
	}
	*l.witness(a, b), *l.witness(b, a) = apex, apex
	return true
}

// A luneTester is the workspace of one worker. It reads the rows of the graph that all
// workers share, and has a current lune of its own, that of the early points.
type luneTester struct {
	bitLunes
	whole     []uint64 // the early points, before removeComponent removed some of them
	more      []int32  // the late points
	isPending []bool   // for each point whether a pending edge joins it to the point of testFrom
}

func (t *luneTester) begin(near *bitLunes, n int) {
	t.words, t.marks, t.rows, t.summaries = near.words, near.marks, near.rows, near.summaries
	t.where, t.set, t.frontier = reuse.Slice(t.where, t.words), reuse.Slice(t.set, t.words), reuse.Slice(t.frontier, t.words)
	t.isPending = reuse.Slice(t.isPending, n)
	clear(t.isPending)
}

// middle returns a point of the current lune with about as many points in lower places as in
// higher ones.
func (t *luneTester) middle() int32 {
	i := len(t.where) / 2
	return t.where[i]<<6 + int32(bits.TrailingZeros64(t.set[i]))
}

// isCoveredBy reports whether v is joined to all other points of the current lune. row is
// the row of v, a point of the lune.
func (t *luneTester) isCoveredBy(row []uint64, v int32) bool {
	for i, w := range t.where {
		if x := t.set[i] &^ row[w]; x != 0 && (w != v>>6 || x != 1<<(v&63)) {
			return false
		}
	}
	return true
}

// reaches reports whether the point of a row is joined to an early point.
func (t *luneTester) reaches(row []uint64) bool {
	for i, w := range t.where {
		if row[w]&t.whole[i] != 0 {
			return true
		}
	}
	return false
}

func hasAll(set []uint64, points []int32) bool {
	for _, v := range points {
		if !bitset.Has(set, v) {
			return false
		}
	}
	return true
}

// covers reports whether row has all points that p and q have in common, apart from v. row
// is the row of v, and p and q both have v.
func covers(row []uint64, v int32, p, q []uint64) bool {
	w := int(v >> 6)
	return p[w]&q[w]&^row[w] == 1<<(v&63) &&
		meetWithin(p[:w], q[:w], row[:w]) && meetWithin(p[w+1:], q[w+1:], row[w+1:])
}

// meetWithin reports whether row has all points that p and q have in common.
func meetWithin(p, q, row []uint64) bool {
	q, row = q[:len(p)], row[:len(p)]
	for w, x := range p {
		if x&q[w]&^row[w] != 0 {
			return false
		}
	}
	return true
}
