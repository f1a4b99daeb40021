package kerneltest

import (
	"slices"

	"github.com/topogen/topogen/kernels/rips"
)

// ripsTests test the methods of a [rips.Device].
var ripsTests = []test{
	{"SpanningTree", func(r *rig) { r.eachCloud(testSpanningTree) }, func(r *rig) { testSpanningTree(r, r.between(0, 60), r.between(0, 4)) }},
	{"Lunes", func(r *rig) { r.eachCloud(testLunes) }, func(r *rig) { testLunes(r, r.between(0, 60), r.between(0, 4)) }},
}

// withDistances calls run with the device and the n×n distances of a random cloud of
// dimension d.
func (r *rig) withDistances(n, d int, run func(dev rips.Device, dist *span)) {
	dist := make([]float32, n*n)
	for i, v := range distances(r.cloud(n, d), n, d) {
		dist[i] = float32(v)
	}
	run(r.Device.(rips.Device), r.input("distances", dist))
	r.done()
}

func testSpanningTree(r *rig, n, d int) {
	r.withDistances(n, d, func(dev rips.Device, dist *span) {
		before := []rips.Edge{{Length: 7}}
		got, err := dev.SpanningTree(before, dist.Buffer, n)
		if want := append(before, spanningTree(dist.values(), n)...); err != nil || !slices.Equal(got, want) {
			r.fail("the tree of %d points of dimension %d is %v (%v), want %v", n, d, got, err, want)
		}
	})
}

func testLunes(r *rig, n, d int) {
	r.withDistances(n, d, func(dev rips.Device, dist *span) {
		before := []rips.Lune{{Apex: 7}}
		got, err := dev.Lunes(before, dist.Buffer, n)
		if want := append(before, Lunes(dist.values(), n)...); err != nil || !slices.Equal(got, want) {
			r.fail("the lunes of %d points of dimension %d are %v (%v), want %v", n, d, got, err, want)
		}
	})
}

// spanningTree is the oracle of SpanningTree: it finds the minimum spanning tree by Kruskal's
// algorithm.
func spanningTree(dist []float32, n int) (tree []rips.Edge) {
	var edges []rips.Edge
	component := make([]int, n)
	for u := range n {
		component[u] = u
		for v := range u {
			edges = append(edges, edgeOf(dist, n, u, v))
		}
	}
	slices.SortFunc(edges, CompareEdges)
	for _, e := range edges {
		to, from := component[e.U], component[e.V]
		if to == from {
			continue
		}
		tree = append(tree, e)
		for v, c := range component {
			if c == from {
				component[v] = to
			}
		}
	}
	return tree
}
