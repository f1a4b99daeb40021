package gpu_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/kernels/rips"
	"github.com/topogen/topogen/ph"
)

// The device lists exactly the lunes that rips.Device defines, whether the simulator runs
// the warps of a block in ascending or descending order. From the list, package ph computes
// the same bars, with the same edges, as from the whole distance matrix.
func TestLunes(t *testing.T) {
	generic, tied := clouds()
	for _, reverse := range []bool{false, true} {
		r := newRig(t, ptxsim.Options{Reverse: reverse})
		for _, c := range slices.Concat(generic, tied) {
			t.Run(fmt.Sprintf("%s, reverse %v", c.name, reverse), func(t *testing.T) {
				buffer, dist := r.distancesOf(c)
				defer r.Free(buffer)
				lunes, err := r.Lunes(nil, buffer, c.size())
				require.NoError(t, err)
				require.Equal(t, kerneltest.Lunes(dist, c.size()), lunes)

				var e, f ph.Engine
				want, err := e.Rips(t.Context(), ph.Matrix32{N: c.size(), Data: dist}, 1)
				require.NoError(t, err)
				var known []ph.Lune
				for _, l := range lunes {
					known = append(known, ph.Lune{Edge: ph.Cell{U: l.U, V: l.V}, Length: l.Length, Apex: l.Apex, Other: l.Other})
				}
				got, err := f.Lunes(t.Context(), c.size(), known)
				require.NoError(t, err)
				for degree, d := range want {
					require.True(t, slices.Equal(d.Bars, got[degree].Bars), "degree %d", degree)
				}
			})
		}
	}
}

// Lunes retries if the list overflows its first capacity. The points form three groups, and
// every distance between groups is less than any distance within a group. So each lune is
// empty, or each of its points is a component of its own, which gives many records. With 61
// points the kernel lunes overflows the list, with 44 the kernel reach.
func TestManyLunes(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	for _, n := range []int{44, 61} {
		dist := make([]float32, n*n)
		rng := rand.New(rand.NewPCG(3, 2))
		for i := range n {
			for j := range i {
				d := 1 + 0.5*rng.Float32()
				if i%3 == j%3 {
					d++
				}
				dist[i*n+j], dist[j*n+i] = d, d
			}
		}
		want := kerneltest.Lunes(dist, n)
		before := []rips.Lune{{Apex: 7}}
		r.sim.ResetCounters()
		lunes, err := r.Lunes(before, r.written(dist), n)
		require.NoError(t, err)
		require.Equal(t, append(before, want...), lunes)
		require.EqualValues(t, 2, r.sim.Counters("lunes").Launches)
		const most = 64
		require.Greater(t, len(want), most*n)
		found := slices.DeleteFunc(slices.Clone(want), func(l rips.Lune) bool { return l.Apex >= 0 && l.Other < 0 })
		require.Equal(t, n == 44, len(found) <= most*n)
	}
}

// A late GPU is a simulated GPU on which the number of records in the list starts just
// below 2³² instead of at 0.
type late struct{ *ptxsim.GPU }

func (l late) Fill(s gpu.Stream, dst gpu.Pointer, word uint32, count int) error {
	if err := l.GPU.Fill(s, dst, word, count); err != nil {
		return err
	}
	return l.GPU.Fill(s, dst, math.MaxUint32-1, 1)
}

// The lunes of some thousand points can have more than 2³² components. Lunes then returns
// an error rather than an incomplete list.
func TestMoreLunesThanAWordCounts(t *testing.T) {
	d, err := gpu.New(late{ptxsim.New(ptxsim.Options{})})
	require.NoError(t, err)
	const n = 8
	dist := d.Alloc(n * n)
	values := make([]float32, n*n)
	for i := range n {
		for j := range n {
			values[i*n+j] = float32(max(i, j) - min(i, j))
		}
	}
	d.Write(dist, values)
	_, err = d.Lunes(nil, dist, n)
	require.ErrorContains(t, err, "a buffer holds")
	require.Error(t, d.Close())
}

// A few is a simulated GPU that runs the kernel lunes only for the edges among the first
// points, and does not run the kernel reach. Simulating them in full would take minutes.
type few struct {
	*ptxsim.GPU
	points int
}

func (f few) Launch(s gpu.Stream, k gpu.Kernel, grid, block gpu.Dim, sharedBytes int, args []gpu.Arg) error {
	switch k.Name() {
	case "lunes":
		grid.Y = f.points
	case "reach":
		return nil
	}
	return f.GPU.Launch(s, k, grid, block, sharedBytes, args)
}

// Lunes are correct with more than 1024 points, where a lane of the kernel lunes owns
// several words of a bit set.
func TestLunesOfManyPoints(t *testing.T) {
	const n, looked = 2100, 12
	d, err := gpu.New(few{ptxsim.New(ptxsim.Options{}), looked})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(7, 8))
	dist := make([]float32, n*n)
	for i := range n {
		for j := range i {
			v := 1 + rng.Float32() // random distances, of which few are short
			if j < looked {
				v = 2 + rng.Float32()
				if rng.IntN(100) == 0 {
					v = 1 + rng.Float32()
				}
			} else if rng.IntN(200) != 0 {
				v += 3
			}
			dist[i*n+j], dist[j*n+i] = v, v
		}
	}
	buffer := d.Alloc(n * n)
	d.Write(buffer, dist)
	got, err := d.Lunes(nil, buffer, n)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	want := kerneltest.DisconnectedLunes(dist, n, looked)
	require.Equal(t, want, got)
	far := 0
	for _, l := range want {
		if l.Apex >= 1024 && l.Other >= 0 {
			far++
		}
	}
	require.Greater(t, far, 20)
}

