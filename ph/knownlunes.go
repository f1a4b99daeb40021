package ph

import (
	"context"
	"fmt"
	"math"
)

// A Lune is what there is to know of the lune of an edge U > V: the points that
// are joined to both its ends before they are joined themselves. Two points of the
// lune that are joined before the edge, too, are in one piece of it, and so on.
//
// Apex is a point of the lune, −1 if that is empty, and Other one of another piece,
// −1 if none is meant.
type Lune struct {
	Edge        Cell
	Length      float32
	Apex, Other int32
}

// Lunes returns the diagrams of degrees 0 and 1 over Z/2 of the filtration of n
// points of whose edges only those that matter are known. Who has all distances
// elsewhere, on a GPU perhaps, can find them there: they are some for each point. The
// diagrams are those that [Engine.Rips] returns of all distances, to the last edge,
// and valid until the engine is used again.
//
// What has to be known are
//
//   - each edge whose lune is empty;
//   - each edge whose lune is in pieces, once for every piece that its apex is not in,
//     by any point of that;
//   - each further edge that joins an end of one that has to be known to its apex or to
//     its Other.
//
// They are in the order in which the filtration adds edges: by length, those of equal
// length by U, then V, and those of one edge by Other. It is an error if an edge of the
// last kind is not there, or if a length is NaN, infinite or negative. Whether others
// are there cannot be seen: classes that nothing ends are essential.
func (e *Engine) Lunes(ctx context.Context, n int, lunes []Lune) ([]Diagram, error) {
	s := &e.single
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.known.begin(n, lunes); err != nil {
		return nil, err
	}
	o := &Options{MaxDegree: 1}
	e.begin(o)
	s.reduced.known(n, &s.known)
	s.reduced.reportOne(&e.result, o)
	s.reduced.reportZero(&e.result, o)
	return e.bars(), nil
}

// knownLunes are those of the edges that matter, which need not be found.
type knownLunes[T Float] struct {
	edges  []filteredEdge[T] // in order
	apexes []int32           // of each
	others []int32           // points of further pieces, edge by edge
	ends   []int32           // of each edge's others
	ranks  rankTable

	// The lune at hand: the rank of its edge, and how many of all others are not left.
	at, taken int32
}

// begin reads lunes, and checks that there is all that is known to be missing.
func (k *knownLunes[T]) begin(n int, lunes []Lune) error {
	if n < 0 || n > math.MaxInt32 {
		return fmt.Errorf("ph: lunes of %d points: want 0 to %d", n, math.MaxInt32)
	}
	if err := checkEdges(len(lunes)); err != nil {
		return err
	}
	k.edges, k.apexes, k.others, k.ends = k.edges[:0], k.apexes[:0], k.others[:0], k.ends[:0]
	k.at, k.taken = -1, 0
	k.ranks.begin(len(lunes))
	for i, l := range lunes {
		if l.Edge.V < 0 || l.Edge.V >= l.Edge.U || int(l.Edge.U) >= n {
			return fmt.Errorf("ph: lune %d is of an edge from point %d to %d: want U > V, of %d points", i, l.Edge.U, l.Edge.V, n)
		}
		if err := checkLength(int(l.Edge.U), int(l.Edge.V), l.Length); err != nil {
			return err
		}
		if i == 0 || !l.follows(lunes[i-1]) {
			e := edgeOf(T(l.Length)+0, l.Edge.U, l.Edge.V)
			rank := len(k.edges)
			if rank > 0 && compareEdges(k.edges[rank-1], e) >= 0 || !k.ranks.add(l.Edge.U, l.Edge.V, int32(rank)) {
				return fmt.Errorf("ph: lune %d, of the edge from point %d to %d, is out of order: want each edge once, by length, U and V, or once for each Other of one apex, ascending", i, l.Edge.U, l.Edge.V)
			}
			k.edges, k.apexes = append(k.edges, e), append(k.apexes, l.Apex)
			k.ends = append(k.ends, int32(len(k.others)))
		}
		for _, w := range [...]int32{l.Apex, l.Other} {
			if w != -1 && (k.ranks.rank(l.Edge.U, w) < 0 || k.ranks.rank(l.Edge.V, w) < 0) {
				return fmt.Errorf("ph: lune %d, of the edge from point %d to %d, has the point %d, but the edges to it do not both come before", i, l.Edge.U, l.Edge.V, w)
			}
		}
		if l.Other != -1 {
			if l.Apex == -1 {
				return fmt.Errorf("ph: lune %d, of the edge from point %d to %d, is in pieces but has no apex", i, l.Edge.U, l.Edge.V)
			}
			k.others = append(k.others, l.Other)
			k.ends[len(k.ends)-1]++
		}
	}
	return nil
}

// follows reports whether l is a further piece of the lune before.
func (l Lune) follows(before Lune) bool {
	return l.Edge == before.Edge && l.Length == before.Length && l.Apex == before.Apex && before.Other != -1 && l.Other > before.Other
}

func (k *knownLunes[T]) add(_, _ int32) int32 {
	k.at++
	if k.at > 0 {
		k.taken = k.ends[k.at-1]
	}
	return k.apexes[k.at]
}

func (k *knownLunes[T]) removeComponent(int32) int32 {
	if k.taken == k.ends[k.at] {
		return -1
	}
	k.taken++
	return k.others[k.taken-1]
}
