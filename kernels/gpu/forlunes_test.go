package gpu

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Launches of the kernel lunes fit the shared memory of a block and have a warp for every
// edge, for few points and for as many as a buffer can hold the distances of.
func TestForLunes(t *testing.T) {
	most := int(math.Sqrt(maxElements))
	require.Less(t, most, 1<<16, "keys have 16 bits for a point")
	for _, c := range []struct{ n, warps, bytes int }{
		{2, 8, 8 * 256}, {1024, 8, 8 * 256}, {1025, 8, 8 * 512}, {24576, 8, 48 << 10}, {24577, 7, 7 * 25 * 256}, {most, 4, 4 * 46 * 256},
	} {
		grid, block, sets := forLunes(c.n)
		require.Equal(t, Dim{X: 32 * c.warps}, block)
		require.Equal(t, c.bytes, sets)
		require.Equal(t, c.n, grid.Y)
		require.GreaterOrEqual(t, grid.X*c.warps, c.n-1, "the last point has edges to all others")
		require.Less(t, (grid.X-1)*c.warps, c.n-1)
	}
}
