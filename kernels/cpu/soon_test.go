package cpu

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// TestSoonAsksForAllLines follows what tiles are told to ask for: enough of them
// ask for every line, from within the memory.
func TestSoonAsksForAllLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		rows, columns, steps := 1+rng.IntN(40), 1+rng.IntN(100), 1+rng.IntN(30)
		stride := columns + rng.IntN(50)
		x := make([]float32, rows*stride)
		s := &soon{spans: [2]lines{matrix(x, rows, columns, stride), span(x)}}
		asked := [2]map[int]bool{{}, {}}
		for turn := 0; turn < 100000 && s.next < len(s.spans); turn++ {
			ahead, bytes, n := s.take(1+rng.IntN(5), steps)
			require.Positive(t, n)
			if ahead == nil {
				continue
			}
			first := int(uintptr(unsafe.Pointer(ahead)) - uintptr(unsafe.Pointer(&x[0])))
			require.True(t, 0 <= first && first < 4*len(x), "asks for byte %d of %d", first, 4*len(x))
			for i := range n * steps {
				asked[s.next][first+i*bytes] = true
			}
		}
		require.Equal(t, len(s.spans), s.next, "it never ends")
		for row := range rows {
			for column := 0; column < columns; column += lineFloats {
				require.True(t, asked[0][4*(row*stride+column)], "%d×%d of stride %d, %d steps: row %d, column %d", rows, columns, stride, steps, row, column)
			}
		}
		for i := 0; i < len(x); i += lineFloats {
			require.True(t, asked[1][4*i], "%d floats, %d steps: float %d", len(x), steps, i)
		}
	}
	ahead, _, n := (*soon)(nil).take(7, 1)
	require.Nil(t, ahead)
	require.Equal(t, 7, n)
}
