package reduced

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/metric"
)

// A Lune describes the lune of the edge between U and V, U > V. Apex is a point of the lune,
// −1 if the lune is empty. Other is a point of a connected component that does not have
// Apex, −1 if there is no such component. A lune of several components takes several values,
// one for each Other.
type Lune struct {
	U, V        int32
	Length      float32
	Apex, Other int32
}

// KnownLunes is a list of lunes that the caller has found, for instance on a GPU.
type KnownLunes[T metric.Float] struct {
	n      int
	edges  []metric.Edge[T] // in the order of the filtration
	apexes []int32          // the Apex of each edge
	others []int32          // each Other, edge after edge
	ends   []int32          // others[ends[k-1]:ends[k]] belong to edge k; ends[-1] stands for 0
	ranks  rankTable
	last   Lune // the last lune that was added

	current int32 // the rank of the edge that add received last
	taken   int32 // the index in others of the next component that removeComponent returns
}

// Begin starts with n points and room for count lunes.
func (k *KnownLunes[T]) Begin(n, count int) error {
	if n < 0 || n > math.MaxInt32 {
		return fmt.Errorf("ph: lunes of %d points: want 0 to %d", n, math.MaxInt32)
	}
	if err := checkEdges(count); err != nil {
		return err
	}
	k.n = n
	k.edges, k.apexes, k.others, k.ends = k.edges[:0], k.apexes[:0], k.others[:0], k.ends[:0]
	k.current, k.taken = -1, 0
	k.ranks.begin(count)
	k.last = Lune{}
	return nil
}

// Add adds lune i of the list. It is an error if the lune is out of order, or if Apex or
// Other is not joined to both ends by edges that came before.
func (k *KnownLunes[T]) Add(i int, l Lune) error {
	if l.V < 0 || l.V >= l.U || int(l.U) >= k.n {
		return fmt.Errorf("ph: lune %d is of an edge from point %d to %d: want U > V, of %d points", i, l.U, l.V, k.n)
	}
	if err := metric.CheckLength(int(l.U), int(l.V), l.Length); err != nil {
		return err
	}
	if i == 0 || !l.follows(k.last) {
		e := metric.EdgeOf(T(l.Length)+0, l.U, l.V) // +0 makes a −0 a 0
		rank := len(k.edges)
		if rank > 0 && metric.CompareEdges(k.edges[rank-1], e) >= 0 || !k.ranks.add(l.U, l.V, int32(rank)) {
			return fmt.Errorf("ph: lune %d, of the edge from point %d to %d, is out of order: want each edge once, by length, U and V, or once for each Other of one apex, ascending", i, l.U, l.V)
		}
		k.edges, k.apexes = append(k.edges, e), append(k.apexes, l.Apex)
		k.ends = append(k.ends, int32(len(k.others)))
	}
	k.last = l
	for _, w := range [...]int32{l.Apex, l.Other} {
		if w != -1 && (k.ranks.rank(l.U, w) < 0 || k.ranks.rank(l.V, w) < 0) {
			return fmt.Errorf("ph: lune %d, of the edge from point %d to %d, has the point %d, but the edges to it do not both come before", i, l.U, l.V, w)
		}
	}
	if l.Other != -1 {
		if l.Apex == -1 {
			return fmt.Errorf("ph: lune %d, of the edge from point %d to %d, has several components but no apex", i, l.U, l.V)
		}
		k.others = append(k.others, l.Other)
		k.ends[len(k.ends)-1]++
	}
	return nil
}

// follows reports whether l is a further component of the lune that before describes.
func (l Lune) follows(before Lune) bool {
	return l.U == before.U && l.V == before.V && l.Length == before.Length && l.Apex == before.Apex &&
		before.Other != -1 && l.Other > before.Other
}

// add makes the lune of the next edge of the list the current one, and returns its apex. It
// ignores its arguments, the ends of this edge.
func (k *KnownLunes[T]) add(_, _ int32) int32 {
	k.current++
	if k.current > 0 {
		k.taken = k.ends[k.current-1]
	}
	return k.apexes[k.current]
}

// removeComponent returns a point of the next component of the current lune, −1 if no
// component is left.
func (k *KnownLunes[T]) removeComponent(int32) int32 {
	if k.taken == k.ends[k.current] {
		return -1
	}
	k.taken++
	return k.others[k.taken-1]
}

// Known finds the merges and the loops from the lunes that the caller has found.
func (r *Engine[T]) Known(k *KnownLunes[T]) {
	r.reset(k.n)
	r.lunes, r.table = k, &k.ranks
	s := r.edges.addSorted(k.edges)
	r.column.Grow(r.edges.count)
	s.fates = reuse.Slice(s.fates, len(s.edges))
	for i := range s.edges {
		if i&0xff == 0 && r.Stop.Requested() {
			return
		}
		r.visit(s, i)
	}
}
