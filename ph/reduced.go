package ph

import (
	"math"
	"math/bits"
	"slices"
)

// A space knows the distances of points, and finds pairs of points by their
// distance.
type space[T Float] interface {
	size() int
	// layout returns the place of each point in sets of points, and the point
	// in each place; nil if they are in their own order.
	layout() (place, order []int32)
	distance(a, b int32) T
	// rewind makes the next band the first.
	rewind()
	// nextBand returns an upper bound of the lengths of about so many edges more,
	// and whether it is the limit of the filtration.
	nextBand(want int) (hi T, last bool)
	// total returns about how many edges there are.
	total() int
	// appendEdges appends the edges of lengths in (lo, hi], in the order of their
	// points.
	appendEdges(edges []filteredEdge[T], lo, hi T) []filteredEdge[T]
	// appendEmptyLunes appends the edges after one, up to the limit, whose
	// lunes are empty; near has all edges up to that one.
	appendEmptyLunes(edges []filteredEdge[T], after filteredEdge[T], near graph, workers int) []filteredEdge[T]
}

// reduced computes degrees 0 and 1 over Z/2 from the reduced Vietoris–Rips
// filtration of Koyama, Mémoli, Robins and Turner (arXiv:2307.16333).
//
// The lune of an edge is the set of points that are joined to both its ends
// before they are joined. When the edge comes, with the triangles over the
// points of its lune,
//
//   - an empty lune means that two components merge or a loop is born. These
//     are the edges of the relative neighborhood graph;
//   - triangles over points that are connected within the lune differ by a
//     boundary of triangles that were there before, so one of each component
//     is enough. The first makes an apparent pair with the edge: its column
//     needs no reduction, and is not stored. Each of the others is added to the
//     first, which leaves a cycle of four edges, and reduced: it ends a loop, or
//     vanishes.
//
// Loops are alive between birth and death. While none is, every column would
// vanish, so none is reduced; once no edge that is still to come has an empty
// lune either, all is known. Where data have no long loops this is long before
// the last edge. Of large clouds, scouts look ahead for the edges whose lunes are
// connected.
type reduced[T Float] struct {
	space[T]
	place, order []int32
	band         band[T]
	edges        runs[T]
	near         graph // at the time of the last edge visited
	lunes        lunes // those of near, or known ones
	rows         rowLunes
	bits         bitLunes
	workers      int
	scouting     bool
	scouts       scouts
	lists        listLunes
	ranks        []int32    // of edges, a lower matrix; none where it does not pay
	table        *rankTable // of the edges of known lunes
	joined       components
	trial        components
	merges       []merge[T]

	column  bitColumn
	columns []span
	arena   []int32

	alive   int // loops
	births  []int32
	deaths  []death
	bridges []filteredEdge[T] // the edges to come whose lunes are empty, once looked for
	looked  bool
	coming  int  // births among the bridges
	last    bool // whether the last run has the last edges of the filtration
	met     int  // then, all of its edges after this have ends with a neighbor in common
}

const (
	born    = -1
	dead    = -2
	settled = math.MinInt32
)

// mostRankedPoints is up to how many points ranks are kept in a matrix: with more,
// or where a tree finds few edges, it takes longer to write than to search.
const mostRankedPoints = 1024

// A merge is that of two components by an edge. The one whose first point is
// ended ends.
type merge[T Float] struct {
	edge  filteredEdge[T]
	rank  int32 // −1 for a bridge
	ended int32
}

// A span is a run of entries of the arena.
type span struct{ from, to int }

// A death is that of the loop of the birth edge, by ranks, by triangle (edge,
// apex).
type death struct{ birth, edge, apex int32 }

// begin makes ready for a space.
func (r *reduced[T]) begin(s space[T]) {
	r.space = s
	s.rewind()
	r.reset(s.size())
	r.place, r.order = s.layout()
}

// reset takes away all edges of n points.
func (r *reduced[T]) reset(n int) {
	r.joined.begin(n)
	r.place, r.order = nil, nil
	r.ranks, r.table = r.ranks[:0], nil
	r.edges.reset()
	r.merges = r.merges[:0]
	r.columns, r.arena = r.columns[:0], r.arena[:0]
	r.births, r.deaths, r.bridges = r.births[:0], r.deaths[:0], r.bridges[:0]
	r.alive, r.looked, r.coming, r.last = 0, false, 0, false
	r.near, r.lunes, r.scouting = nil, nil, false
}

// components finds the merges, until there is one component or no edge left.
func (r *reduced[T]) components(s space[T]) error {
	r.begin(s)
	return r.walk(func(s *run[T]) bool {
		for i, e := range s.edges {
			r.merge(e, s.first+i)
		}
		return r.joined.count > 1
	})
}

