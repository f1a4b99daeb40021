package gpu

import (
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

var _ kernels.RipsDevice = (*Device)(nil)

// Names of kernels for Vietoris–Rips filtrations.
var (
	spanningTree = entry{"rips", "spanning_tree"}
	emptyLunes   = entry{"rips", "empty_lunes"}
	listEdges    = entry{"rips", "list_edges"}
)

// An edge is known to kernels by its key, whose order is the filtration's: the
// bits of the length, then 16 bits for each of U and V. (A matrix of more
// points has more elements than a buffer.)
func edgeOf(key uint64) kernels.Edge {
	return kernels.Edge{Length: math.Float32frombits(uint32(key >> 32)), U: int32(key >> 16 & math.MaxUint16), V: int32(key & math.MaxUint16)}
}

// SpanningTree appends the edges of the minimum spanning tree, in order. It is
// the work of one block, by Borůvka's algorithm: O(n² log n) operations.
func (d *Device) SpanningTree(edges []kernels.Edge, dist kernels.Buffer, n int) ([]kernels.Edge, error) {
	kernels.CheckCloud("SpanningTree", kernels.Buffer{}, n, 0, dist)
	lengths := d.span(dist)
	if n < 2 {
		return edges, d.err
	}
	const tree, least, joined, component, total = 0, 2, 4, 5, 6 // in words for each point
	room := d.Alloc(total * n)
	part := func(first int) Arg { return d.span(room.Slice(first*n, room.Len())) }
	d.launch(spanningTree, Dim{X: 1}, Dim{X: work.ManyThreads},
		part(tree), lengths, part(component), part(joined), part(least), Int32(n))
	keys := d.readKeys(room, 0, n)
	d.Free(room)
	if d.err != nil {
		return edges, d.err
	}
	slices.Sort(keys)
	return appendEdges(edges, keys[:n-1]), nil // the last is none
}

// EmptyLunes appends the edges of the relative neighborhood graph, in order. It
// takes O(n²) operations for most clouds, O(n³) at the worst.
func (d *Device) EmptyLunes(edges []kernels.Edge, dist kernels.Buffer, n int) ([]kernels.Edge, error) {
	kernels.CheckCloud("EmptyLunes", kernels.Buffer{}, n, 0, dist)
	lengths := d.span(dist)
	if n < 2 {
		return edges, d.err
	}
	words := blocks(n, 32)
	sets, list := d.Alloc(n*words), d.Alloc(2+n*(n-1))
	d.launch(emptyLunes, Dim{X: words, Y: n}, Dim{X: work.ManyThreads}, d.span(sets), lengths, Int32(n))
	d.launch(listEdges, Dim{X: 1}, Dim{X: work.ManyThreads}, d.span(list), d.span(sets), lengths, Int32(n), Int32(words))
	// There are hardly ever more than some edges for each point.
	const usual = 8
	keys := d.readKeys(list, 0, min(1+usual*n, list.Len()/2))
	if d.err == nil {
		if all := 1 + int(keys[0]); all > len(keys) {
			keys = d.readKeys(list, len(keys), all-len(keys))
		} else {
			keys = keys[:all]
		}
	}
	d.Free(sets)
	d.Free(list)
	if d.err != nil {
		return edges, d.err
	}
	keys = keys[1:] // behind their number
	slices.Sort(keys)
	return appendEdges(edges, keys), nil
}

// readKeys appends count keys in a buffer, from the first on, to those read
// before, or, where first is 0, reads anew.
func (d *Device) readKeys(b kernels.Buffer, first, count int) []uint64 {
	d.edges = slices.Grow(d.edges[:first], count)[:first+count]
	if p := d.pointer(b); d.err == nil {
		d.fail(d.driver.CopyOut(d.stream, bytesOf(d.edges[first:]), p+Pointer(8*first)))
	}
	return d.edges
}

func appendEdges(edges []kernels.Edge, keys []uint64) []kernels.Edge {
	for _, key := range keys {
		edges = append(edges, edgeOf(key))
	}
	return edges
}
