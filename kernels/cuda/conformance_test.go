//go:build cuda

package cuda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
)

// The device passes the suite in half precision, too, on a GPU that has it.
func TestConformanceInHalfPrecision(t *testing.T) {
	if d := openNew(t); d.Properties().Major < 8 {
		require.NoError(t, d.Close())
		t.Skip("SKIPPED: a GPU before compute capability 8.0 has no products in half precision")
	} else {
		require.NoError(t, d.Close())
	}
	kerneltest.Run(t, func(t testing.TB) kernels.Device {
		d, err := gpu.New(openNew(t), gpu.Precision(kernels.BFloat16))
		require.NoError(t, err)
		return d
	}, kerneltest.Options{Precision: kernels.BFloat16})
}

// A device over this package's driver passes the conformance suite. open decides whether
// that is a real GPU or the simulated driver.
func TestConformance(t *testing.T) {
	kerneltest.Run(t, func(t testing.TB) kernels.Device {
		d, err := gpu.New(open(t))
		require.NoError(t, err)
		return d
	}, kerneltest.Options{})
}