// everything finds the merges, and puts all edges in order.
func (r *reduced[T]) everything(s space[T]) error {
	r.begin(s)
	return r.walk(func(s *run[T]) bool {
		for i, e := range s.edges {
			r.merge(e, s.first+i)
		}
		return true
	})
}

// loops finds the merges, births and deaths.
func (r *reduced[T]) loops(s space[T], workers int) error {
	r.begin(s)
	switch n := s.size(); {
	case n <= 64*mostRowWords:
		r.near = &r.rows
	case n <= mostBitPoints:
		r.near = &r.bits
	default:
		r.near = &r.lists
	}
	r.near.begin(s.size())
	r.lunes = r.near
	r.workers = workers
	if r.near == &r.lists {
		r.workers = 1 // they can be looked at by one alone
	}
	if r.scouting = r.near == &r.bits && scoutingPays(s.size(), workers); r.scouting {
		r.scouts.begin(&r.bits, s.size(), workers)
	}
	if n := s.size(); r.near == &r.rows || r.place == nil && n <= mostRankedPoints {
		r.ranks = resize(r.ranks, triangle(n))
	}
	const apart = 32 // edges between questions whether all is known
	err := r.walk(func(s *run[T]) bool {
		r.column.grow(r.edges.count)
		s.fates = resize(s.fates, len(s.edges))
		for i := range s.edges {
			if r.scouting && i%r.scouts.block == 0 {
				r.lookAhead(s.edges[i:min(i+r.scouts.block, len(s.edges))])
			}
			r.visit(s, i)
			if i%apart == 0 && r.alive == 0 && r.allKnown(s, i) {
				return false
			}
		}
		return true
	})
	for _, e := range r.bridges {
		r.merge(e, -1)
	}
	return err
}

// known finds the merges, births and deaths from what is known of n points.
func (r *reduced[T]) known(n int, k *knownLunes[T]) {
	r.reset(n)
	r.lunes, r.table = k, &k.ranks
	s := r.edges.addSorted(k.edges)
	r.column.grow(r.edges.count)
	s.fates = resize(s.fates, len(s.edges))
	for i := range s.edges {
		r.visit(s, i)
	}
}

