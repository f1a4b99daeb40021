package cohomology

import (
	"fmt"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
)

// mergeVertices finds the pairs of degree 0. Each edge that joins two connected
// components ends the component whose first vertex comes later in the filtration.
func (e *Engine) mergeVertices() error {
	n, edges := e.complex.Len(0), e.complex.Len(1)
	e.ends = reuse.Slice(e.ends, edges)
	for i := range e.ends {
		e.ends[i] = [2]int32{-1, -1}
	}
	for v := range n {
		if v&0xfff == 0 && e.Stop.Requested() {
			return nil
		}
		e.cofaces = e.complex.AppendCofacets(e.cofaces[:0], 0, v)
		for _, c := range e.cofaces {
			switch ends := &e.ends[max(c, ^c)]; {
			case ends[0] < 0:
				ends[0] = int32(v)
			case ends[1] < 0:
				ends[1] = int32(v)
			default:
				return fmt.Errorf("ph: cell %d of dimension 1 is a cofacet of vertices %d, %d and %d: an edge has two ends", max(c, ^c), ends[0], ends[1], v)
			}
		}
	}
	e.components.Reset(n)
	for i, ends := range e.ends {
		switch {
		case ends[1] >= 0:
			if ended := e.components.Join(ends[0], ends[1]); ended >= 0 {
				e.addPair(0, ended, int32(i), -1)
			}
		case ends[0] >= 0:
			return fmt.Errorf("ph: cell %d of dimension 1 is a cofacet of vertex %d alone: an edge has two ends", i, ends[0])
		}
	}
	for v, parent := range e.components.Parent {
		if int32(v) == parent {
			e.addEssential(parent, -1)
		}
	}
	return nil
}

// dual finds the pairs of degree d−1 of a complex of dimension d by its dual graph. The
// nodes of this graph are the d-cells and one node outside, and a (d−1)-cell joins its two
// cofacets, or its only one and the outside. dual returns false, and adds no pair, if the
// complex has no dual graph: if a (d−1)-cell has more than two cofacets or, for
// coefficients other than Z/2, two in which it has the same sign.
//
// The edges of the graph are added from the last (d−1)-cell to the first. So of two nodes
// the one that comes later in the filtration is the elder, and the outside is the eldest.
func (e *Engine) dual(degree int) bool {
	cells, nodes := e.complex.Len(degree), e.complex.Len(degree+1)
	// Nodes are numbered from the eldest: the outside, then the last cell.
	e.ends = reuse.Slice(e.ends, cells)
	for i := range e.ends {
		if i&0xfff == 0 && e.Stop.Requested() {
			return true
		}
		e.cofaces = e.complex.AppendCofacets(e.cofaces[:0], degree, i)
		ends := [2]int32{}
		switch c := e.cofaces; {
		case len(c) == 0:
		case len(c) == 1:
			ends[1] = int32(nodes) - max(c[0], ^c[0])
		case len(c) == 2 && (e.options.Modulus == 2 || c[0] < 0 != (c[1] < 0)):
			ends = [2]int32{int32(nodes) - max(c[0], ^c[0]), int32(nodes) - max(c[1], ^c[1])}
		default:
			return false
		}
		e.ends[i] = ends
	}
	e.components.Reset(nodes + 1)
	for i := cells - 1; i >= 0; i-- {
		if ended := e.components.Join(e.ends[i][0], e.ends[i][1]); ended >= 0 {
			e.addPair(degree, int32(i), int32(nodes)-ended, -1)
		} else if !bitset.Has(e.cleared, int32(i)) {
			e.addEssential(int32(i), -1)
		}
	}
	return true
}
