package reduced

import (
	"math/bits"

	"github.com/topogen/topogen/ph/internal/metric"
)

// visit adds edge i of a run, the next edge of the filtration, and sets its fate. If a loop
// is alive, it reduces one column for each further component of the lune of the edge.
func (r *Engine[T]) visit(s *run[T], i int) {
	e, rank := s.edges[i], s.first+i
	a, b := r.placesOf(e)
	if len(r.ranks) > 0 {
		r.ranks[metric.Triangle(int(e.A))+int(e.B)] = int32(rank)
	}
	if r.usesLookahead && r.lookahead.resolved(i-r.lookahead.begins, a, b) {
		r.bits.join(a, b)
		s.fates[i] = resolved
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
		// The triangle of e and v and the triangle of e and the apex share e. So e is not
		// in the sum of their boundaries, which is the column to reduce.
		r.toggleLegs(e, v)
		r.toggleLegs(e, apex)
		r.reduce(rank, v)
	}
}

// join adds edge i of a run, the next edge of the filtration, whose lune is not empty. It does
// not look for loops that the edge ends.
func (r *Engine[T]) join(s *run[T], i int) {
	e := s.edges[i]
	a, b := r.placesOf(e)
	if len(r.ranks) > 0 {
		r.ranks[metric.Triangle(int(e.A))+int(e.B)] = int32(s.first + i)
	}
	r.bits.join(a, b)
	s.fates[i] = resolved
}

// placesOf returns the places of the ends of an edge.
func (r *Engine[T]) placesOf(e metric.Edge[T]) (a, b int32) {
	if r.place == nil {
		return e.A, e.B
	}
	return r.place[e.A], r.place[e.B]
}

// point returns the point in a place.
func (r *Engine[T]) point(place int32) int32 {
	if r.order == nil {
		return place
	}
	return r.order[place]
}

// toggleLegs adds to the column the two edges from the ends of e to the point in place v.
func (r *Engine[T]) toggleLegs(e metric.Edge[T], v int32) {
	v = r.point(v)
	r.column.Toggle(r.rank(e.A, v))
	r.column.Toggle(r.rank(e.B, v))
}

// rank returns the rank of the edge between a and b, which must have been visited.
func (r *Engine[T]) rank(a, b int32) int32 {
	if len(r.ranks) > 0 {
		return r.ranks[metric.Triangle(int(max(a, b)))+int(min(a, b))]
	}
	if r.table != nil {
		return r.table.rank(a, b)
	}
	return r.edges.rank(metric.EdgeOf(r.space.Distance(a, b), a, b))
}

// reduce reduces the column until it is empty or its pivot is the birth edge of a loop that
// is alive. Then the triangle of the edge of the given rank and the point in place v ends
// this loop.
func (r *Engine[T]) reduce(rank int, v int32) {
	steps := 0
	for pivot := r.column.Max(); pivot >= 0; pivot = r.column.Max() {
		if steps++; steps&63 == 0 && r.Stop.Requested() {
			return
		}
		s, i := r.edges.find(pivot)
		if s.fates[i] == resolved {
			s.fates[i] = r.firstOfLune(s.edges[i])
		}
		switch fate := s.fates[i]; {
		case fate >= 0: // add the boundary of the triangle of the pivot and its apex
			r.column.Toggle(pivot)
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
				r.column.Toggle(entry)
			}
		}
	}
}

// firstOfLune returns the least place of a point in the lune of a visited edge e. By now
// the graph also has edges that came after e. So a point that is joined to both ends is in
// the lune only if both joining edges came before e.
func (r *Engine[T]) firstOfLune(e metric.Edge[T]) int32 {
	a, b := r.placesOf(e)
	q := r.bits.row(b)
	for w, x := range r.bits.row(a) {
		for x &= q[w]; x != 0; x &= x - 1 {
			place := int32(w<<6 + bits.TrailingZeros64(x))
			if v := r.point(place); metric.CompareEdges(metric.EdgeOf(r.space.Distance(e.A, v), e.A, v), e) < 0 &&
				metric.CompareEdges(metric.EdgeOf(r.space.Distance(e.B, v), e.B, v), e) < 0 {
				return place
			}
		}
	}
	panic("ph: a resolved edge has an empty lune")
}

// store moves the entries of the column to the arena. The column becomes empty.
func (r *Engine[T]) store() {
	from := len(r.arena)
	for pivot := r.column.Max(); pivot >= 0; pivot = r.column.Max() {
		r.arena = append(r.arena, pivot)
		r.column.Toggle(pivot)
	}
	r.columns = append(r.columns, span{from, len(r.arena)})
}
