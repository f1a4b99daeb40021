package reduced

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bittree"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/unionfind"
)

// An Engine computes degrees 0 and 1. It is a workspace: used again for a space of no
// larger size it allocates nothing.
//
// Its methods return early once Stop is requested, with incomplete results.
type Engine[T metric.Float] struct {
	Stop parallel.Stop

	// Progress, if it is not nil, is called with what is being done and an estimate of the
	// share of it that is done.
	Progress func(stage string, share float64)

	space        metric.Space[T]
	place, order []int32 // the layout of the space
	band         metric.Band[T]
	edges        runs[T]

	near          graph // the graph of the edges visited so far: rows, bits or lists
	lunes         lunes // near, or the lunes that the caller of Known has found
	rows          rowLunes
	bits          bitLunes
	lists         listLunes
	workers       int
	usesLookahead bool
	lookahead     lookahead
	skipper       skipper[T]

	// ranks has the rank of each visited edge, as a lower triangular matrix. It is empty
	// where ranks are searched for.
	ranks []int32
	table *rankTable // the ranks of edges, if Known runs

	joined unionfind.Components // the components of the graph of the visited edges
	trial  unionfind.Components // a copy of joined, for mergesAhead
	merges []Merge[T]

	column  bittree.Set // the column that is being reduced
	columns []span      // the entries of each column that ended a loop, as a part of arena
	arena   []int32     // ranks of edges, descending within a column

	alive  int     // the number of loops that are born and not dead
	births []int32 // the ranks of the edges that gave birth to loops
	deaths []death

	// emptyLunes has the edges with empty lunes that were not visited when the space was
	// searched for them, in order.
	emptyLunes []metric.Edge[T]
	searched   bool // whether the space was searched for emptyLunes
	coming     int  // once it was searched: the number of loops that are still to be born
	last       bool // whether the last run has the last edges of the filtration
	met        int  // if last is set: each edge after edge met of the last run has no empty lune
}

// The fates of edges that are not an apex; see the field fates of run.
const (
	born     = -1
	dead     = -2
	resolved = -1 << 31
)

// maxRankedPoints is the largest number of points for which a matrix has the ranks of all
// visited edges. For more points it takes longer to fill the matrix than to search for the
// few ranks that are needed. The same holds where a tree lists the edges, unless the points
// are so few that rowLunes serves them.
const maxRankedPoints = 1024

// A Merge is the merging of two connected components by an edge. The component whose
// first point is Ended ends.
type Merge[T metric.Float] struct {
	Edge  metric.Edge[T]
	Rank  int32 // the rank of the edge, −1 if the edge was not visited
	Ended int32
}

// A span stands for arena[from:to].
type span struct{ from, to int }

// A death pairs the birth edge of a loop with the triangle (edge, apex) that fills the
// loop. Edges are given by rank, the apex by its place.
type death struct{ birth, edge, apex int32 }

// begin starts a computation on the edges of a space.
func (r *Engine[T]) begin(s metric.Space[T]) {
	r.space = s
	s.Rewind()
	r.reset(s.Len())
	r.place, r.order = s.Layout()
}

// reset starts with n points and no edges, and keeps the memory of earlier computations.
func (r *Engine[T]) reset(n int) {
	r.joined.Reset(n)
	r.place, r.order = nil, nil
	r.ranks, r.table = r.ranks[:0], nil
	r.edges.reset()
	r.merges = slices.Grow(r.merges[:0], n)
	r.columns, r.arena = r.columns[:0], r.arena[:0]
	r.births, r.deaths, r.emptyLunes = r.births[:0], r.deaths[:0], r.emptyLunes[:0]
	r.alive, r.searched, r.coming, r.last = 0, false, 0, false
	r.near, r.lunes, r.usesLookahead = nil, nil, false
	r.skipper.known, r.skipper.next, r.skipper.until = false, 0, 0
}

// Components finds the merges of components. It stops reading edges when one component is
// left.
func (r *Engine[T]) Components(s metric.Space[T]) error {
	r.begin(s)
	return r.walk(func(s *run[T]) bool {
		for i, e := range s.edges {
			r.merge(e, s.first+i)
		}
		return r.joined.Count > 1
	})
}

// Edges finds the merges of components and sorts all edges, for [Engine.AppendRuns].
func (r *Engine[T]) Edges(s metric.Space[T]) error {
	r.begin(s)
	return r.walk(func(s *run[T]) bool {
		for i, e := range s.edges {
			r.merge(e, s.first+i)
		}
		return true
	})
}

