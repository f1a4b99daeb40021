package gpu

import (
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

var _ kernels.RipsDevice = (*Device)(nil)

// Names of kernels for Vietoris–Rips filtrations.
var (
	spanningTree = entry{"rips", "spanning_tree"}
	findLunes    = entry{"rips", "lunes"}
	reach        = entry{"rips", "reach"}
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
	check.Cloud("SpanningTree", kernels.Buffer{}, n, 0, dist)
	lengths := d.span(dist)
	if n < 2 {
		return edges, d.err
	}
	const tree, least, joined, component, total = 0, 2, 4, 5, 6 // in words for each point
	room := d.Alloc(total * n)
	part := func(first int) Arg { return d.span(room.Slice(first*n, room.Len())) }
	d.launch(spanningTree, Dim{X: 1}, Dim{X: work.ManyThreads},
		part(tree), lengths, part(component), part(joined), part(least), Int32(n))
	keys := d.readKeys(room, n)
	d.Free(room)
	if d.err != nil {
		return edges, d.err
	}
	slices.Sort(keys)
	for _, key := range keys[:n-1] { // the last is none
		edges = append(edges, edgeOf(key))
	}
	return edges, nil
}

// readKeys reads so many keys from the beginning of a buffer.
func (d *Device) readKeys(b kernels.Buffer, count int) []uint64 {
	d.keys = slices.Grow(d.keys[:0], count)[:count]
	if p := d.pointer(b); d.err == nil {
		d.fail(d.driver.CopyOut(d.stream, bytesOf(d.keys), p))
	}
	return d.keys
}
