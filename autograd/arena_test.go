package autograd

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

func TestArenaRunsInOnePieceAfterReset(t *testing.T) {
	dev := cpu.New()
	defer func() { require.NoError(t, dev.Close()) }()
	a := arena{device: dev}
	lengths := []int{1, 0, 4097, 3, 9000, 100001, 16, 17, 50000, 4097}
	take := func() (buffers []kernels.Buffer) {
		for _, n := range lengths {
			b := a.alloc(n)
			require.Equal(t, n, b.Len())
			require.Zero(t, b.Offset()%alignment)
			buffers = append(buffers, b)
		}
		return buffers
	}
	first := take()
	require.Greater(t, len(a.chunks), 1)
	for i, b := range first {
		for _, c := range first[:i] {
			if b.Memory() == c.Memory() && b.Len() > 0 && c.Len() > 0 {
				require.True(t, b.Offset() >= c.Offset()+c.Len() || c.Offset() >= b.Offset()+b.Len(), "spans overlap")
			}
		}
	}
	a.reset()
	require.Len(t, a.chunks, 1)
	again := take()
	require.Len(t, a.chunks, 1, "the same lengths fit")
	a.rewind()
	require.Equal(t, again, take(), "the same spans after a rewind")
	a.free()
	require.Empty(t, a.chunks)
}
