//go:build cuda

package cuda

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
)

// The tests in this file run with NVIDIA's driver or with the simulated one: the build tag
// cudasim decides which of two functions open they call.

const vectorAddFile = "../ptxsim/testdata/vectoradd.ptx"

func readPTX(t testing.TB, name string) string {
	t.Helper()
	src, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(src)
}

func load(t testing.TB, d gpu.Driver, src, name string) gpu.Kernel {
	t.Helper()
	m, err := d.Load("test.ptx", src)
	require.NoError(t, err)
	k, err := m.Kernel(name)
	require.NoError(t, err)
	return k
}

func floats(x []float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// vectorAdd tests Alloc, CopyIn, Launch, Copy, Fill, CopyOut and Free on stream s, with
// vectors of n elements.
func vectorAdd(t testing.TB, d gpu.Driver, s gpu.Stream, n int) {
	k := load(t, d, readPTX(t, vectorAddFile), "vector_add")
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i], y[i] = float32(i)/3, float32(n-i)
	}
	var p [3]gpu.Pointer
	for i := range p {
		var err error
		p[i], err = d.Alloc(4 * n)
		require.NoError(t, err)
		require.Zero(t, p[i]%256)
	}
	require.NoError(t, d.CopyIn(s, p[0], floats(x)))
	require.NoError(t, d.CopyIn(s, p[1], floats(y)))
	launch := func(a, b, c gpu.Pointer) {
		args := []gpu.Arg{gpu.Ptr(a), gpu.Ptr(b), gpu.Ptr(c), gpu.Int32(n)}
		require.NoError(t, d.Launch(s, k, gpu.Dim{X: (n + 255) / 256}, gpu.Dim{X: 256}, 0, args))
		clear(args)
	}
	launch(p[0], p[1], p[2]) // x + y
	launch(p[2], p[1], p[0]) // x + 2y
	require.NoError(t, d.Copy(s, p[1], p[0], 4*n))
	require.NoError(t, d.Fill(s, p[0], math.Float32bits(1), n))
	launch(p[0], p[1], p[2]) // 1 + x + 2y
	out := make([]byte, 4*n)
	require.NoError(t, d.CopyOut(s, out, p[2]))
	for i := range x {
		want := 1 + (x[i] + y[i] + y[i])
		require.Equal(t, want, math.Float32frombits(binary.LittleEndian.Uint32(out[4*i:])), "element %d", i)
	}
	for _, p := range p {
		require.NoError(t, d.Free(p))
	}
}

func TestVectorAdd(t *testing.T) {
	d := open(t)
	vectorAdd(t, d, 0, 100003)
	s, err := d.NewStream()
	require.NoError(t, err)
	vectorAdd(t, d, s, 1000)
	require.NoError(t, d.SyncAll())
	require.NoError(t, d.Close())
	_, err = d.Alloc(4)
	require.ErrorContains(t, err, "closed")
}

// CopyIn copies the bytes that src has when it is called, though the GPU may read them
// later. That holds if the copies exceed staging memory, and on several streams.
func TestCopiesTakeTheirSource(t *testing.T) {
	d := open(t)
	s, err := d.NewStream()
	require.NoError(t, err)
	const size = stagingSize / 5
	src, dst := make([]byte, size), make([]byte, size)
	var p [12]gpu.Pointer
	for i := range p {
		p[i], err = d.Alloc(size)
		require.NoError(t, err)
	}
	for round := range 3 {
		for i := range p {
			for k := range src {
				src[k] = byte(k + 7*i + 31*round)
			}
			stream := gpu.Stream(0)
			if round == 1 && i%2 == 1 {
				stream = s
			}
			require.NoError(t, d.CopyIn(stream, p[i], src))
		}
		clear(src)
		require.NoError(t, d.Sync(s))
		for i := range p {
			require.NoError(t, d.CopyOut(0, dst, p[i]))
			for _, k := range []int{0, 1, size / 2, size - 1} {
				require.Equal(t, byte(k+7*i+31*round), dst[k], "round %d, copy %d, byte %d", round, i, k)
			}
		}
	}
	require.NoError(t, d.Close())
}

