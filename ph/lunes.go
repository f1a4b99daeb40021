package ph

import (
	"context"

	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/reduced"
)

// A Lune describes the lune of an edge {U, V}, U > V: the set of the points that are joined
// to both its ends before the ends are joined. Two points of the lune are connected if a
// path of edges within the lune, all before the edge, leads from one to the other.
//
// Apex is a point of the lune, −1 if the lune is empty. Other is a point of a connected
// component of the lune that does not have Apex, −1 if there is no such component.
type Lune struct {
	Edge        Cell
	Length      float32
	Apex, Other int32
}

// Lunes returns the diagrams of degrees 0 and 1 over Z/2 of the Vietoris–Rips filtration of
// n points. It reads no distances, only the lunes of some edges. So it serves callers whose
// distances are on another device, for instance a GPU, and who find the lunes there. A list
// of lunes is short: its length is a small multiple of n. The diagrams are those that
// [Engine.Rips] returns from all distances. They are valid until the engine is used again.
//
// The list must have
//
//   - each edge whose lune is empty;
//   - each edge whose lune has several connected components, once for each component
//     without the apex, with any point of this component as Other;
//   - each further edge that joins an end of a listed edge to the Apex or the Other of that
//     edge.
//
// It is in the order in which the filtration adds edges: by length, edges of equal length by
// U, then V, and entries of one edge by Other. It is an error if an edge of the third kind is
// missing or a length is NaN, infinite or negative. Missing edges of the first two kinds
// cannot be noticed: classes that no listed edge ends are essential.
func (e *Engine) Lunes(ctx context.Context, n int, lunes []Lune) ([]Diagram, error) {
	s := &e.single
	if err := s.known.Begin(n, len(lunes)); err != nil {
		return nil, err
	}
	for i, l := range lunes {
		if err := s.known.Add(i, reduced.Lune{U: l.Edge.U, V: l.Edge.V, Length: l.Length, Apex: l.Apex, Other: l.Other}); err != nil {
			return nil, err
		}
	}
	s.reduced.Stop = parallel.StopOf(ctx)
	s.reduced.Known(&s.known)
	s.low = &s.reduced
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return reducedBars(e, s, 1), nil
}
