package cpu_test

import (
	"os"
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/kerneltest"
)

// forced is the instruction set that the environment variable names, or empty.
var forced = os.Getenv("TOPOGEN_CPU")

// device returns a function that makes devices with the instruction set named set. It skips
// the test if this machine lacks the set, or if the environment variable names another one.
func device(t testing.TB, set string, threads int, opts ...cpu.Option) func(testing.TB) kernels.Device {
	if forced != "" && forced != set {
		t.Skipf("TOPOGEN_CPU forces %s", forced)
	}
	newDevice := func(testing.TB) kernels.Device {
		t.Setenv("TOPOGEN_CPU", set)
		return cpu.New(append(opts, cpu.Threads(threads))...)
	}
	dev := newDevice(t)
	defer dev.Close()
	if err := dev.Sync(); err != nil {
		t.Skip(err)
	}
	return newDevice
}

// sets has the instruction sets. In float32, amx is the same as avx512.
var sets = []string{"plain", "avx2", "avx512", "amx"}

func options() kerneltest.Options {
	return kerneltest.Options{
		Large: large && !testing.Short(),
		// In ulp. Sums are accumulated in float64, and these functions are more
		// accurate than the documentation of package kernels requires.
		Bounds: map[string]float64{"Sum": 1, "Dot": 1, "Exp": 1, "Log": 1, "Sqrt": 0.5, "Reciprocal": 0.5, "Square": 0.5, "Div": 0.5},
	}
}

func TestConformance(t *testing.T) {
	for _, set := range sets {
		t.Run(set, func(t *testing.T) { kerneltest.Run(t, device(t, set, 2), options()) })
	}
}

// TestConformanceInHalfPrecision runs the suite on devices whose products round their operands
// to bfloat16: in tiles with AMX, in pairs if the processor has AVX512_BF16, and otherwise as
// float32 numbers.
func TestConformanceInHalfPrecision(t *testing.T) {
	for _, set := range sets {
		t.Run(set, func(t *testing.T) {
			o := options()
			o.Precision, o.Large = kernels.BFloat16, false
			kerneltest.Run(t, device(t, set, 2, cpu.Precision(kernels.BFloat16)), o)
		})
	}
}

func TestThreadsGiveTheSameBits(t *testing.T) {
	for _, set := range sets {
		t.Run(set, func(t *testing.T) { kerneltest.Same(t, device(t, set, 1), device(t, set, 3), options()) })
		t.Run(set+" in half precision", func(t *testing.T) {
			half := cpu.Precision(kernels.BFloat16)
			o := options()
			o.Precision, o.Large = kernels.BFloat16, false
			kerneltest.Same(t, device(t, set, 1, half), device(t, set, 3, half), o)
		})
	}
}

// TestVectorsGiveTheSameBits checks that AVX2 and AVX-512 give the same bits.
func TestVectorsGiveTheSameBits(t *testing.T) {
	kerneltest.Same(t, device(t, "avx2", 2), device(t, "avx512", 2), options())
}

// FuzzKernels tests the instruction set that the environment variable names, or the best one.
func FuzzKernels(f *testing.F) {
	kerneltest.Fuzz(f, func(testing.TB) kernels.Device { return cpu.New(cpu.Threads(2)) }, options())
}
