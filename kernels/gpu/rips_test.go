package gpu_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/ph"
)

// A cloud is points of a dimension, row after row.
type cloud struct {
	name string
	dim  int
	x    []float32
}

func (c cloud) size() int { return len(c.x) / c.dim }

// clouds returns clouds without equal distances, and such with many.
func clouds() (generic, tied []cloud) {
	for _, n := range []int{1, 2, 3, 5, 31, 32, 33, 64, 100, 130} {
		generic = append(generic,
			cloud{fmt.Sprintf("%d in the plane", n), 2, normals(uint64(n), 2*n)},
			cloud{fmt.Sprintf("%d in 40 dimensions", n), 40, normals(uint64(n), 40*n)})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, side := range []int{1, 2, 3, 6} { // a cloud on a lattice, some points on each other
		lattice := cloud{fmt.Sprintf("lattice of side %d", side), 2, make([]float32, 2*70)}
		for i := range lattice.x {
			lattice.x[i] = float32(rng.IntN(side))
		}
		tied = append(tied, lattice)
	}
	simplex := cloud{"corners of a simplex", 40, make([]float32, 40*40)}
	for i := range 40 {
		simplex.x[i*40+i] = 1
	}
	return generic, append(tied, simplex)
}

// distancesOf returns a cloud's matrix, on the device and on the host.
func (r *rig) distancesOf(c cloud) (kernels.Buffer, []float32) {
	n := c.size()
	x, dist := r.written(c.x), r.Alloc(n*n)
	r.Distances(dist, x, n, c.dim)
	r.Free(x)
	return dist, r.values(dist)
}

// compareEdges orders edges as the filtration does.
func compareEdges(e, f kernels.Edge) int {
	return cmp.Or(cmp.Compare(e.Length, f.Length), cmp.Compare(e.U, f.U), cmp.Compare(e.V, f.V))
}

// edgesWithEmptyLunes is the definition.
func edgesWithEmptyLunes(dist []float32, n int) []kernels.Edge {
	edge := func(i, j int) kernels.Edge {
		return kernels.Edge{Length: dist[i*n+j], U: int32(max(i, j)), V: int32(min(i, j))}
	}
	var edges []kernels.Edge
	for u := range n {
	next:
		for v := range u {
			e := edge(u, v)
			for w := range n {
				if w != u && w != v && compareEdges(edge(u, w), e) < 0 && compareEdges(edge(v, w), e) < 0 {
					continue next
				}
			}
			edges = append(edges, e)
		}
	}
	slices.SortFunc(edges, compareEdges)
	return edges
}

// The device's tree is degree 0, and its edges with empty lunes are the tree and
// the births of degree 1.
func TestEdgesArePersistence(t *testing.T) {
	generic, tied := clouds()
	for _, reverse := range []bool{false, true} {
		r := newRig(t, ptxsim.Options{Reverse: reverse})
		for _, c := range slices.Concat(generic, tied) {
			t.Run(fmt.Sprintf("%s, reverse %v", c.name, reverse), func(t *testing.T) {
				n := c.size()
				buffer, dist := r.distancesOf(c)
				defer r.Free(buffer)
				diagrams, err := new(ph.Engine).Rips(ph.Matrix32{N: n, Data: dist}, 1)
				require.NoError(t, err)

				tree, err := r.SpanningTree(nil, buffer, n)
				require.NoError(t, err)
				require.Len(t, tree, n-1)
				for i, b := range diagrams[0].Finite() {
					require.Equal(t, b.Death, float64(tree[i].Length), "death %d", i)
					require.Equal(t, b.DeathEdge, ph.Edge{U: tree[i].U, V: tree[i].V}, "death %d", i)
				}

				edges, err := r.EmptyLunes(nil, buffer, n)
				require.NoError(t, err)
				require.Equal(t, edgesWithEmptyLunes(dist, n), edges)

				births := map[ph.Edge]float64{}
				for _, e := range edges {
					births[ph.Edge{U: e.U, V: e.V}] = float64(e.Length)
				}
				for _, e := range tree {
					require.Contains(t, births, ph.Edge{U: e.U, V: e.V})
					delete(births, ph.Edge{U: e.U, V: e.V})
				}
				for _, b := range diagrams[1].Bars {
					require.Equal(t, b.Birth, births[b.BirthEdge])
					delete(births, b.BirthEdge)
				}
				if slices.ContainsFunc(generic, func(g cloud) bool { return g.name == c.name }) {
					require.Empty(t, births) // without ties no loop dies when it is born
				}
			})
		}
	}
}

// Every distance of two groups to each other is less than any within one: all
// edges between them have empty lunes, which is more than are read at first.
func TestManyEmptyLunes(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	const n = 41
	dist := make([]float32, n*n)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		for j := range i {
			d := 1 + 0.5*rng.Float32()
			if i%2 == j%2 {
				d++
			}
			dist[i*n+j], dist[j*n+i] = d, d
		}
	}
	buffer := r.written(dist)
	before := []kernels.Edge{{Length: 7}}
	edges, err := r.EmptyLunes(before, buffer, n)
	require.NoError(t, err)
	require.Equal(t, append(before, edgesWithEmptyLunes(dist, n)...), edges)
	require.Greater(t, len(edges), 400)
	tree, err := r.SpanningTree(before, buffer, n)
	require.NoError(t, err)
	require.Equal(t, before[0], tree[0])
	require.True(t, slices.IsSortedFunc(tree[1:], compareEdges))
}

