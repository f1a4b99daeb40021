//go:build cuda

package cuda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
)

// The conformance suite through NVIDIA's binding, on a GPU or over the simulated driver.
func TestConformance(t *testing.T) {
	kerneltest.Run(t, func(t testing.TB) kernels.Device {
		d, err := gpu.New(open(t))
		require.NoError(t, err)
		return d
	}, kerneltest.Options{})
}
