//go:build cuda && cudasim

package cuda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cuda/simulated"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// open opens a simulated GPU.
func open(t testing.TB) gpu.Driver {
	t.Helper()
	simulated.Configure(1, ptxsim.Options{})
	d, err := Open(0)
	require.NoError(t, err)
	return d
}

// openNew opens a simulated GPU of compute capability 8.0.
func openNew(t testing.TB) gpu.Driver {
	t.Helper()
	simulated.Configure(1, ptxsim.Options{Target: 80})
	d, err := Open(0)
	require.NoError(t, err)
	return d
}

// A fault in one context loses every context of the process, and no new one can be created.
func TestFaultLosesTheProcess(t *testing.T) {
	d, other := open(t), open(t)
	k := load(t, d, ".version 6.3\n.target sm_70\n.address_size 64\n.visible .entry k() .maxntid 32 { trap; }", "k")
	require.NoError(t, d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, nil))
	require.Error(t, d.Sync(0))
	_, err := other.Alloc(4)
	require.ErrorContains(t, err, "CUresult 719")
	_, err = Open(0)
	require.ErrorContains(t, err, "CUresult 719")
}

// The error of Open says how many GPUs there are.
func TestNoGPU(t *testing.T) {
	simulated.Configure(0, ptxsim.Options{})
	t.Setenv("CUDA_VISIBLE_DEVICES", "")
	_, err := Open(0)
	require.EqualError(t, err, `cuda: NVIDIA's driver finds no GPU; CUDA_VISIBLE_DEVICES is ""`)
	simulated.Configure(1, ptxsim.Options{})
	_, err = Open(3)
	require.EqualError(t, err, "cuda: there is no GPU 3: the driver (CUDA 12.0) has 1, numbered from 0")
	_, err = Open(-1)
	require.ErrorContains(t, err, "there is no GPU -1")
}

// Calls through the binding reach the simulator: the simulator's counters count them, and
// simulated.LastError returns its faults.
func TestSimulatorIsReached(t *testing.T) {
	d := open(t)
	vectorAdd(t, d, 0, 1000)
	c := simulated.Last().Counters("vector_add")
	require.EqualValues(t, 3, c.Launches)
	require.EqualValues(t, 3000, c.Threads[ptxsim.FloatArithmetic])

	k := load(t, d, `.version 6.3
.target sm_70
.address_size 64
.visible .entry k(.param .u64 p, .param .f32 x, .param .f64 y, .param .s32 n) .maxntid 32 {
	.reg .b64 %p, %y; .reg .b32 %x, %n;
	ld.param.u64 %p, [p]; ld.param.f32 %x, [x]; ld.param.f64 %y, [y]; ld.param.s32 %n, [n];
	st.global.v2.b32 [%p], {%x, %n}; st.global.b64 [%p+8], %y;
	ld.global.b64 %y, [%p+4]; // misaligned
	ret;
}`, "k")
	p, err := d.Alloc(64)
	require.NoError(t, err)
	require.NoError(t, d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{gpu.Ptr(p), gpu.Float32(1), gpu.Float64(2), gpu.Int32(-1)}))
	require.ErrorContains(t, d.Sync(0), "misaligned address (CUresult 716)")
	require.ErrorContains(t, simulated.LastError(), "module:8: kernel k, block (0,0,0) of 1, thread (0,0,0) of 1: misaligned access")
	require.Error(t, d.Close())

	d = open(t)
	k = load(t, d, ".version 6.3\n.target sm_70\n.address_size 64\n.visible .entry k() .maxntid 32 { trap; }", "k")
	require.NoError(t, d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, nil))
	require.ErrorContains(t, d.SyncAll(), "the kernel failed (CUresult 719)")
	require.Error(t, d.Close())
}

// The simulated driver writes page-locked memory when the host waits for the copy, and not
// before; it then has not done later work. It reads page-locked memory as late.
func TestCopiesOfPageLockedMemoryAreLate(t *testing.T) {
	d := open(t)
	p, err := d.Alloc(4)
	require.NoError(t, err)
	require.NoError(t, d.Fill(0, p, 0x04030201, 1))
	started, err := d.StartCopyOut(0, p, 4)
	require.NoError(t, err)
	require.NoError(t, d.CopyIn(0, p, []byte{5, 6, 7, 8}))
	staged := d.(*driver).staging.memory
	require.NotEqual(t, []byte{1, 2, 3, 4}, started.(*transfer).memory[:4], "the host has not waited")
	got, err := started.Wait()
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2, 3, 4}, got)
	staged[0] = 9 // which the driver must not do before the stream has come so far
	var now [4]byte
	require.NoError(t, d.CopyOut(0, now[:], p))
	require.Equal(t, [4]byte{9, 6, 7, 8}, now)
	require.NoError(t, d.Close())
}
