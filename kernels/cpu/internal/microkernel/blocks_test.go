package microkernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBlockCopies compares CopyBlocks, Deinterleave and Interleave with their versions in
// plain Go, for random sizes up to a few vectors. It checks that the memory around the copies
// is unchanged.
func TestBlockCopies(t *testing.T) {
	for name, g := range available() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, 6))
			for range 500 {
				testBlockCopies(t, rng, g)
			}
		})
	}
}

func testBlockCopies(t *testing.T, rng *rand.Rand, g *Kernels) {
	n, rows, columns := 1+rng.IntN(4), 1+rng.IntN(5), 1+rng.IntN(70)
	lds, ldd := 2*columns+rng.IntN(3), 2*columns+rng.IntN(3)
	src, before := normals(rng, n*rows*lds+3)[3:], normals(rng, n*rows*ldd+1)[1:]
	both := func(what string, plain, fast func(dst *float32)) {
		want, got := slices.Clone(before), slices.Clone(before)
		plain(&want[0])
		fast(&got[0])
		require.Equal(t, want, got, "%s, %d blocks of %d×%d", what, n, rows, columns)
	}
	doff, soff := new(Multiples).List(n, 4*rows*ldd), new(Multiples).List(n, 4*rows*lds)
	rng.Shuffle(n, func(i, j int) { soff[i], soff[j] = soff[j], soff[i] })
	for _, add := range []bool{false, true} {
		both(fmt.Sprintf("blocks, add %t", add),
			func(dst *float32) {
				copyBlocksPlain(dst, &doff[0], 4*ldd, &src[0], &soff[0], 4*lds, n, rows, columns, add)
			},
			func(dst *float32) {
				g.CopyBlocks(&BlockCopy{
					Dst: dst, DstOffsets: doff, DstStride: 4 * ldd,
					Src: &src[0], SrcOffsets: soff, SrcStride: 4 * lds,
					Rows: rows, Columns: columns, Add: add,
				})
			})
	}
	for step := 1; step <= 2; step++ {
		rowCopy := func(dst *float32) *RowCopy {
			return &RowCopy{Dst: dst, DstStride: 4 * ldd, Src: &src[0], SrcStride: 4 * lds, Rows: rows, N: columns, Step: step}
		}
		both(fmt.Sprintf("deinterleave, step %d", step),
			func(dst *float32) { deinterleavePlain(dst, 4*ldd, &src[0], 4*lds, rows, columns, step) },
			func(dst *float32) { g.Deinterleave(rowCopy(dst)) })
		both(fmt.Sprintf("interleave, step %d", step),
			func(dst *float32) { interleavePlain(dst, 4*ldd, &src[0], 4*lds, rows, columns, step) },
			func(dst *float32) { g.Interleave(rowCopy(dst)) })
	}
}

func TestInterleaveInvertsDeinterleave(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for step := 1; step <= 5; step++ {
		const rows, n = 3, 7
		src := normals(rng, rows*40)
		dense, got := make([]float32, rows*n), make([]float32, rows*40)
		deinterleavePlain(&dense[0], 4*n, &src[0], 4*40, rows, n, step)
		interleavePlain(&got[0], 4*40, &dense[0], 4*n, rows, n, step)
		for i, v := range got {
			want := float32(0)
			if column := i % 40; column%step == 0 && column/step < n {
				want = src[i]
			}
			require.Equal(t, want, v, "step %d, element %d", step, i)
		}
	}
}
