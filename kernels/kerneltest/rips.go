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

// starterTests test the methods of a [rips.Starter].
var starterTests = []test{
	{"Start", testStart, testStart},
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

// testStart begins several results before it takes the first, and takes them in another
// order, with kernels between, some of whose results the device's memory could mix up.
func testStart(r *rig) {
	dev := r.Device.(rips.Starter)
	type started struct {
		dist  *span
		n     int
		tree  rips.Pending[rips.Edge]
		lunes rips.Pending[rips.Lune]
	}
	var all []started
	for _, n := range []int{0, 1, 2, 33, r.between(3, 60), r.between(3, 60)} {
		dist := make([]float32, n*n)
		for i, v := range distances(r.cloud(n, 2), n, 2) {
			dist[i] = float32(v)
		}
		s := started{dist: r.input("distances", dist), n: n}
		s.tree, s.lunes = dev.StartSpanningTree(s.dist.Buffer, n), dev.StartLunes(s.dist.Buffer, n)
		scratch := r.Alloc(64 * n)
		r.Fill(scratch, float32(n))
		r.Free(scratch)
		all = append(all, s)
	}
	dev.StartLunes(all[3].dist.Buffer, all[3].n).Drop()
	dev.StartSpanningTree(all[3].dist.Buffer, all[3].n).Drop()
	r.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, s := range all {
		tree, err := s.tree.Append([]rips.Edge{{Length: 7}})
		if want := append([]rips.Edge{{Length: 7}}, spanningTree(s.dist.values(), s.n)...); err != nil || !slices.Equal(tree, want) {
			r.fail("the tree of %d points is %v (%v), want %v", s.n, tree, err, want)
		}
		lunes, err := s.lunes.Append([]rips.Lune{{Apex: 7}})
		if want := append([]rips.Lune{{Apex: 7}}, Lunes(s.dist.values(), s.n)...); err != nil || !slices.Equal(lunes, want) {
			r.fail("the lunes of %d points are %v (%v), want %v", s.n, lunes, err, want)
		}
	}
	r.done()
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
