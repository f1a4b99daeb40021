package microkernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// tileKernels returns the micro-kernels with tiles that this machine has, by name.
func tileKernels() map[string]*Kernels {
	all := map[string]*Kernels{}
	for name, k := range pairKernels() {
		if len(k.tiles) > 0 {
			all[name] = k
		}
	}
	return all
}

// TestAMXRuns fails if the processor and the system have AMX, but ForPairs returns other
// micro-kernels.
func TestAMXRuns(t *testing.T) {
	if simd.Best() < simd.AMX {
		t.Skip("this machine has no AMX")
	}
	require.NoError(t, simd.PermitTiles())
	require.NotEmpty(t, ForPairs(simd.AMX).tiles)
	require.Contains(t, tileKernels(), "amx")
}

// TestTiles compares the micro-kernels with tiles with sums of the same order in plain Go, bit
// by bit: for numbers of runs, gaps and rows that products and convolutions rarely have. It
// computes several panels from one packing of A, and checks that the memory around C is
// unchanged, and that memory beyond the operands, which is NaN, has no influence.
func TestTiles(t *testing.T) {
	for name, g := range tileKernels() {
		t.Run(name, func(t *testing.T) {
			rng, space := rand.New(rand.NewPCG(5, 6)), Space{}
			for range 200 {
				testTiles(t, rng, g, &space)
			}
		})
	}
}

// pairsOf returns n pairs of Gaussian values.
func pairsOf(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = pairOf(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
	}
	return x
}

func testTiles(t *testing.T, rng *rand.Rand, g *Kernels, space *Space) {
	nan := float32(math.NaN())
	for _, x := range [][]float32{space.a, space.b, space.sums} { // what the call before left
		for i := range x {
			x[i] = nan
		}
	}
	rows, runs, run, gap := 1+rng.IntN(70), 1+rng.IntN(4), 1+rng.IntN(40), rng.IntN(5)
	words := runs * run
	lda := runs*(run+gap) + rng.IntN(4)
	a := pairsOf(rng, rows*lda+1)[1:]
	for i := range a { // gaps, and what follows the last run
		if at := i % lda; at >= runs*(run+gap) || at%(run+gap) >= run {
			a[i] = nan
		}
	}
	call := Call{A: &a[0], Runs: runs, Run: run, Gap: gap, Space: space}
	RowOffsets(&call.AOffsets, rows, 4*lda)
	rng.Shuffle(rows, func(i, j int) {
		call.AOffsets[i], call.AOffsets[j] = call.AOffsets[j], call.AOffsets[i]
	})
	for range 2 {
		kind := rng.IntN(len(g.Vectors))
		width := g.Vectors[kind] * g.Lanes
		ldb, ldc := width+rng.IntN(3), width+rng.IntN(3)
		b := append(pairsOf(rng, words*ldb), slices.Repeat([]float32{nan}, 16*ldb)...)
		for i := range b {
			if i%ldb >= width {
				b[i] = nan
			}
		}
		call.B, call.LDB, call.BOffsets = &b[0], 4*ldb, nil
		order := rng.Perm(words)
		if rng.IntN(2) == 0 {
			for _, k := range order {
				call.BOffsets = append(call.BOffsets, 4*k*ldb)
			}
		} else {
			slices.Sort(order)
		}
		bias, c := normals(rng, width), normals(rng, rows*ldc+3)[3:]
		want := slices.Clone(c)
		call.Mode, call.Bias, call.C = rng.IntN(4), nil, &c[0]
		if rng.IntN(2) == 0 {
			call.Bias = &bias[0]
		}
		RowOffsets(&call.COffsets, rows, 4*ldc)
		g.Run(rows, kind, &call)
		for i := range rows {
			rowA := call.AOffsets[i] / 4
			for j := range width {
				sum := float32(0)
				for k := 0; k < words; k += 16 {
					var even, odd float32
					for q := k; q < min(k+16, words); q++ {
						x, y := halves(a[rowA+q/run*(run+gap)+q%run]), halves(b[order[q]*ldb+j])
						even += x[0] * y[0]
						odd += x[1] * y[1]
					}
					sum += even + odd
				}
				if call.Bias != nil {
					sum += bias[j]
				}
				if call.Mode&Accumulate != 0 {
					sum += want[i*ldc+j]
				}
				if call.Mode&Rectify != 0 {
					sum = max(sum, 0)
				}
				want[i*ldc+j] = sum
			}
		}
		for i := range want {
			if want[i] != c[i] { // require.Equal would compare NaN, and formats even equal values
				require.Equal(t, want[i], c[i], "%d rows of %d columns, %d runs of %d, gap %d, mode %d, bias %t, listed %t: element %d, %d", rows, width, runs, run, gap, call.Mode, call.Bias != nil, call.BOffsets != nil, i/ldc, i%ldc)
			}
		}
	}
}
