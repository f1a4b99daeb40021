package gpu_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// simulated returns a function that opens a device on the simulator.
func simulated(o ptxsim.Options, opts ...gpu.Option) func(testing.TB) kernels.Device {
	return func(t testing.TB) kernels.Device {
		d, err := gpu.New(ptxsim.New(o), opts...)
		require.NoError(t, err)
		return d
	}
}

// The device passes the conformance suite on the simulator, which makes all its checks. The
// suite runs once with the warps of a block in ascending order and once in descending order.
// If a kernel used an approximate instruction, the suite would also run with the largest
// errors that PTX permits.
func TestConformance(t *testing.T) {
	variants := map[string]ptxsim.Options{"forward": {}, "reverse": {Reverse: true}}
	for _, text := range kernelFiles(t) {
		if strings.Contains(text, ".approx") {
			variants["scattered"] = ptxsim.Options{Approximation: ptxsim.Scattered}
			variants["high"] = ptxsim.Options{Approximation: ptxsim.High}
			variants["low"] = ptxsim.Options{Approximation: ptxsim.Low}
		}
	}
	for name, o := range variants {
		t.Run(name, func(t *testing.T) { kerneltest.Run(t, simulated(o), kerneltest.Options{}) })
	}
}

// The device passes the suite in half precision, on a simulated GPU that has the instructions,
// with the sums of mma rounded towards zero after each product.
func TestConformanceInHalfPrecision(t *testing.T) {
	o := ptxsim.Options{Target: 80, Approximation: ptxsim.Low}
	kerneltest.Run(t, simulated(o, gpu.Precision(kernels.BFloat16)), kerneltest.Options{Precision: kernels.BFloat16})
}

// A GPU before compute capability 8.0 has no products in half precision.
func TestHalfPrecisionNeedsSM80(t *testing.T) {
	_, err := gpu.New(ptxsim.New(ptxsim.Options{}), gpu.Precision(kernels.BFloat16))
	require.ErrorContains(t, err, "products in bf16 need compute capability 8.0")
	require.ErrorContains(t, err, "has 7.0: use float32")
}