// Loops finds the merges of components and the loops, with up to the given number of
// workers. It stops reading edges when no loop is alive and none is still to be born.
func (r *Engine[T]) Loops(s metric.Space[T], workers int) error {
	r.begin(s)
	n := s.Len()
	switch {
	case n <= 64*maxRowWords:
		r.near = &r.rows
	case n <= maxBitPoints:
		r.near = &r.bits
	default:
		r.near = &r.lists
	}
	r.near.begin(n)
	r.lunes = r.near
	r.workers = workers
	if r.near == &r.lists {
		r.workers = 1 // listLunes.Meet writes marks, which serve one search at a time
	}
	if r.usesLookahead = r.near == &r.bits && lookaheadPays(n, workers); r.usesLookahead {
		r.lookahead.begin(&r.bits, n, workers)
	}
	if r.near == &r.rows || r.place == nil && n <= maxRankedPoints {
		r.ranks = reuse.Slice(r.ranks, metric.Triangle(n))
	}
	const interval = 32 // edges from one test for the end to the next
	err := r.walk(func(s *run[T]) bool {
		r.column.Grow(r.edges.count)
		s.fates = reuse.Slice(s.fates, len(s.edges))
		alive := -1 // the number of loops that were alive when lengths to skip were sought last
		r.lookahead.begins, r.lookahead.ends = 0, 0
		for i := range s.edges {
			if alive != r.alive && i > 0 {
				alive = r.alive
				r.skip(s, i)
			}
			if s.edges[i].Length < r.skipper.until {
				r.join(s, i)
			} else {
				if r.usesLookahead && i >= r.lookahead.ends {
					r.lookAhead(s.edges, i)
					if r.Stop.Requested() {
						return false
					}
				}
				r.visit(s, i)
			}
			if i%interval == 0 && (r.Stop.Requested() || r.alive == 0 && r.allKnown(s, i)) {
				return false
			}
		}
		return true
	})
	for _, e := range r.emptyLunes {
		r.merge(e, -1)
	}
	return err
}

// walk sorts the edges band by band, and calls visit with the run of each band until visit
// returns false.
func (r *Engine[T]) walk(visit func(*run[T]) bool) error {
	n := r.space.Len()
	if n < 2 {
		return nil
	}
	// Each band has half as many edges more than the band before, so that there are few
	// bands if all edges are visited. No band has more than about wide edges or a 16th of
	// all edges, so that not many edges are sorted in vain.
	const wide = 1 << 20
	lo := T(-1)
	for want := 16 * n; ; want = min(want+want/2, max(wide, r.space.Total()/16)) {
		hi, last := r.space.NextBand(want)
		if r.Progress != nil {
			r.Progress(fmt.Sprintf("edges up to %.3g", hi), min(1, float64(r.edges.count)/float64(max(1, r.space.Total()))))
		}
		r.band.Unsorted = r.space.AppendEdges(r.band.Unsorted[:0], lo, hi)
		if r.Stop.Requested() || last && r.near != nil && r.alive == 0 && r.allMeet(r.band.Unsorted) {
			return nil
		}
		if err := checkEdges(r.edges.count + len(r.band.Unsorted)); err != nil {
			return err
		}
		s := r.edges.add(&r.band)
		r.last, r.met = last, len(s.edges)-1
		if !visit(s) || last {
			return nil
		}
		lo = hi
	}
}

// merge joins the ends of the edge of the given rank, and reports whether two components merge.
func (r *Engine[T]) merge(e metric.Edge[T], rank int) bool {
	ended := r.joined.Join(e.A, e.B)
	if ended < 0 {
		return false
	}
	r.merges = append(r.merges, Merge[T]{e, int32(rank), ended})
	return true
}

// allKnown reports whether it is certain that no loop is born after edge i of a run.
func (r *Engine[T]) allKnown(s *run[T], i int) bool {
	if !r.searched {
		if r.last {
			for r.met > i && r.meet(s.edges[r.met]) {
				r.met--
			}
			return r.met <= i
		}
		// The search for empty lunes pays once most later edges have a point in their lune
		// that is joined to both ends already, and if enough edges are left: three times
		// the visited ones or 64 for each point. It never pays for few points in a
		// matrix, all of which is read anyway.
		n, rank := r.space.Len(), s.first+i
		few := n <= 64*maxRowWords && r.place == nil
		if few || rank < 16*n || r.space.Total() < 4*rank && r.space.Total()-rank < 64*n {
			return false
		}
		r.search(s.edges[i])
	}
	return r.coming == 0
}

// search finds the edges with empty lunes that come after an edge, the last that was visited.
func (r *Engine[T]) search(last metric.Edge[T]) {
	r.emptyLunes = r.space.AppendEmptyLunes(r.emptyLunes, last, r.near, r.workers)
	slices.SortFunc(r.emptyLunes, metric.CompareEdges)
	r.coming = len(r.emptyLunes) - r.mergesAhead()
	r.searched = true
}

// meet reports whether the ends of an edge have a neighbor in common. The lune of an edge
// that is still to be visited then is not empty.
func (r *Engine[T]) meet(e metric.Edge[T]) bool {
	a, b := r.placesOf(e)
	return r.near.Meet(a, b)
}

// allMeet reports whether the ends of each edge have a neighbor in common. If the edges are
// still to be visited, then no edge gives birth to a loop.
func (r *Engine[T]) allMeet(edges []metric.Edge[T]) bool {
	for _, e := range edges {
		if !r.meet(e) {
			return false
		}
	}
	return true
}

// mergesAhead returns the number of the edges in emptyLunes that will merge components. Each of
// the others gives birth to a loop.
func (r *Engine[T]) mergesAhead() int {
	r.trial.Parent = append(r.trial.Parent[:0], r.joined.Parent...)
	r.trial.Count = r.joined.Count
	for _, e := range r.emptyLunes {
		r.trial.Join(e.A, e.B)
	}
	return r.joined.Count - r.trial.Count
}
