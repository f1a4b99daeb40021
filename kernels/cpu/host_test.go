package cpu_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// The host and kernels see the same elements.
func TestHost(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	b := dev.Alloc(6)
	dev.Write(b, []float32{1, 2, 3, 4, 5, 6})
	part := kernels.HostMemory(dev).Host(b.Slice(1, 4))
	require.Equal(t, []float32{2, 3, 4}, part)
	part[0] = 9
	dev.Affine(b, b, 2, 0, kernels.Overwrite)
	require.Equal(t, []float32{18, 6, 8}, part)
	dev.Free(b)
	require.Panics(t, func() { dev.Host(b) })
}
