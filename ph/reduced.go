package ph

import "slices"

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
	appendEmptyLunes(edges []filteredEdge[T], after filteredEdge[T], near lunes) []filteredEdge[T]
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
// the last edge.
type reduced[T Float] struct {
	space[T]
	place, order []int32
	band         band[T]
	edges        []filteredEdge[T] // of the bands so far, in order up to the last visited
	near         lunes             // at the time of the last edge visited
	rows         rowLunes
	bits         bitLunes
	lists        listLunes
	ranks        []int32 // of edges, a lower matrix; none where there are many points
	joined       components
	trial        components
	merges       []merge[T]

	column bitColumn

	// fate is, for each edge visited, the point of its apparent triangle, or born
	// for an edge with an empty lune, or dead−k after the k'th column ended the
	// loop that the edge had given birth to.
	fate    []int32
	columns []span
	arena   []int32

	alive   int // loops
	births  []int32
	deaths  []death
	bridges []filteredEdge[T] // the edges to come whose lunes are empty, once looked for
	looked  bool
	coming  int  // births among the bridges
	last    bool // whether the edges are all of the filtration
	met     int  // then, all edges after it have ends with a neighbor in common
}

const (
	born = -1
	dead = -2
)

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
	r.place, r.order = s.layout()
	r.joined.begin(s.size())
	r.merges, r.edges, r.fate = r.merges[:0], r.edges[:0], r.fate[:0]
	r.columns, r.arena = r.columns[:0], r.arena[:0]
	r.births, r.deaths, r.bridges = r.births[:0], r.deaths[:0], r.bridges[:0]
	r.alive, r.looked, r.coming, r.last = 0, false, 0, false
	r.near = nil
}

// components finds the merges, until there is one component or no edge left.
func (r *reduced[T]) components(s space[T]) {
	r.begin(s)
	r.walk(func(from int) bool {
		for i, e := range r.edges[from:] {
			r.merge(e, from+i)
		}
		return r.joined.count > 1
	})
}

// everything finds the merges, and puts all edges in order.
func (r *reduced[T]) everything(s space[T]) {
	r.begin(s)
	r.walk(func(from int) bool {
		for i, e := range r.edges[from:] {
			r.merge(e, from+i)
		}
		return true
	})
}

// loops finds the merges, births and deaths. If the edges with empty lunes are known,
// in order, none has to be looked for.
func (r *reduced[T]) loops(s space[T], known []filteredEdge[T]) {
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
	r.ranks = r.ranks[:0]
	if r.near == &r.rows {
		r.ranks = resize(r.ranks, triangle(s.size()))
	}
	if len(known) > 0 {
		r.expect(known)
	}
	const apart = 32 // edges between questions whether all is known
	r.walk(func(from int) bool {
		r.column.grow(len(r.edges))
		for rank := from; rank < len(r.edges); rank++ {
			r.visit(rank)
			if rank%apart == 0 && r.alive == 0 && r.allKnown(rank) {
				return false
			}
		}
		return true
	})
	for _, e := range r.bridges {
		r.merge(e, -1)
	}
}

// walk puts edges in order, a band of them after another, as long as visit, which
// is told the first of a band, returns true.
func (r *reduced[T]) walk(visit func(from int) bool) {
	n := r.size()
	if n < 2 {
		return
	}
	lo := T(-1)
	for want := 16 * n; ; want += want / 2 {
		hi, last := r.nextBand(want)
		r.band.unsorted = r.appendEdges(r.band.unsorted[:0], lo, hi)
		if last && r.near != nil && r.alive == 0 && r.allMeet(r.band.unsorted) {
			return
		}
		from := len(r.edges)
		r.edges = r.band.sort(r.edges)
		r.last, r.met = last, len(r.edges)-1
		if !visit(from) || last {
			return
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

// visit adds the next edge.
func (r *reduced[T]) visit(rank int) {
	e := r.edges[rank]
	a, b := e.a, e.b
	if r.place != nil {
		a, b = r.place[a], r.place[b]
	}
	apex := r.near.add(a, b)
	r.fate = append(r.fate, apex)
	if len(r.ranks) > 0 {
		r.ranks[triangle(int(e.a))+int(e.b)] = int32(rank)
	}
	if apex < 0 {
		if !r.merge(e, rank) {
			r.births = append(r.births, int32(rank))
			r.alive++
			r.coming--
		}
		return
	}
	for v := apex; r.alive > 0; {
		if v = r.near.removeComponent(v); v < 0 {
			return
		}
		// The triangles over v and over apex share this edge; their sum does not
		// contain it.
		r.toggleLegs(e, v)
		r.toggleLegs(e, apex)
		r.reduce(rank, v)
	}
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
	i, ok := slices.BinarySearchFunc(r.edges[:len(r.fate)], edgeOf(r.distance(a, b), a, b), compareEdges)
	if !ok {
		panic("ph: an edge is asked for before it is there")
	}
	return int32(i)
}

// reduce reduces the column that comes from the triangle of an edge over v.
func (r *reduced[T]) reduce(rank int, v int32) {
	for pivot := r.column.pivot(); pivot >= 0; pivot = r.column.pivot() {
		switch fate := r.fate[pivot]; {
		case fate >= 0: // an apparent column
			r.column.toggle(pivot)
			r.toggleLegs(r.edges[pivot], fate)
		case fate == born:
			r.fate[pivot] = dead - int32(len(r.columns))
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

// store moves the column to the arena, which leaves it empty.
func (r *reduced[T]) store() {
	from := len(r.arena)
	for pivot := r.column.pivot(); pivot >= 0; pivot = r.column.pivot() {
		r.arena = append(r.arena, pivot)
		r.column.toggle(pivot)
	}
	r.columns = append(r.columns, span{from, len(r.arena)})
}

// allKnown reports whether no loop is yet to be born after the edge of this rank.
func (r *reduced[T]) allKnown(rank int) bool {
	if !r.looked {
		if r.last {
			for r.met > rank && r.meet(r.edges[r.met]) {
				r.met--
			}
			return r.met <= rank
		}
		// Not while there are too few edges to see most lunes by, nor when it
		// would spare less than has been done.
		n := r.size()
		if n <= 64*mostRowWords || rank < 16*n || r.total() < 4*rank && r.total()-rank < 64*n {
			return false
		}
		bridges := r.appendEmptyLunes(r.bridges, r.edges[rank], r.near)
		slices.SortFunc(bridges, compareEdges)
		r.expect(bridges)
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

// expect makes bridges the edges to come whose lunes are empty.
func (r *reduced[T]) expect(bridges []filteredEdge[T]) {
	r.looked = true
	r.bridges = append(r.bridges[:0], bridges...)
	r.coming = len(r.bridges) - r.mergesAhead()
}
