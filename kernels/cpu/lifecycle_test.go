package cpu_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

func TestNewReportsAnImpossibleInstructionSet(t *testing.T) {
	t.Setenv(simd.Environment, "sse9")
	d := cpu.New(cpu.Threads(1))
	require.ErrorContains(t, d.Sync(), `TOPOGEN_CPU="sse9" is not an instruction set`)
	require.Equal(t, d.Sync(), d.Read(nil, d.Alloc(0)), "Read returns the same error")
	require.Equal(t, "cpu (plain, 1 threads)", d.Name())
	require.NoError(t, d.Close())
	t.Setenv(simd.Environment, "")
	d = cpu.New(cpu.Threads(1))
	require.NoError(t, d.Sync())
	require.Equal(t, "cpu ("+min(simd.Best(), simd.AVX512).String()+", 1 threads)", d.Name())
	require.NoError(t, d.Close())
}

// TestAMXIsForHalfPrecision checks that a device uses AMX for products in half precision only,
// and not if the environment variable names a smaller instruction set.
func TestAMXIsForHalfPrecision(t *testing.T) {
	name := func(set string, p kernels.Precision) string {
		t.Setenv(simd.Environment, set)
		d := cpu.New(cpu.Threads(1), cpu.Precision(p))
		defer d.Close()
		require.NoError(t, d.Sync())
		return d.Name()
	}
	if simd.Best() >= simd.AVX512 {
		require.Equal(t, "cpu (avx512, 1 threads, bf16 products)", name("avx512", kernels.BFloat16))
	}
	if simd.Best() < simd.AMX {
		t.Skip("this machine has no AMX")
	}
	for _, set := range []string{"", "amx"} {
		require.Equal(t, "cpu (avx512, 1 threads)", name(set, kernels.Float32))
		require.Equal(t, "cpu (amx, 1 threads, bf16 products)", name(set, kernels.BFloat16))
	}
}

func TestCloseEndsThreads(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		d := cpu.New(cpu.Threads(5))
		d.Fill(d.Alloc(100_000), 1)
		require.NoError(t, d.Close())
		require.NoError(t, d.Close(), "a second time")
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestUnreachableDeviceEndsThreads drops devices without Close, after an element-wise kernel
// and a convolution, and checks that the garbage collector ends their workers.
func TestUnreachableDeviceEndsThreads(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		d := cpu.New(cpu.Threads(4))
		x := d.Alloc(100_000)
		d.Fill(x, 1)
		s := square(4, 9, 11, 9, 3, 1, 1)
		d.ConvWeightGrad(s, d.Alloc(s.K*s.C*s.R*s.S), x.Slice(0, s.N*s.C*s.H*s.W), x.Slice(0, s.N*s.K*s.OutH*s.OutW), 0)
	}
	for range 200 {
		runtime.GC()
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
