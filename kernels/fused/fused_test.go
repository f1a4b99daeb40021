package fused_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/kerneltest"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// A core device hides the optional kernels of another device.
type core struct{ kernels.Device }

// TestCompositions runs the conformance suite on devices without optional kernels, so
// every optional kernel is composed.
func TestCompositions(t *testing.T) {
	kerneltest.Run(t, func(testing.TB) kernels.Device { return core{cpu.New()} }, kerneltest.Options{})
}

// TestCompositionsOfSimulatedGPU does as TestCompositions does, on a device that
// reports accesses out of bounds and reads of uninitialized memory.
func TestCompositionsOfSimulatedGPU(t *testing.T) {
	if testing.Short() {
		t.Skip("the simulator is slow")
	}
	kerneltest.Run(t, func(tb testing.TB) kernels.Device {
		dev, err := gpu.New(ptxsim.New(ptxsim.Options{Uncounted: true}))
		require.NoError(tb, err)
		return core{dev}
	}, kerneltest.Options{})
}

// FuzzCompositions runs one random case of each kernel for each seed.
func FuzzCompositions(f *testing.F) {
	kerneltest.Fuzz(f, func(testing.TB) kernels.Device { return core{cpu.New()} }, kerneltest.Options{})
}

// TestCompositionsFreeTheirMemory: a composition's second call gets the memory of the
// first. A device that runs out of memory would report an error.
func TestCompositionsFreeTheirMemory(t *testing.T) {
	const n = 1000
	gpu, err := gpu.New(ptxsim.New(ptxsim.Options{Uncounted: true, Memory: 64 << 10}))
	require.NoError(t, err)
	dev := core{gpu}
	x, scalar := dev.Alloc(n), dev.Alloc(1)
	dev.Fill(x, 0.5)
	for range 100 {
		fused.BCE(dev, scalar, x, x)
		fused.KLD(dev, scalar, x, x)
	}
	require.NoError(t, dev.Sync())
	require.NoError(t, dev.Close())
}

// TestEmpty calls the compositions that have no case without elements in the
// conformance suite.
func TestEmpty(t *testing.T) {
	dev := core{cpu.New()}
	defer dev.Close()
	one, none := dev.Alloc(1), kernels.Buffer{}
	dev.Fill(one, 7)
	fused.PairsGrad(dev, none, none, 0, 3, nil, one, kernels.Overwrite)
	fused.GatherRows(dev, none, none, 0, []int32{1, 2})
	fused.SGD(dev, none, none, none, kernels.SGD{LearningRate: 1})
	require.NoError(t, dev.Sync())
}
