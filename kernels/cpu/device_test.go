package cpu_test

import (
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/kerneltest"
)

func device(threads int) func(testing.TB) kernels.Device {
	return func(testing.TB) kernels.Device { return cpu.New(cpu.Threads(threads)) }
}

func TestConformance(t *testing.T) {
	kerneltest.Run(t, device(2), kerneltest.Options{Large: large && !testing.Short()})
}

func TestThreadsGiveTheSameBits(t *testing.T) {
	for _, n := range []int{3} {
		kerneltest.Same(t, device(1), device(n), kerneltest.Options{Large: large && !testing.Short()})
	}
}

// TestVectorsGiveTheSameBits compares the two widths of vector.
func TestVectorsGiveTheSameBits(t *testing.T) {
	with := func(set string) func(testing.TB) kernels.Device {
		return func(testing.TB) kernels.Device {
			t.Setenv("TOPOGEN_CPU", set)
			return cpu.New(cpu.Threads(2))
		}
	}
	if err := with("avx512")(t).Sync(); err != nil {
		t.Skip(err)
	}
	kerneltest.Same(t, with("avx2"), with("avx512"), kerneltest.Options{Large: large && !testing.Short()})
}

func FuzzKernels(f *testing.F) { kerneltest.Fuzz(f, device(2), kerneltest.Options{}) }
