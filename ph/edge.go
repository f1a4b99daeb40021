package ph

import (
	"cmp"
	"slices"
)

// A filteredEdge is an edge with its length. The filtration adds edges one
// after another in the order of [compareEdges]: by length, those of equal length
// by their points. As this order is total, which edge gives birth to a class
// and which one ends it depends on the distances alone.
type filteredEdge[T Float] struct {
	length T
	a, b   int32 // a > b
}

func edgeOf[T Float](length T, a, b int32) filteredEdge[T] {
	return filteredEdge[T]{length, max(a, b), min(a, b)}
}

func (e filteredEdge[T]) ends() Cell { return Cell{e.a, e.b} }

func compareEdges[T Float](e, f filteredEdge[T]) int {
	if e.length != f.length { // never NaN
		if e.length < f.length {
			return -1
		}
		return 1
	}
	if e.a != f.a {
		return cmp.Compare(e.a, f.a)
	}
	return cmp.Compare(e.b, f.b)
}

// sortEdges puts edges in order: fast if they are nearly so.
func sortEdges[T Float](edges []filteredEdge[T]) {
	moves := 0
	for i := 1; i < len(edges); i++ {
		e := edges[i]
		if edges[i-1].length < e.length {
			continue
		}
		k := i
		for ; k > 0 && compareEdges(edges[k-1], e) > 0; k-- {
			edges[k] = edges[k-1]
		}
		edges[k] = e
		if moves += i - k; moves > 4*len(edges) {
			slices.SortFunc(edges, compareEdges)
			return
		}
	}
}
