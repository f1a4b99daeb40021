package microkernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// available returns the micro-kernels of each instruction set that this machine has, by the
// name of the set.
func available() map[string]*Kernels {
	all := make(map[string]*Kernels)
	for set := simd.Plain; set <= simd.Best(); set++ {
		all[set.String()] = For(set)
	}
	return all
}

func normals(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func TestTileRowsCoverAllRows(t *testing.T) {
	for n := 1; n < 200; n++ {
		six, four := tileRows(n)
		superfluous := 6*six + 4*four - n
		require.GreaterOrEqual(t, superfluous, 0, "%d rows", n)
		require.LessOrEqual(t, superfluous, Spare, "%d rows", n)
		if n >= 4 {
			require.Equal(t, n%2, superfluous, "%d rows", n)
		}
	}
}

func TestPanelsCoverAllColumns(t *testing.T) {
	for set, g := range tables {
		for n := 1; n < 300; n++ {
			left := n
			for left > 0 {
				kind, width := g.Panel(left)
				require.Equal(t, g.Vectors[kind]*g.Lanes, width)
				require.Less(t, width, left+g.Lanes, "%v, %d columns left", simd.Set(set), left)
				left -= width
			}
			require.Equal(t, n-left, g.PaddedWidth(n))
		}
	}
}

// TestKernels compares every micro-kernel with sums in float64, for numbers of runs, gaps and
// rows that products and convolutions rarely have. It checks that the memory around C is
// unchanged.
func TestKernels(t *testing.T) {
	for name, g := range available() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			for range 400 {
				testKernel(t, rng, g)
			}
		})
	}
}

func testKernel(t *testing.T, rng *rand.Rand, g *Kernels) {
	kind := rng.IntN(len(g.Vectors))
	width := g.Vectors[kind] * g.Lanes
	rows, runs, run, gap := 1+rng.IntN(23), 1+rng.IntN(4), 1+rng.IntN(11), rng.IntN(5)
	lda, ldb, ldc := runs*(run+gap)+rng.IntN(4), width+rng.IntN(3), width+rng.IntN(3)
	// Slices begin at odd elements, so that no row is aligned.
	a, b := normals(rng, rows*lda+1)[1:], normals(rng, runs*run*ldb+1)[1:]
	bias, c := normals(rng, width), normals(rng, rows*ldc+3)[3:]
	before := append([]float32(nil), c...)
	call := Call{A: &a[0], B: &b[0], C: &c[0], Runs: runs, Run: run, Gap: gap, Mode: rng.IntN(4)}
	RowOffsets(&call.AOffsets, rows, 4*lda)
	RowOffsets(&call.COffsets, rows, 4*ldc)
	rowB := make([]int, runs*run) // index in b of each row of B
	for k := range rowB {
		rowB[k] = k * ldb
	}
	listed := rng.IntN(2) == 0
	if !listed {
		call.LDB = 4 * ldb
	} else {
		rng.Shuffle(len(rowB), func(i, j int) { rowB[i], rowB[j] = rowB[j], rowB[i] })
		for _, offset := range rowB {
			call.BOffsets = append(call.BOffsets, 4*offset)
		}
	}
	if rng.IntN(2) == 0 {
		call.Bias = &bias[0]
	}
	g.Run(rows, kind, &call)

	what := fmt.Sprintf("%d rows of %d columns, %d runs of %d, gap %d, mode %d, bias %t, listed %t", rows, width, runs, run, gap, call.Mode, call.Bias != nil, listed)
	for i := range rows {
		for j := range ldc {
			at := i*ldc + j
			if at >= len(c) {
				break
			}
			if j >= width {
				require.Equal(t, before[at], c[at], "%s: written beyond row %d", what, i)
				continue
			}
			sum, scale := 0.0, 0.0
			add := func(v float64) { sum, scale = sum+v, scale+math.Abs(v) }
			if call.Bias != nil {
				add(float64(bias[j]))
			}
			for r := range runs {
				for k := range run {
					add(float64(a[i*lda+r*(run+gap)+k]) * float64(b[rowB[r*run+k]+j]))
				}
			}
			if call.Mode&Accumulate != 0 {
				add(float64(before[at]))
			}
			if call.Mode&Rectify != 0 {
				sum = max(sum, 0)
			}
			require.InDelta(t, sum, c[at], scale*float64(runs*run+2)*0x1p-24, "%s: row %d, column %d", what, i, j)
		}
	}
}

// TestRectifyKeepsNaN checks that the mode Rectify does not replace a NaN by 0.
func TestRectifyKeepsNaN(t *testing.T) {
	for name, g := range available() {
		for kind, vectors := range g.Vectors {
			width := vectors * g.Lanes
			a, b, c := []float32{float32(math.NaN()), 1, -1, 0, 1, -1}, make([]float32, width), make([]float32, 6*width)
			for j := range b {
				b[j] = 1
			}
			call := Call{A: &a[0], B: &b[0], C: &c[0], Runs: 1, Run: 1, LDB: 4 * width, Mode: Rectify}
			RowOffsets(&call.AOffsets, 6, 4)
			RowOffsets(&call.COffsets, 6, 4*width)
			g.Run(6, kind, &call)
			for j := range width {
				require.True(t, math.IsNaN(float64(c[j])), "%s, %d columns: NaN becomes %v", name, width, c[j])
				require.Equal(t, []float32{1, 0}, []float32{c[width+j], c[2*width+j]})
			}
		}
	}
}
