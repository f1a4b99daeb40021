package cpu_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	require.Equal(t, "cpu ("+simd.Best().String()+", 1 threads)", d.Name())
	require.NoError(t, d.Close())
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
