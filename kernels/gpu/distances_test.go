package gpu_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// written returns a new buffer with the given values.
func (r *rig) written(values []float32) kernels.Buffer {
	b := r.Alloc(len(values))
	r.Write(b, values)
	return b
}

// values returns the elements of a buffer.
func (r *rig) values(b kernels.Buffer) []float32 {
	v := make([]float32, b.Len())
	require.NoError(r.t, r.Read(v, b))
	return v
}

// normals returns n Gaussian values, which seed decides.
func normals(seed uint64, n int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// distanceOf returns the distance between rows i and j of x.
func distanceOf(x []float32, d, i, j int) float64 {
	var s float64
	for k := range d {
		diff := float64(x[i*d+k]) - float64(x[j*d+k])
		s += diff * diff
	}
	return math.Sqrt(s)
}

// Distances are correct for numbers of points and coordinates just below, at and just above
// multiples of a tile and of a step, for both tile sizes.
func TestDistancesOfAnySize(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	for _, size := range [][2]int{{1, 5}, {16, 64}, {17, 65}, {31, 1027}, {48, 63}, {96, 33}, {130, 3}, {512, 2}, {521, 37}, {544, 31}} {
		n, d := size[0], size[1]
		t.Run(fmt.Sprintf("%dx%d", n, d), func(t *testing.T) {
			x := normals(1, n*d)
			dst := r.Alloc(n * n)
			r.Distances(dst, r.written(x), n, d)
			got := r.values(dst)
			for i := range n {
				require.Zero(t, got[i*n+i])
				for j := range i {
					require.Equal(t, got[i*n+j], got[j*n+i])
					require.InEpsilon(t, distanceOf(x, d, i, j), got[i*n+j], 1e-6)
				}
			}
			r.Free(dst)
		})
	}
}

// A distance has the same bits with either tile size.
func TestDistancesDoNotDependOnTiles(t *testing.T) {
	r := newRig(t, ptxsim.Options{Unchecked: true})
	const many, few, d = 520, 40, 133
	x := r.written(normals(2, many*d))
	large, small := r.Alloc(many*many), r.Alloc(few*few)
	r.Distances(large, x, many, d)
	r.Distances(small, x.Slice(0, few*d), few, d)
	a, b := r.values(large), r.values(small)
	for i := range few {
		require.Equal(t, b[i*few:(i+1)*few], a[i*many:i*many+few])
	}
}

// A NaN coordinate makes all distances of its point NaN, and no others.
func TestDistancesToNaN(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	const n, d, bad = 20, 70, 13
	x := normals(3, n*d)
	x[bad*d+69] = float32(math.NaN())
	dst := r.Alloc(n * n)
	r.Distances(dst, r.written(x), n, d)
	for k, v := range r.values(dst) {
		i, j := k/n, k%n
		require.Equal(t, i != j && (i == bad || j == bad), v != v, "distance %d–%d is %v", i, j, v)
	}
}

// The caller may change slices as soon as a call returns, though kernels run later.
func TestSlicesMayBeReused(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	one := r.written([]float32{1})
	x := r.written([]float32{0, 3, 7, 15})
	dx, picked, sums := r.Alloc(4), r.Alloc(3), r.written(make([]float32, 4))
	pairs := []kernels.Pair{{U: 0, V: 1, Coef: 2}, {U: 3, V: 1, Coef: 5}}
	r.PairsGrad(dx, x, 4, 1, pairs, one, kernels.Overwrite)
	clear(pairs)
	index := []int32{3, 3, 1}
	r.GatherRows(picked, x, 1, index)
	clear(index)
	copy(index, []int32{2, 0, 2})
	r.ScatterRows(sums, picked, 1, index)
	clear(index)
	require.Equal(t, []float32{-2, 2 - 5, 0, 5}, r.values(dx))
	require.Equal(t, []float32{15, 15, 3}, r.values(picked))
	require.Equal(t, []float32{15, 0, 18, 0}, r.values(sums))
}

// Additions to one row happen in ascending order, for any number of them.
func TestAdditionsAreInOrder(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	for _, n := range []int{31, 32, 33, 70} {
		values := normals(uint64(n), n)
		want := float32(0.25)
		for _, v := range values {
			want += v
		}
		sum := r.written([]float32{0.25})
		r.ScatterRows(sum, r.written(values), 1, make([]int32, n))
		require.Equal(t, want, r.values(sum)[0])
	}
}

// The distance kernels move as many bytes, and do as many multiply-adds, as their tiles
// imply. The points are a batch of images. A row has 784 words and fills whole sectors of
// 32 bytes, so the kernels use every byte that memory delivers.
func TestDistanceTraffic(t *testing.T) {
	const n, d = 128, 784
	const words, matrix = n * d, n * n
	r := newRig(t, ptxsim.Options{Unchecked: true})
	x, dx, g, dist, one := r.written(normals(4, words)), r.Alloc(words), r.ones(matrix), r.Alloc(matrix), r.ones(1)
	counted := func(call func()) ptxsim.Counters {
		require.NoError(t, r.Sync())
		r.sim.ResetCounters()
		call()
		require.NoError(t, r.Sync())
		return r.sim.Counters("")
	}

	t.Run("Distances", func(t *testing.T) {
		c := counted(func() { r.Distances(dist, x, n, d) })
		// 36 tiles of 16×16 load two sides of 16 points each.
		require.EqualValues(t, 36*2*16*d*4, c.GlobalLoad.Bytes)
		require.EqualValues(t, c.GlobalLoad.Bytes, 32*c.GlobalLoad.Sectors)
		require.EqualValues(t, matrix*4, c.GlobalStore.Bytes)
		require.EqualValues(t, matrix*4, 32*c.GlobalStore.Sectors)
		// Tiles on the diagonal compute both copies of each distance.
		require.EqualValues(t, 36*16*16*d, c.Threads[ptxsim.FMA])
		loop, ok := r.sim.CountersBetween("distances_16", "step", "add_up")
		require.True(t, ok)
		require.Zero(t, loop.Shared.Conflicts)
		t.Logf("subtractions and multiply-adds are %.2f of the loop's arithmetic; %.2f wavefronts for each multiply-add of a warp",
			float64(2*loop.Warps[ptxsim.FMA])/float64(loop.Arithmetic()), float64(loop.Shared.Wavefronts)/float64(loop.Warps[ptxsim.FMA]))
		require.Less(t, float64(c.Shared.Conflicts), 0.02*float64(c.Shared.Wavefronts))
	})
	t.Run("DistancesGrad", func(t *testing.T) {
		c := counted(func() { r.DistancesGrad(dx, g, x, dist, n, d, kernels.Overwrite) })
		require.EqualValues(t, matrix*4+words*4, c.GlobalStore.Bytes)
		require.EqualValues(t, c.GlobalStore.Bytes, 32*c.GlobalStore.Sectors)
		require.Zero(t, c.Shared.Conflicts)
		// distance_weights loads g twice and the distances once. In distances_grad each of
		// 4 bands of 32 points loads all points and its own points; each of 25 bands of 32
		// coordinates loads all weights.
		require.EqualValues(t, 4*(3*matrix+4*words+words+25*matrix), 32*c.GlobalLoad.Sectors)
	})
	t.Run("PairsGrad", func(t *testing.T) {
		var pairs []kernels.Pair
		for v := 1; v < n; v++ {
			pairs = append(pairs, kernels.Pair{U: int32(v / 2), V: int32(v), Coef: 1})
		}
		c := counted(func() { r.PairsGrad(dx, x, n, d, pairs, one, kernels.Overwrite) })
		// pair_weights loads both rows of each pair. pair_rows loads each row once, and the
		// other row of each pair for both of its points; it stores dx once. The rest are
		// lists, loaded by 7 warps for each row.
		least := int64(4 * (2*len(pairs)*d + words + 2*len(pairs)*d + words))
		moved := c.GlobalBytes()
		t.Logf("%d bytes for %d pairs, at least %d: %.3f", moved, len(pairs), least, float64(moved)/float64(least))
		require.GreaterOrEqual(t, moved, least)
		require.Less(t, float64(moved), 1.15*float64(least))
		require.EqualValues(t, words*4, 32*(c.GlobalStore.Sectors-int64(len(pairs)))) // each weight occupies a sector
	})
}
