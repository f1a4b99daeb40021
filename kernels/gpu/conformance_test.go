package gpu_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// simulated returns a function that makes devices over the simulated driver.
// After the device is closed all its memory must have been given back.
func simulated(o ptxsim.Options) func(testing.TB) kernels.Device {
	return func(t testing.TB) kernels.Device {
		d, err := gpu.New(ptxsim.New(o))
		require.NoError(t, err)
		return d
	}
}

// Every kernel on the simulator with all its checks, whichever warp runs first,
// and with approximations as bad as they may be.
func TestConformance(t *testing.T) {
	for name, o := range map[string]ptxsim.Options{
		"forward":   {},
		"reverse":   {Reverse: true},
		"scattered": {Approximation: ptxsim.Scattered},
		"high":      {Approximation: ptxsim.High},
		"low":       {Approximation: ptxsim.Low},
	} {
		t.Run(name, func(t *testing.T) { kerneltest.Run(t, simulated(o), kerneltest.Options{}) })
	}
}
