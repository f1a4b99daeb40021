package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// here returns the tilings that this machine can run, by name.
func here() map[string]*tiling {
	all := make(map[string]*tiling)
	for set := range available() + 1 {
		all[set.String()] = tilings[set]
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
		tooMany := 6*six + 4*four - n
		require.GreaterOrEqual(t, tooMany, 0, "%d rows", n)
		require.LessOrEqual(t, tooMany, spare, "%d rows", n)
		if n >= 4 {
			require.Equal(t, n%2, tooMany, "%d rows", n)
		}
	}
}

func TestPanelsCoverAllColumns(t *testing.T) {
	for set, g := range tilings {
		for n := 1; n < 300; n++ {
			left := n
			for left > 0 {
				kind, width := g.panel(left)
				require.Equal(t, g.vectors[kind]*g.lanes, width)
				require.Less(t, width, left+g.lanes, "%v, %d columns left", instructionSet(set), left)
				left -= width
			}
			require.Equal(t, n-left, g.covered(n))
		}
	}
}

// TestTiles compares every tile with sums in float64, for runs, gaps and rows
// that tests of whole products seldom meet, and looks at what lies around C.
func TestTiles(t *testing.T) {
	for name, g := range here() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			for range 400 {
				testTile(t, rng, g)
			}
		})
	}
}

func testTile(t *testing.T, rng *rand.Rand, g *tiling) {
	kind := rng.IntN(len(g.vectors))
	width := g.vectors[kind] * g.lanes
	rows, runs, run, gap := 1+rng.IntN(23), 1+rng.IntN(4), 1+rng.IntN(11), rng.IntN(5)
	lda, ldb, ldc := runs*(run+gap)+rng.IntN(4), width+rng.IntN(3), width+rng.IntN(3)
	// Odd beginnings, so that nothing is aligned.
	a, b := normals(rng, rows*lda+1)[1:], normals(rng, runs*run*ldb+1)[1:]
	bias, c := normals(rng, width), normals(rng, rows*ldc+3)[3:]
	before := append([]float32(nil), c...)
	call := tileCall{a: &a[0], b: &b[0], c: &c[0], runs: runs, run: run, gap: gap, mode: rng.IntN(4)}
	offsets(&call.aoff, rows, 4*lda)
	offsets(&call.coff, rows, 4*ldc)
	rowB := make([]int, runs*run) // in floats
	for k := range rowB {
		rowB[k] = k * ldb
	}
	listed := rng.IntN(2) == 0
	if !listed {
		call.ldb = 4 * ldb
	} else {
		rng.Shuffle(len(rowB), func(i, j int) { rowB[i], rowB[j] = rowB[j], rowB[i] })
		for _, offset := range rowB {
			call.boff = append(call.boff, 4*offset)
		}
	}
	if rng.IntN(2) == 0 {
		call.bias = &bias[0]
	}
	g.rows(rows, kind, &call)

	what := fmt.Sprintf("%d rows of %d columns, %d runs of %d, gap %d, mode %d, bias %t, listed %t", rows, width, runs, run, gap, call.mode, call.bias != nil, listed)
	for i := range rows {
		for j := range ldc {
			at := i*ldc + j
			if at >= len(c) {
				break
			}
			if j >= width {
				require.Equal(t, before[at], c[at], "%s: written behind row %d", what, i)
				continue
			}
			sum, scale := 0.0, 0.0
			add := func(v float64) { sum, scale = sum+v, scale+math.Abs(v) }
			if call.bias != nil {
				add(float64(bias[j]))
			}
			for r := range runs {
				for k := range run {
					add(float64(a[i*lda+r*(run+gap)+k]) * float64(b[rowB[r*run+k]+j]))
				}
			}
			if call.mode&accumulate != 0 {
				add(float64(before[at]))
			}
			if call.mode&rectify != 0 {
				sum = max(sum, 0)
			}
			require.InDelta(t, sum, c[at], scale*float64(runs*run+2)*0x1p-24, "%s: row %d, column %d", what, i, j)
		}
	}
}

func TestTilesKeepNaN(t *testing.T) {
	for name, g := range here() {
		for kind, vectors := range g.vectors {
			width := vectors * g.lanes
			a, b, c := []float32{float32(math.NaN()), 1, -1, 0, 1, -1}, make([]float32, width), make([]float32, 6*width)
			for j := range b {
				b[j] = 1
			}
			call := tileCall{a: &a[0], b: &b[0], c: &c[0], runs: 1, run: 1, ldb: 4 * width, mode: rectify}
			offsets(&call.aoff, 6, 4)
			offsets(&call.coff, 6, 4*width)
			g.rows(6, kind, &call)
			for j := range width {
				require.True(t, math.IsNaN(float64(c[j])), "%s, %d columns: NaN becomes %v", name, width, c[j])
				require.Equal(t, []float32{1, 0}, []float32{c[width+j], c[2*width+j]})
			}
		}
	}
}

func TestPacking(t *testing.T) {
	for name, g := range here() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			w := &workspace{tiling: g}
			for range 200 {
				rows, columns := 1+rng.IntN(40), 1+rng.IntN(40)
				lds, ldd := columns+rng.IntN(3), rows+rng.IntN(3)
				src := normals(rng, rows*lds+1)[1:]
				want, got := make([]float32, columns*ldd+1)[1:], make([]float32, columns*ldd+1)[1:]
				var order ramp
				to := order.multiples(columns, 4*ldd)
				transposePlain(&want[0], &to[0], &src[0], 4*lds, rows, columns)
				w.transpose(got, to, src, lds, rows, columns)
				require.Equal(t, want, got, "%d×%d transposed", rows, columns)

				width, panels := 8*(1+rng.IntN(8)), 1+rng.IntN(3)
				src = normals(rng, rows*(width*panels+5))
				var from ramp
				soff := from.multiples(rows, 4*(width*panels+5))
				want, got = make([]float32, rows*width*panels), make([]float32, rows*width*panels)
				gatherPlain(&want[0], &src[0], &soff[0], rows, width, panels)
				g.gather(&got[0], &src[0], &soff[0], rows, width, panels)
				require.Equal(t, want, got, "%d rows of %d panels of %d gathered", rows, panels, width)

				runs, run, stride := 1+rng.IntN(5), 1+rng.IntN(15), 15+rng.IntN(3)
				width = runs*run + rng.IntN(4)
				src = normals(rng, rows*runs*stride+slack)
				soff = new(ramp).multiples(rows, 4*runs*stride)
				want, got = make([]float32, rows*width+slack), make([]float32, rows*width+slack)
				patchesPlain(&want[0], width, &src[0], &soff[0], rows, runs, run, stride)
				g.patches(&got[0], width, &src[0], &soff[0], rows, runs, run, stride)
				for i := range rows {
					at := i * width
					require.Equal(t, want[at:at+runs*run], got[at:at+runs*run], "patch %d of %d runs of %d", i, runs, run)
				}
			}
		})
	}
}