// More points than a block has threads, with chains of components that join in
// one round of the tree's algorithm.
func TestEdgesOfManyPoints(t *testing.T) {
	r := newRig(t, ptxsim.Options{Unchecked: true})
	const n = 1030
	line := cloud{"a line", 1, make([]float32, n)}
	at := float32(0)
	for i, p := range rand.New(rand.NewPCG(5, 6)).Perm(n) {
		at += 1 + float32(i)/n // gaps grow, so that each point's nearest is the one before
		line.x[p] = at
	}
	buffer, dist := r.distancesOf(line)
	tree, err := r.SpanningTree(nil, buffer, n)
	require.NoError(t, err)
	require.Len(t, tree, n-1)
	diagrams, err := new(ph.Engine).Rips(ph.Matrix32{N: n, Data: dist}, 0)
	require.NoError(t, err)
	for i, b := range diagrams[0].Finite() {
		require.Equal(t, b.DeathEdge, ph.Edge{U: tree[i].U, V: tree[i].V}, "death %d", i)
	}
	edges, err := r.EmptyLunes(nil, buffer, n)
	require.NoError(t, err)
	require.Equal(t, tree, edges) // a line has no loops
}

// A point that is nowhere shows in the tree.
func TestTreeShowsNaN(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		c := cloud{"with a bad point", 2, normals(9, 2*20)}
		c.x[13] = float32(bad)
		buffer, _ := r.distancesOf(c)
		tree, err := r.SpanningTree(nil, buffer, 20)
		require.NoError(t, err)
		require.Len(t, tree, 19)
		last := tree[18]
		require.Equal(t, int32(6), max(last.U, last.V))
		require.False(t, last.Length < math.MaxFloat32)
	}
}

// What finding edges costs for a batch: the tree reads the matrix in each round,
// the lunes most edges' first 32 points; a few hundred edges go to the host.
func TestEdgeTraffic(t *testing.T) {
	const n = 128
	r := newRig(t, ptxsim.Options{Unchecked: true})
	buffer, _ := r.distancesOf(cloud{"a batch", 784, normals(10, 784*n)})
	r.sim.ResetCounters()
	_, err := r.SpanningTree(nil, buffer, n)
	require.NoError(t, err)
	edges, err := r.EmptyLunes(nil, buffer, n)
	require.NoError(t, err)
	tree, lunes := r.sim.Counters("spanning_tree"), r.sim.Counters("empty_lunes")
	t.Logf("%d edges; tree: %d warp instructions, %d bytes; lunes: %d, %d", len(edges),
		tree.WarpInstructions(), tree.GlobalBytes(), lunes.WarpInstructions(), lunes.GlobalBytes())
	const rounds = 7 // the number of components is halved at least
	require.Less(t, tree.GlobalLoad.Bytes, int64(rounds*3*4*n*n))
	require.Less(t, lunes.GlobalLoad.Bytes, int64(n*n/2*2*2*128)) // two rows, hardly two pieces of each
}

// A device that has failed leaves the edges as they were, and says why.
func TestEdgesOfFailedDevice(t *testing.T) {
	const n = 50
	d, err := gpu.New(ptxsim.New(ptxsim.Options{Memory: 4 * n * n})) // no room for more
	require.NoError(t, err)
	dist := d.Alloc(n * n)
	d.Fill(dist, 1)
	before := []kernels.Edge{{Length: 7}}
	for _, find := range []func([]kernels.Edge, kernels.Buffer, int) ([]kernels.Edge, error){d.SpanningTree, d.EmptyLunes} {
		edges, err := find(before, dist, n)
		require.ErrorIs(t, err, gpu.ErrOutOfMemory)
		require.Equal(t, before, edges)
	}
	require.ErrorIs(t, d.Close(), gpu.ErrOutOfMemory)
}
