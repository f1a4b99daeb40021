package ptxsim_test

import (
	"encoding/binary"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// floats returns the bytes of x.
func floats(x ...float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// words returns the bytes of x.
func words(x ...uint32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// upload allocates memory that holds data.
func upload(t testing.TB, g *ptxsim.GPU, data []byte) gpu.Pointer {
	t.Helper()
	p, err := g.Alloc(len(data))
	require.NoError(t, err)
	require.NoError(t, g.CopyIn(0, p, data))
	return p
}

// kernel loads a PTX text and returns its only kernel, or the one of that name.
func kernel(t testing.TB, g *ptxsim.GPU, file, src, name string) gpu.Kernel {
	t.Helper()
	m, err := g.Load(file, src)
	require.NoError(t, err)
	k, err := m.Kernel(name)
	require.NoError(t, err)
	return k
}

// readPTX returns a file of testdata.
func readPTX(t testing.TB, name string) string {
	t.Helper()
	src, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(src)
}

// download returns n words of memory.
func download(t testing.TB, g *ptxsim.GPU, p gpu.Pointer, n int) []uint32 {
	t.Helper()
	b := make([]byte, 4*n)
	require.NoError(t, g.CopyOut(0, b, p))
	x := make([]uint32, n)
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return x
}

// options are Options with which every correct kernel gives the same results.
var options = map[string]ptxsim.Options{
	"checked":          {Threads: 1},
	"checked parallel": {Threads: 3},
	"reverse":          {Reverse: true, Threads: 1},
	"fast":             {Unchecked: true, Uncounted: true},
}

func TestVectorAdd(t *testing.T) {
	const n = 1000
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i], y[i] = float32(i)/3, float32(i*i)
	}
	for name, o := range options {
		t.Run(name, func(t *testing.T) {
			g := ptxsim.New(o)
			a, b := upload(t, g, floats(x...)), upload(t, g, floats(y...))
			c, err := g.Alloc(4 * n)
			require.NoError(t, err)
			k := kernel(t, g, "vectoradd.ptx", readPTX(t, "vectoradd.ptx"), "vector_add")
			require.NoError(t, g.Launch(0, k, gpu.Dim{X: 4}, gpu.Dim{X: 256}, 0, []gpu.Arg{gpu.Ptr(a), gpu.Ptr(b), gpu.Ptr(c), gpu.Int32(n)}))
			require.NoError(t, g.Sync(0))
			for i, v := range download(t, g, c, n) {
				require.Equal(t, x[i]+y[i], math.Float32frombits(v), "element %d", i)
			}
			require.NoError(t, g.Close())
		})
	}
}
