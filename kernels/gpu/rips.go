package gpu

import (
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
	"github.com/topogen/topogen/kernels/rips"
)

var (
	_ kernels.FusedDevice = (*Device)(nil)
	_ rips.Device         = (*Device)(nil)
)

// Kernels for Vietoris–Rips filtrations.
var (
	spanningTree = entry{"rips", "spanning_tree"}
	findLunes    = entry{"rips", "lunes"}
	reach        = entry{"rips", "reach"}
)

// edgeOf returns the edge with a key. Kernels order edges by their keys: 32 bits of
// the length, which order like the length itself as lengths are not negative, then 16
// bits of U and 16 bits of V. 16 bits are enough, as a buffer cannot hold the distance
// matrix of 2¹⁶ points.
func edgeOf(key uint64) rips.Edge {
	return rips.Edge{Length: math.Float32frombits(uint32(key >> 32)), U: int32(key >> 16 & math.MaxUint16), V: int32(key & math.MaxUint16)}
}

// SpanningTree appends the edges of the minimum spanning tree, in filtration order.
// One block computes them by Borůvka's algorithm, in O(n² log n) operations.
func (d *Device) SpanningTree(edges []rips.Edge, dist kernels.Buffer, n int) ([]rips.Edge, error) {
	check.Cloud("SpanningTree", kernels.Buffer{}, n, 0, dist)
	lengths := d.span(dist)
	if n < 2 {
		return edges, d.err
	}
	// The offsets of the kernel's arrays in the workspace, in multiples of n words: tree and
	// least hold n keys of two words, joined and component hold n words.
	const tree, least, joined, component, total = 0, 2, 4, 5, 6
	workspace := d.Alloc(total * n)
	part := func(first int) Arg { return d.span(workspace.Slice(first*n, workspace.Len())) }
	d.launch(spanningTree, Dim{X: 1}, Dim{X: work.ManyThreads},
		part(tree), lengths, part(component), part(joined), part(least), Int32(n))
	keys := d.readKeys(workspace, n)
	d.Free(workspace)
	if d.err != nil {
		return edges, d.err
	}
	slices.Sort(keys)
	for _, key := range keys[:n-1] { // the last of the n keys is all ones: no edge
		edges = append(edges, edgeOf(key))
	}
	return edges, nil
}

// readKeys waits for the stream and returns the first count keys of a buffer.
func (d *Device) readKeys(b kernels.Buffer, count int) []uint64 {
	d.keys = slices.Grow(d.keys[:0], count)[:count]
	if p := d.pointer(b); d.err == nil {
		d.fail(d.driver.CopyOut(d.stream, bytesOf(d.keys), p))
	}
	return d.keys
}
