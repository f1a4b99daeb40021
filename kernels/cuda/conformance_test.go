//go:build cuda

package cuda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
)

// A device over this package's driver passes the conformance suite. open decides whether
// that is a real GPU or the simulated driver.
func TestConformance(t *testing.T) {
	kerneltest.Run(t, func(t testing.TB) kernels.Device {
		d, err := gpu.New(open(t))
		require.NoError(t, err)
		return d
	}, kerneltest.Options{})
}
