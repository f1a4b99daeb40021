package metric

import (
	"slices"

	"github.com/topogen/topogen/ph/internal/radix"
)

// A Band is the set of the edges whose lengths lie between two bounds.
type Band[T Float] struct {
	Unsorted []Edge[T]
	radix    radix.Sorter
}

// Sort appends the unsorted edges to edges, in order.
//
// It is a radix sort by length, on a linear scale from the shortest edge to the longest.
// An insertion sort then orders the few edges that share a step of the scale.
func (b *Band[T]) Sort(edges []Edge[T]) []Edge[T] {
	from, m := len(edges), len(b.Unsorted)
	if m == 0 {
		return edges
	}
	lo, hi := b.Unsorted[0].Length, b.Unsorted[0].Length
	for _, e := range b.Unsorted {
		if e.Length < lo {
			lo = e.Length
		} else if e.Length > hi {
			hi = e.Length
		}
	}
	// An item has the step of an edge above its index. Rounding is monotonic: a longer
	// edge never has a lower step.
	items := b.radix.Begin(m)
	start, scale := float64(lo), (float64(uint64(1)<<b.radix.Bits())-1)/max(float64(hi)-float64(lo), 1e-300)
	for i, e := range b.Unsorted {
		items[i] = uint64((float64(e.Length)-start)*scale)<<32 | uint64(i)
	}
	edges = slices.Grow(edges, m)[:from+m]
	sorted := edges[from:]
	for i, x := range b.radix.Sort(32) {
		sorted[i] = b.Unsorted[uint32(x)]
	}
	sortEdges(sorted)
	return edges
}