// A transfer brings the bytes that device memory has when the stream comes to it: later work on
// the stream does not change them. Memory of transfers is used again.
func TestTransfers(t *testing.T) {
	d := open(t)
	s, err := d.NewStream()
	require.NoError(t, err)
	const size = 10000
	p, err := d.Alloc(size)
	require.NoError(t, err)
	memory := map[*byte]bool{}
	for round := range byte(20) {
		var all [3]gpu.Transfer
		for i := range all {
			require.NoError(t, d.Fill(s, p, uint32(round)<<8|uint32(i), size/4))
			all[i], err = d.StartCopyOut(s, p, size-4*i)
			require.NoError(t, err)
		}
		require.NoError(t, d.Fill(s, p, 0xffffffff, size/4))
		for _, i := range []int{1, 0, 2} {
			got, err := all[i].Wait()
			require.NoError(t, err)
			require.Len(t, got, size-4*i)
			require.Equal(t, bytes.Repeat([]byte{byte(i), round, 0, 0}, size/4-i), got)
			memory[&got[0]] = true
			all[i].Done()
		}
	}
	require.Len(t, memory, 3)
	_, err = d.StartCopyOut(s, p, 0)
	require.ErrorContains(t, err, "copy of 0 bytes to the host")
	_, err = d.StartCopyOut(9, p, 4)
	require.ErrorContains(t, err, "stream 9 does not exist")
	dropped, err := d.StartCopyOut(s, p, 4)
	require.NoError(t, err)
	dropped.Done()
	require.NoError(t, d.Close())
	_, err = d.StartCopyOut(s, p, 4)
	require.ErrorContains(t, err, "closed")
}

// Any thread of the operating system may call the driver, though a CUDA context is current
// for one thread only.
func TestManyThreads(t *testing.T) {
	d := open(t)
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			vectorAdd(t, d, 0, 300)
		})
	}
	wait.Wait()
	require.NoError(t, d.Close())
}

func TestProperties(t *testing.T) {
	d := open(t)
	p := d.Properties()
	require.NotEmpty(t, p.Name)
	require.GreaterOrEqual(t, p.Major, 7)
	require.Equal(t, 32, p.WarpSize)
	require.Equal(t, 1024, p.MaxThreadsPerBlock)
	require.GreaterOrEqual(t, p.SharedMemoryPerBlock, 48<<10)
	require.Positive(t, p.Memory)
	require.Positive(t, p.Multiprocessors)
	require.Equal(t, 64, p.MaxBlock.Z)
	t.Logf("%+v", p)
	require.NoError(t, d.Close())
}

