package microkernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPacking compares the packing loops of each instruction set with those in plain Go.
func TestPacking(t *testing.T) {
	for name, g := range available() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			for range 200 {
				rows, columns := 1+rng.IntN(40), 1+rng.IntN(40)
				lds, ldd := columns+rng.IntN(3), rows+rng.IntN(3)
				src := normals(rng, rows*lds+1)[1:]
				want, got := make([]float32, columns*ldd+1)[1:], make([]float32, columns*ldd+1)[1:]
				to := new(Multiples).List(columns, 4*ldd)
				transposePlain(&want[0], &to[0], &src[0], 4*lds, rows, columns)
				g.Transpose(got, to, src, lds, rows, columns)
				require.Equal(t, want, got, "%d×%d transposed", rows, columns)

				width, panels := 8*(1+rng.IntN(8)), 1+rng.IntN(3)
				src = normals(rng, rows*(width*panels+5))
				soff := new(Multiples).List(rows, 4*(width*panels+5))
				want, got = make([]float32, rows*width*panels), make([]float32, rows*width*panels)
				gatherPanelsPlain(&want[0], &src[0], &soff[0], rows, width, panels)
				g.GatherPanels(got, src, soff, width, panels)
				require.Equal(t, want, got, "%d rows of %d panels of %d gathered", rows, panels, width)

				runs, run, stride := 1+rng.IntN(5), 1+rng.IntN(15), 15+rng.IntN(3)
				width = runs*run + rng.IntN(4)
				src = normals(rng, rows*runs*stride+3)
				soff = new(Multiples).List(rows, 4*runs*stride)
				want, got = make([]float32, rows*width+3), make([]float32, rows*width+3)
				copyPatchesPlain(&want[0], width, &src[0], &soff[0], rows, runs, run, stride)
				g.CopyPatches(&PatchCopy{Dst: got, Columns: width, Src: src, Offsets: soff, Runs: runs, Run: run, Stride: stride}, rows)
				for i := range rows {
					at := i * width
					require.Equal(t, want[at:at+runs*run], got[at:at+runs*run], "patch %d of %d runs of %d", i, runs, run)
				}
			}
		})
	}
}
