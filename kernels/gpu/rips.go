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
	_ rips.Starter        = (*Device)(nil)
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
	return d.StartSpanningTree(dist, n).Append(edges)
}

// StartSpanningTree enqueues the kernel of SpanningTree and a copy of the edges.
func (d *Device) StartSpanningTree(dist kernels.Buffer, n int) rips.Pending[rips.Edge] {
	check.Cloud("SpanningTree", kernels.Buffer{}, n, 0, dist)
	t := takeLast(&d.trees)
	t.device, t.n = d, n
	lengths := d.span(dist)
	if n < 2 {
		return t
	}
	// The offsets of the kernel's arrays in the workspace, in multiples of n words: tree and
	// least hold n keys of two words, joined and component hold n words.
	const tree, least, joined, component, total = 0, 2, 4, 5, 6
	workspace := d.Alloc(total * n)
	part := func(first int) Arg { return d.span(workspace.Slice(first*n, workspace.Len())) }
	d.launch(spanningTree, Dim{X: 1}, Dim{X: work.ManyThreads},
		part(tree), lengths, part(component), part(joined), part(least), Int32(n))
	t.copy = d.startCopyOut(workspace, keyBytes*n)
	d.Free(workspace)
	return t
}

// keyBytes is the size of an edge's key.
const keyBytes = 8

// A pendingTree is the spanning tree of n points, as the copy of its edges' keys brings it. It
// implements [rips.Pending].
type pendingTree struct {
	device *Device
	n      int
	copy   Transfer // nil if there is nothing to copy, or the device has failed
}

func (t *pendingTree) Append(edges []rips.Edge) ([]rips.Edge, error) {
	d := t.device
	defer t.Drop()
	keys := d.keys[:0]
	if t.copy != nil && d.err == nil {
		bytes, err := t.copy.Wait()
		d.fail(err)
		keys = appendAs(keys, bytes)
		d.keys = keys
	}
	if d.err != nil || t.n < 2 {
		return edges, d.err
	}
	slices.Sort(keys)
	for _, key := range keys[:t.n-1] { // the last of the n keys is all ones: no edge
		edges = append(edges, edgeOf(key))
	}
	return edges, nil
}

func (t *pendingTree) Drop() {
	if t.copy != nil {
		t.copy.Done()
	}
	d := t.device
	*t = pendingTree{}
	d.trees = append(d.trees, t)
}