// A call with a wrong argument returns an error that names the argument, and has no effect.
func TestRefusals(t *testing.T) {
	d := open(t)
	_, err := d.Alloc(1 << 50)
	require.ErrorIs(t, err, gpu.ErrOutOfMemory)
	require.ErrorContains(t, err, "cuda: cuMemAlloc: out of memory (CUresult 2): asked for 1125899906842624 bytes")
	_, err = d.Alloc(0)
	require.ErrorContains(t, err, "allocation of 0 bytes")
	require.NoError(t, d.Free(0))

	_, err = d.Load("broken.ptx", "nonsense")
	require.ErrorContains(t, err, "broken.ptx:1:1")
	_, err = d.Load("broken.ptx", ".version 6.3\n.target sm_70\n.address_size 64\n.visible .entry k() { nonsense; }")
	require.ErrorContains(t, err, "broken.ptx: cuda: cuModuleLoadData: invalid PTX (CUresult 218)")
	var failed *Error
	require.True(t, errors.As(err, &failed))
	require.Equal(t, 218, failed.Code)

	src := readPTX(t, vectorAddFile)
	m, err := d.Load("vectoradd.ptx", src)
	require.NoError(t, err)
	again, err := d.Load("vectoradd.ptx", src)
	require.NoError(t, err)
	require.Same(t, m, again, "Load compiles a text once")
	_, err = m.Kernel("other")
	require.ErrorContains(t, err, "vectoradd.ptx has no kernel other; it has vector_add")
	k, err := m.Kernel("vector_add")
	require.NoError(t, err)
	require.Equal(t, "vector_add", k.Name())
	require.Equal(t, gpu.Param{Name: "n", Type: "u32"}, k.Params()[3])

	args := []gpu.Arg{gpu.Ptr(0), gpu.Ptr(0), gpu.Ptr(0), gpu.Int32(0)}
	err = d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 2048}, 0, args)
	require.ErrorContains(t, err, "kernel vector_add, grid 1, block 2048, 0 bytes of shared memory: cuda: cuLaunchKernel: invalid value")
	require.ErrorContains(t, d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, args[:3]), "takes 4 arguments, got 3")
	require.ErrorContains(t, d.Launch(9, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, args), "stream 9 does not exist")
	require.ErrorContains(t, d.CopyIn(9, 0, []byte{1}), "stream 9 does not exist")
	require.ErrorContains(t, d.CopyOut(9, []byte{1}, 0), "stream 9 does not exist")
	require.ErrorContains(t, d.Copy(9, 0, 0, 1), "stream 9 does not exist")
	require.ErrorContains(t, d.Fill(9, 0, 0, 1), "stream 9 does not exist")
	require.ErrorContains(t, d.Sync(9), "stream 9 does not exist")
	require.NoError(t, d.CopyIn(0, 0, nil))
	require.NoError(t, d.Copy(0, 0, 0, 0))
	require.NoError(t, d.Fill(0, 0, 0, 0))
	require.NoError(t, d.CopyOut(0, nil, 0))
	vectorAdd(t, d, 0, 10)

	other := open(t)
	require.ErrorContains(t, other.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, args), "was not loaded by this GPU")
	require.NoError(t, other.Close())
	require.NoError(t, d.Close())
}

// After a kernel's fault the next wait returns it, with the launches that may have caused it.
// Every later call returns the same error.
//
// CUDA requires a process to end after a fault, so the test runs in a process of its own.
func TestFault(t *testing.T) {
	const child = "TOPOGEN_TEST_FAULT"
	if os.Getenv(child) == "" {
		cmd := exec.Command(os.Args[0], append(slices.Clone(os.Args[1:]), "-test.run=^TestFault$", "-test.v", "-test.timeout=1m")...)
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		if bytes.Contains(out, []byte("SKIP")) {
			t.Skipf("%s", out)
		}
		return
	}
	d := open(t)
	k := load(t, d, readPTX(t, vectorAddFile), "vector_add")
	p, err := d.Alloc(1024)
	require.NoError(t, err)
	args := []gpu.Arg{gpu.Ptr(p), gpu.Ptr(p), gpu.Ptr(0), gpu.Int32(256)}
	require.NoError(t, d.Fill(0, p, 0, 256))
	require.NoError(t, d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 256}, 0, args))
	err = d.Sync(0)
	require.ErrorContains(t, err, "access to an illegal address (CUresult 700); launched since the last wait: vector_add (grid 1, block 256)")
	require.Equal(t, err, d.Sync(0))
	_, allocErr := d.Alloc(4)
	require.Equal(t, err, errors.Unwrap(allocErr))
	require.ErrorIs(t, d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 256}, 0, args), err)
	require.ErrorIs(t, d.Close(), err)
}

// BenchmarkLaunch reports the time and the allocations of a launch.
func BenchmarkLaunch(b *testing.B) {
	d := open(b)
	k := load(b, d, readPTX(b, vectorAddFile), "vector_add")
	args := []gpu.Arg{gpu.Ptr(0), gpu.Ptr(0), gpu.Ptr(0), gpu.Int32(0)}
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, args); err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, d.Close())
}