// The kernels terminate for any matrix, even one that holds no distances. A point with a
// NaN or infinite coordinate shows in the last edge of the list.
func TestLunesOfNoDistances(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
	const n = 40
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, bad := range map[string][]float32{
		"NaN": {nan}, "infinite": {inf}, "huge": {math.MaxFloat32}, "negative": {-1, -inf, -nan},
		"all of these": {nan, inf, -inf, math.MaxFloat32, -1, 0, float32(math.Copysign(0, -1)), 1e-45},
	} {
		for _, share := range []int{1, 2, 20, n * n} {
			rng := rand.New(rand.NewPCG(11, uint64(share)))
			dist := make([]float32, n*n)
			for i := range n {
				for j := range i {
					v := rng.Float32()
					if rng.IntN(share) == 0 {
						v = bad[rng.IntN(len(bad))]
					}
					dist[i*n+j], dist[j*n+i] = v, v
				}
			}
			_, err := r.Lunes(nil, r.written(dist), n)
			require.NoError(t, err, name)
		}
	}
	for _, bad := range []float32{nan, inf, -inf} {
		c := cloud{"with a bad point", 2, normals(9, 2*n)}
		c.x[13] = bad
		buffer, _ := r.distancesOf(c)
		lunes, err := r.Lunes(nil, buffer, n)
		require.NoError(t, err)
		last := lunes[len(lunes)-1]
		require.False(t, last.Length < math.MaxFloat32)
		require.Contains(t, []int32{last.U, last.V}, int32(6))
	}
}

// For a batch of images, the kernel lunes reads fewer than four matrix rows for each edge:
// about two to find the lune, and one or two to search it. One copy brings the whole list, a
// small part of all edges, to the host.
func TestLunesOfImages(t *testing.T) {
	const n, dim = 128, 784
	var chosen map[string][]int
	golden.Read(t, &chosen, "bench", "images.json")
	r := newRig(t, ptxsim.Options{Unchecked: true})
	buffer, dist := r.distancesOf(cloud{"images", dim, golden.Pixels(golden.Images(t), chosen["img128"])})
	r.sim.ResetCounters()
	lunes, err := r.Lunes(nil, buffer, n)
	require.NoError(t, err)
	require.Equal(t, kerneltest.Lunes(dist, n), lunes)
	require.Less(t, len(lunes), 4*n, "more records than the first copy brings")
	find, reach := r.sim.Counters("lunes"), r.sim.Counters("reach")
	t.Logf("%d of %d edges; lunes: %d warp instructions, %d bytes; reach: %d, %d", len(lunes), n*(n-1)/2,
		find.WarpInstructions(), find.GlobalBytes(), reach.WarpInstructions(), reach.GlobalBytes())
	require.Less(t, find.GlobalLoad.Bytes, int64(n*(n-1)/2*4*4*n))
}

// A still driver, once on, ignores launches and fills. Every transfer then brings the bytes of
// the last one before.
type still struct {
	gpu.Driver
	on     bool
	copied gpu.Transfer
}

func (s *still) Fill(stream gpu.Stream, dst gpu.Pointer, word uint32, count int) error {
	if s.on {
		return nil
	}
	return s.Driver.Fill(stream, dst, word, count)
}

func (s *still) Launch(stream gpu.Stream, k gpu.Kernel, grid, block gpu.Dim, sharedBytes int, args []gpu.Arg) error {
	if s.on {
		return nil
	}
	return s.Driver.Launch(stream, k, grid, block, sharedBytes, args)
}

func (s *still) StartCopyOut(stream gpu.Stream, src gpu.Pointer, size int) (t gpu.Transfer, err error) {
	if !s.on {
		t, err = s.Driver.StartCopyOut(stream, src, size)
		s.copied = kept{t}
	}
	return s.copied, err
}

// A kept transfer keeps its bytes after Done.
type kept struct{ gpu.Transfer }

func (kept) Done() {}

func TestLunesAllocateNothingWhenUsedAgain(t *testing.T) {
	driver := &still{Driver: ptxsim.New(ptxsim.Options{})}
	d, err := gpu.New(driver)
	require.NoError(t, err)
	const n = 60
	x, dist := d.Alloc(2*n), d.Alloc(n*n)
	d.Write(x, normals(3, 2*n))
	d.Distances(dist, x, n, 2)
	want, err := d.Lunes(nil, dist, n)
	require.NoError(t, err)
	driver.on = true
	got := slices.Clone(want)
	require.Zero(t, testing.AllocsPerRun(10, func() { got, _ = d.Lunes(got[:0], dist, n) }))
	require.Equal(t, want, got)
	require.NoError(t, d.Close())
}
