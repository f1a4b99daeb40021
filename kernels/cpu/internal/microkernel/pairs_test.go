package microkernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// pairKernels returns the micro-kernels for pairs of bfloat16 numbers that this machine has, by the name of their
// instruction set, and those with tiles in plain Go.
func pairKernels() map[string]*Kernels {
	all := map[string]*Kernels{"plain tiles": PlainTiles()}
	for set := simd.AVX512; set <= simd.Best(); set++ {
		if k := ForPairs(set); k != nil {
			all[set.String()] = k
		}
	}
	return all
}

// TestPairing compares the loops that make pairs with their versions in plain Go, for random
// sizes and special values, and checks that the memory around the pairs is unchanged.
func TestPairing(t *testing.T) {
	for name, k := range pairKernels() {
		t.Run(name, func(t *testing.T) { testPairing(t, k) })
	}
}

func testPairing(t *testing.T, k *Kernels) {
	rng := rand.New(rand.NewPCG(1, 2))
	special := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), math.MaxFloat32, 0x1.01p0, 0x1.03p0, 0x1.02ffp0, -0x1.01p0, 0x1p-126}
	for range 500 {
		rows, n := 1+rng.IntN(5), 1+rng.IntN(100)
		lds, ldd := n+rng.IntN(4), n+rng.IntN(4)
		x, y := normals(rng, rows*lds), normals(rng, rows*lds)
		for range 5 {
			x[rng.IntN(len(x))], y[rng.IntN(len(y))] = special[rng.IntN(len(special))], special[rng.IntN(len(special))]
		}
		before := normals(rng, rows*ldd+1)[1:]
		want, got := slices.Clone(before), slices.Clone(before)
		pairRunsPlain(&want[0], 4*ldd, &x[0], 4*lds, rows, n)
		k.PairRuns(got, ldd, x, lds, rows, n)
		requireSamePairs(t, want, got, "neighbors, %d rows of %d", rows, n)
		pairRowsPlain(&want[0], 4*ldd, &x[0], &y[0], 4*lds, rows, n)
		k.PairRows(got, ldd, x, y, lds, rows, n)
		requireSamePairs(t, want, got, "%d rows of %d", rows, n)
	}
	got := make([]float32, 1)
	k.PairRows(got, 1, []float32{float32(math.NaN())}, []float32{1}, 1, 1, 1)
	require.True(t, math.IsNaN(float64(halves(got[0])[0])))
}

func requireSamePairs(t *testing.T, want, got []float32, format string, arguments ...any) {
	t.Helper()
	for i := range want {
		require.Equal(t, math.Float32bits(want[i]), math.Float32bits(got[i]), "%s: element %d", fmt.Sprintf(format, arguments...), i)
	}
}

// halves returns the two numbers of a pair.
func halves(pair float32) [2]float32 {
	b := math.Float32bits(pair)
	return [2]float32{math.Float32frombits(b << 16), math.Float32frombits(b &^ 0xffff)}
}

// TestPairsSumBothProducts multiplies matrices of pairs by each micro-kernel, and compares the
// results with sums in float64.
func TestPairsSumBothProducts(t *testing.T) {
	for name, g := range pairKernels() {
		t.Run(name, func(t *testing.T) { testPairSums(t, g) })
	}
}

func testPairSums(t *testing.T, g *Kernels) {
	rng, space := rand.New(rand.NewPCG(3, 4)), Space{}
	for range 300 {
		kind := rng.IntN(len(g.Vectors))
		width := g.Vectors[kind] * g.Lanes
		rows, depth := 1+rng.IntN(70), 1+rng.IntN(90)
		words := PairWords(depth)
		x, y := normals(rng, rows*depth), normals(rng, 2*words*width)
		a, b, c := make([]float32, rows*words), make([]float32, words*width), normals(rng, rows*width)
		bias, before := normals(rng, width), slices.Clone(c)
		g.PairRuns(a, words, x, depth, rows, depth)
		g.PairRows(b, width, y, y[width:], 2*width, words, width)
		call := Call{A: &a[0], B: &b[0], C: &c[0], Bias: &bias[0], Runs: 1, Run: words, LDB: 4 * width, Mode: rng.IntN(4), Space: &space}
		RowOffsets(&call.AOffsets, rows, 4*words)
		RowOffsets(&call.COffsets, rows, 4*width)
		g.Run(rows, kind, &call)
		for i := range rows {
			for j := range width {
				sum, scale := 0.0, 0.0
				add := func(v float64) { sum, scale = sum+v, scale+math.Abs(v) }
				add(float64(bias[j]))
				for k := range depth {
					add(float64(kernels.RoundBFloat16(x[i*depth+k])) * float64(kernels.RoundBFloat16(y[k*width+j])))
				}
				if call.Mode&Accumulate != 0 {
					add(float64(before[i*width+j]))
				}
				if call.Mode&Rectify != 0 {
					sum = max(sum, 0)
				}
				require.InDelta(t, sum, c[i*width+j], scale*float64(2*words+2)*0x1p-24, "%d rows of %d columns, %d values of k, mode %d: row %d, column %d", rows, width, depth, call.Mode, i, j)
			}
		}
	}
}
