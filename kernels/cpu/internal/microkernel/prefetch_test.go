package microkernel

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
)

// TestPrefetchTakesAllLines checks that the addresses of all calls of take together cover
// every line of both ranges, and that each call returns an address within the memory.
func TestPrefetchTakesAllLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		rows, columns, perTile := 1+rng.IntN(40), 1+rng.IntN(100), 1+rng.IntN(30)
		stride := columns + rng.IntN(50)
		x := make([]float32, rows*stride)
		p := &Prefetch{Ranges: [2]Lines{Matrix(x, rows, columns, stride), Span(x)}}
		taken := [2]map[int]bool{{}, {}}
		for group := 0; group < 100000 && p.next < len(p.Ranges); group++ {
			ahead, bytes, n := p.take(1+rng.IntN(5), perTile)
			require.Positive(t, n)
			if ahead == nil {
				continue
			}
			first := int(uintptr(unsafe.Pointer(ahead)) - uintptr(unsafe.Pointer(&x[0])))
			require.True(t, 0 <= first && first < 4*len(x), "prefetches byte %d of %d", first, 4*len(x))
			for i := range n * perTile {
				taken[p.next][first+i*bytes] = true
			}
		}
		require.Equal(t, len(p.Ranges), p.next, "lines are left")
		for row := range rows {
			for column := 0; column < columns; column += aligned.LineFloats {
				require.True(t, taken[0][4*(row*stride+column)], "%d×%d of stride %d, %d lines per tile: row %d, column %d", rows, columns, stride, perTile, row, column)
			}
		}
		for i := 0; i < len(x); i += aligned.LineFloats {
			require.True(t, taken[1][4*i], "%d floats, %d lines per tile: float %d", len(x), perTile, i)
		}
	}
	ahead, _, n := (*Prefetch)(nil).take(7, 1)
	require.Nil(t, ahead)
	require.Equal(t, 7, n)
}
