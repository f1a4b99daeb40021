package gpu_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/kernels/rips"
	"github.com/topogen/topogen/ph"
)

// A cloud is a list of points, row after row.
type cloud struct {
	name string
	dim  int
	x    []float32
}

func (c cloud) size() int { return len(c.x) / c.dim }

// clouds returns clouds with distinct distances, and clouds with many equal ones.
func clouds() (generic, tied []cloud) {
	for _, n := range []int{1, 2, 3, 5, 31, 32, 33, 64, 100, 130} {
		generic = append(generic,
			cloud{fmt.Sprintf("%d in the plane", n), 2, normals(uint64(n), 2*n)},
			cloud{fmt.Sprintf("%d in 40 dimensions", n), 40, normals(uint64(n), 40*n)})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, side := range []int{1, 2, 3, 6} { // points of a lattice, some of them equal
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

// distancesOf returns a cloud's distance matrix, on the device and on the host.
func (r *rig) distancesOf(c cloud) (kernels.Buffer, []float32) {
	n := c.size()
	x, dist := r.written(c.x), r.Alloc(n*n)
	r.Distances(dist, x, n, c.dim)
	r.Free(x)
	return dist, r.values(dist)
}

// The edges of the device's spanning tree are those that end the classes of degree 0.
func TestTreeIsDegreeZero(t *testing.T) {
	generic, tied := clouds()
	for _, reverse := range []bool{false, true} {
		r := newRig(t, ptxsim.Options{Reverse: reverse})
		for _, c := range slices.Concat(generic, tied) {
			t.Run(fmt.Sprintf("%s, reverse %v", c.name, reverse), func(t *testing.T) {
				n := c.size()
				buffer, dist := r.distancesOf(c)
				defer r.Free(buffer)
				diagrams, err := new(ph.Engine).Rips(t.Context(), ph.Matrix32{N: n, Data: dist}, 0)
				require.NoError(t, err)
				tree, err := r.SpanningTree(nil, buffer, n)
				require.NoError(t, err)
				require.Len(t, tree, n-1)
				for i, b := range diagrams[0].Finite() {
					require.Equal(t, b.Death, float64(tree[i].Length), "death %d", i)
					require.Equal(t, b.DeathCell, ph.Cell{U: tree[i].U, V: tree[i].V}, "death %d", i)
				}
			})
		}
	}
}

// The spanning tree is correct with more points than a block has threads, and where long
// chains of components merge in one round of Borůvka's algorithm.
func TestEdgesOfManyPoints(t *testing.T) {
	r := newRig(t, ptxsim.Options{Unchecked: true})
	const n = 1030
	line := cloud{"a line", 1, make([]float32, n)}
	at := float32(0)
	for i, p := range rand.New(rand.NewPCG(5, 6)).Perm(n) {
		at += 1 + float32(i)/n // gaps grow, so the nearest point of each is the previous one
		line.x[p] = at
	}
	buffer, dist := r.distancesOf(line)
	tree, err := r.SpanningTree(nil, buffer, n)
	require.NoError(t, err)
	require.Len(t, tree, n-1)
	diagrams, err := new(ph.Engine).Rips(t.Context(), ph.Matrix32{N: n, Data: dist}, 0)
	require.NoError(t, err)
	for i, b := range diagrams[0].Finite() {
		require.Equal(t, b.DeathCell, ph.Cell{U: tree[i].U, V: tree[i].V}, "death %d", i)
	}
}

// A point with a NaN or infinite coordinate gives the tree an edge that is not finite.
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

// For a batch of images, each round of the spanning tree reads the matrix once, and at most
// two further words for each distance.
func TestTreeTraffic(t *testing.T) {
	const n = 128
	r := newRig(t, ptxsim.Options{Unchecked: true})
	buffer, _ := r.distancesOf(cloud{"a batch", 784, normals(10, 784*n)})
	r.sim.ResetCounters()
	_, err := r.SpanningTree(nil, buffer, n)
	require.NoError(t, err)
	tree := r.sim.Counters("spanning_tree")
	t.Logf("%d warp instructions, %d bytes", tree.WarpInstructions(), tree.GlobalBytes())
	const rounds = 7 // each round at least halves the number of components
	require.Less(t, tree.GlobalLoad.Bytes, int64(rounds*3*4*n*n))
}

// On a device that has failed, SpanningTree and Lunes return the slice that they were to
// append to, unchanged, and the device's error.
func TestEdgesOfFailedDevice(t *testing.T) {
	const n = 50
	d, err := gpu.New(ptxsim.New(ptxsim.Options{Memory: 4 * n * n})) // enough for the distances alone
	require.NoError(t, err)
	dist := d.Alloc(n * n)
	d.Fill(dist, 1)
	edges, err := d.SpanningTree([]rips.Edge{{Length: 7}}, dist, n)
	require.ErrorIs(t, err, gpu.ErrOutOfMemory)
	require.Equal(t, []rips.Edge{{Length: 7}}, edges)
	lunes, err := d.Lunes([]rips.Lune{{Apex: 7}}, dist, n)
	require.ErrorIs(t, err, gpu.ErrOutOfMemory)
	require.Equal(t, []rips.Lune{{Apex: 7}}, lunes)
	require.ErrorIs(t, d.Close(), gpu.ErrOutOfMemory)
}