// walk puts edges in order, a band of them after another, as long as visit returns
// true.
func (r *reduced[T]) walk(visit func(*run[T]) bool) error {
	n := r.size()
	if n < 2 {
		return nil
	}
	// Bands grow, so that they are few where all edges matter, but not beyond
	// what is small in comparison with all edges.
	const wide = 1 << 20
	lo := T(-1)
	for want := 16 * n; ; want = min(want+want/2, max(wide, r.total()/16)) {
		hi, last := r.nextBand(want)
		r.band.unsorted = r.appendEdges(r.band.unsorted[:0], lo, hi)
		if last && r.near != nil && r.alive == 0 && r.allMeet(r.band.unsorted) {
			return nil
		}
		if err := checkEdges(r.edges.count + len(r.band.unsorted)); err != nil {
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

// merge joins the ends of an edge, and reports whether two components merge.
func (r *reduced[T]) merge(e filteredEdge[T], rank int) bool {
	ended := r.joined.join(e.a, e.b)
	if ended < 0 {
		return false
	}
	r.merges = append(r.merges, merge[T]{e, int32(rank), ended})
	return true
}

// visit adds the next edge, which is the i'th of a run.
func (r *reduced[T]) visit(s *run[T], i int) {
	e, rank := s.edges[i], s.first+i
	a, b := r.placesOf(e)
	if len(r.ranks) > 0 {
		r.ranks[triangle(int(e.a))+int(e.b)] = int32(rank)
	}
	if r.scouting && r.scouts.settled(i%r.scouts.block, a, b) {
		r.bits.join(a, b)
		s.fates[i] = settled
		return
	}
	apex := r.lunes.add(a, b)
	s.fates[i] = apex
	if apex < 0 {
		if !r.merge(e, rank) {
			r.births = append(r.births, int32(rank))
			r.alive++
			r.coming--
		}
		return
	}
	for v := apex; r.alive > 0; {
		if v = r.lunes.removeComponent(v); v < 0 {
			return
		}
		// The triangles over v and over apex share this edge; their sum does not
		// contain it.
		r.toggleLegs(e, v)
		r.toggleLegs(e, apex)
		r.reduce(rank, v)
	}
}

// placesOf returns the places of the ends of an edge.
func (r *reduced[T]) placesOf(e filteredEdge[T]) (a, b int32) {
	if r.place == nil {
		return e.a, e.b
	}
	return r.place[e.a], r.place[e.b]
}

// toggleLegs adds the edges from the ends of e to v.
func (r *reduced[T]) toggleLegs(e filteredEdge[T], v int32) {
	v = r.point(v)
	r.column.toggle(r.rank(e.a, v))
	r.column.toggle(r.rank(e.b, v))
}

// point returns the point in a place.
func (r *reduced[T]) point(place int32) int32 {
	if r.order == nil {
		return place
	}
	return r.order[place]
}

// rank returns the place of an edge among those visited.
func (r *reduced[T]) rank(a, b int32) int32 {
	if len(r.ranks) > 0 {
		return r.ranks[triangle(int(max(a, b)))+int(min(a, b))]
	}
	if r.table != nil {
		return r.table.rank(a, b)
	}
	return r.edges.rank(edgeOf(r.distance(a, b), a, b))
}

// reduce reduces the column that comes from the triangle of an edge over v.
func (r *reduced[T]) reduce(rank int, v int32) {
	for pivot := r.column.pivot(); pivot >= 0; pivot = r.column.pivot() {
		s, i := r.edges.find(pivot)
		if s.fates[i] == settled {
			s.fates[i] = r.firstOfLune(s.edges[i])
		}
		switch fate := s.fates[i]; {
		case fate >= 0: // an apparent column
			r.column.toggle(pivot)
			r.toggleLegs(s.edges[i], fate)
		case fate == born:
			s.fates[i] = dead - int32(len(r.columns))
			r.store()
			r.alive--
			r.deaths = append(r.deaths, death{pivot, int32(rank), v})
			return
		default:
			s := r.columns[dead-fate]
			for _, entry := range r.arena[s.from:s.to] {
				r.column.toggle(entry)
			}
		}
	}
}

// firstOfLune returns the first point of the lune that an edge had.
func (r *reduced[T]) firstOfLune(e filteredEdge[T]) int32 {
	a, b := r.placesOf(e)
	q := r.bits.row(b)
	for w, x := range r.bits.row(a) {
		for x &= q[w]; x != 0; x &= x - 1 {
			place := int32(w<<6 + bits.TrailingZeros64(x))
			if v := r.point(place); compareEdges(edgeOf(r.distance(e.a, v), e.a, v), e) < 0 &&
				compareEdges(edgeOf(r.distance(e.b, v), e.b, v), e) < 0 {
				return place
			}
		}
	}
	panic("ph: a lune is asked for that is empty")
}

// store moves the column to the arena, which leaves it empty.
func (r *reduced[T]) store() {
	from := len(r.arena)
	for pivot := r.column.pivot(); pivot >= 0; pivot = r.column.pivot() {
		r.arena = append(r.arena, pivot)
		r.column.toggle(pivot)
	}
	r.columns = append(r.columns, span{from, len(r.arena)})
}

// allKnown reports whether no loop is yet to be born after the i'th edge of a run.
func (r *reduced[T]) allKnown(s *run[T], i int) bool {
	if !r.looked {
		if r.last {
			for r.met > i && r.meet(s.edges[r.met]) {
				r.met--
			}
			return r.met <= i
		}
		// Not while there are too few edges to see most lunes by, nor when it
		// would spare less than has been done, as where distances of few points
		// must all be looked at.
		n, rank := r.size(), s.first+i
		few := n <= 64*mostRowWords && r.place == nil
		if few || rank < 16*n || r.total() < 4*rank && r.total()-rank < 64*n {
			return false
		}
		r.bridges = r.appendEmptyLunes(r.bridges, s.edges[i], r.near, r.workers)
		slices.SortFunc(r.bridges, compareEdges)
		r.coming = len(r.bridges) - r.mergesAhead()
		r.looked = true
	}
	return r.coming == 0
}

// meet reports whether the ends of an edge to come have a neighbor in common.
func (r *reduced[T]) meet(e filteredEdge[T]) bool {
	if r.place == nil {
		return r.near.meet(e.a, e.b)
	}
	return r.near.meet(r.place[e.a], r.place[e.b])
}

// allMeet reports whether the ends of all edges of a band do, so that none gives
// birth to a loop.
func (r *reduced[T]) allMeet(edges []filteredEdge[T]) bool {
	for _, e := range edges {
		if !r.meet(e) {
			return false
		}
	}
	return true
}

// mergesAhead returns how many of the bridges will merge components.
func (r *reduced[T]) mergesAhead() int {
	r.trial.parent = append(r.trial.parent[:0], r.joined.parent...)
	r.trial.count = r.joined.count
	for _, e := range r.bridges {
		r.trial.join(e.a, e.b)
	}
	return r.joined.count - r.trial.count
}
