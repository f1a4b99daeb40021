package metric

import (
	"slices"

	"github.com/topogen/topogen/ph/internal/radix"
)

// A Band sorts the edges of one band. The caller fills Unsorted and then calls
// [Band.Sort]. The zero value is ready for use, and used again it keeps its memory.
type Band[T Float] struct {
	Unsorted []Edge[T]
	radix    radix.Sorter
}

// Sort appends the unsorted edges to edges, in the order of [CompareEdges].
//
// It divides the lengths from the shortest to the longest into steps of equal width. A
// radix sort orders the edges by step. An insertion sort then orders the few edges of one
// step.
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
	// The upper 32 bits of an item are the step of an edge, the lower 32 bits its index
	// in Unsorted. Rounding is monotonic: a longer edge never has a lower step.
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
