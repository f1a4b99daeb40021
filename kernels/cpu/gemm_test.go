package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// upload returns n random values and an unaligned buffer that holds them.
func upload(dev *cpu.Device, rng *rand.Rand, n int) (kernels.Buffer, []float32) {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	b := dev.Alloc(n+1).Slice(1, n+1)
	dev.Write(b, x)
	return b, x
}

// requireSums compares results with exact sums of n products each. An error may be up to
// (n+4)·2⁻²⁴ times the sum of the magnitudes of the products.
func requireSums(t testing.TB, got, sums, magnitudes []float64, n int, what any) {
	t.Helper()
	for i, v := range got {
		if bound := magnitudes[i] * float64(n+4) * 0x1p-24; !(math.Abs(v-sums[i]) <= bound) {
			t.Fatalf("%+v: element %d is %v, want %v ± %v", what, i, v, sums[i], bound)
		}
	}
}

// download returns the values of a buffer.
func download(t testing.TB, dev *cpu.Device, b kernels.Buffer) []float64 {
	t.Helper()
	x := make([]float32, b.Len())
	require.NoError(t, dev.Read(x, b))
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}

// testGemm compares one product of random matrices with sums in float64.
func testGemm(t testing.TB, dev *cpu.Device, rng *rand.Rand, g kernels.Gemm, bias bool) {
	t.Helper()
	a, avals := upload(dev, rng, g.M*g.K)
	b, bvals := upload(dev, rng, g.K*g.N)
	c, cvals := upload(dev, rng, g.M*g.N)
	g.A, g.B, g.C = a, b, c
	biases := make([]float32, g.N)
	if bias {
		g.Bias, biases = upload(dev, rng, g.N)
	}
	dev.Gemm(g)
	rowA, stepA, rowB, stepB := g.K, 1, g.N, 1
	if g.TransA {
		rowA, stepA = 1, g.M
	}
	if g.TransB {
		rowB, stepB = 1, g.K
	}
	sums, magnitudes := make([]float64, g.M*g.N), make([]float64, g.M*g.N)
	for i := range g.M {
		for j := range g.N {
			sum, scale := 0.0, 0.0
			add := func(v float64) { sum, scale = sum+v, scale+math.Abs(v) }
			for k := range g.K {
				add(float64(g.Alpha) * float64(avals[i*rowA+k*stepA]) * float64(bvals[k*rowB+j*stepB]))
			}
			add(float64(g.Beta) * float64(cvals[i*g.N+j]))
			add(float64(biases[j]))
			if g.Act == kernels.ReLU {
				sum = max(sum, 0)
			}
			sums[i*g.N+j], magnitudes[i*g.N+j] = sum, scale
		}
	}
	g.A, g.B, g.C, g.Bias = kernels.Buffer{}, kernels.Buffer{}, kernels.Buffer{}, kernels.Buffer{}
	requireSums(t, download(t, dev, c), sums, magnitudes, g.K, g)
	for _, b := range []kernels.Buffer{a, b, c} {
		if b.Len() > 0 {
			freeWhole(dev, b)
		}
	}
}

// freeWhole frees a buffer of upload, which is a slice of its allocation.
func freeWhole(dev *cpu.Device, b kernels.Buffer) {
	dev.Free(kernels.NewBuffer(b.Memory(), 0, b.Len()))
}

// TestGemmAcrossBlocks tries sizes near those of the blocks and parts into which
// products are divided.
func TestGemmAcrossBlocks(t *testing.T) {
	dev := cpu.New(cpu.Threads(3))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(5, 6))
	for i, size := range [][3]int{
		{23, 129, 257}, {24, 64, 256}, {25, 65, 513}, {241, 17, 300}, {250, 130, 31}, {481, 63, 12},
		{1, 300, 600}, {3, 5, 1000}, {600, 1, 40}, {100, 200, 259}, {61, 1030, 20},
	} {
		for transposed := range 4 {
			g := kernels.Gemm{M: size[0], N: size[1], K: size[2], TransA: transposed&1 != 0, TransB: transposed&2 != 0, Alpha: 1}
			if i%3 == 1 {
				g.Alpha, g.Beta, g.Act = -0.5, 1, kernels.ReLU
			} else if i%3 == 2 {
				g.Beta = 0.25
			}
			testGemm(t, dev, rng, g, i%2 == 0)
		}
	}
}

func FuzzGemm(f *testing.F) {
	f.Add(uint16(6), uint16(16), uint16(300), uint8(0))
	f.Add(uint16(250), uint16(70), uint16(9), uint8(255))
	dev := cpu.New(cpu.Threads(2))
	f.Cleanup(func() { dev.Close() })
	f.Fuzz(func(t *testing.T, m, n, k uint16, how uint8) {
		g := kernels.Gemm{
			M: int(m % 300), N: int(n % 300), K: int(k % 600), TransA: how&1 != 0, TransB: how&2 != 0,
			Alpha: []float32{1, 1, 2, 0}[how>>2&3], Beta: []float32{0, 1, -0.5, 0}[how>>4&3],
		}
		if how&64 != 0 {
			g.Act = kernels.ReLU
		}
		testGemm(t, dev, rand.New(rand.NewPCG(uint64(m), uint64(n))), g, how&128 != 0)
	})
}

// TestBlocksOfAProductHaveItsBits computes blocks of C alone and checks that they have the
// bits of the whole product. Therefore the division among threads changes no result.
func TestBlocksOfAProductHaveItsBits(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(7, 8))
	const m, n, k = 67, 85, 530
	for transposed := range 4 {
		g := kernels.Gemm{M: m, N: n, K: k, TransA: transposed&1 != 0, TransB: transposed&2 != 0, Alpha: 1, Act: kernels.ReLU}
		g.A, _ = upload(dev, rng, m*k)
		g.B, _ = upload(dev, rng, k*n)
		g.Bias, _ = upload(dev, rng, n)
		g.C = dev.Alloc(m * n)
		dev.Gemm(g)
		whole := download(t, dev, g.C)
		for range 20 {
			i, j := rng.IntN(m), rng.IntN(n)
			h := g
			h.M, h.N = 1+rng.IntN(m-i), 1+rng.IntN(n-j)
			h.LDA, h.LDB, h.LDC = k, n, n
			fromA, fromB := i*k, j
			if h.TransA {
				h.LDA, fromA = m, i
			}
			if h.TransB {
				h.LDB, fromB = k, j*k
			}
			h.A, h.B = g.A.Slice(fromA, g.A.Len()), g.B.Slice(fromB, g.B.Len())
			h.C, h.Bias = dev.Alloc(h.M*n), g.Bias.Slice(j, j+h.N)
			dev.Gemm(h)
			block := download(t, dev, h.C)
			for r := range h.M {
				require.Equal(t, whole[(i+r)*n+j:][:h.N], block[r*n:][:h.N], "row %d of the block of %d×%d at %d, %d", r, h.M, h.N, i, j)
			}
			dev.Free(h.C)
		}
	}
}

func TestProductsAllocateNothing(t *testing.T) {
	if !large {
		t.Skip("the race detector allocates")
	}
	dev := cpu.New(cpu.Threads(2))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(9, 10))
	g := kernels.Gemm{M: 130, N: 70, K: 300, TransA: true, TransB: true, Alpha: 1, Act: kernels.Tanh}
	g.A, _ = upload(dev, rng, g.M*g.K)
	g.B, _ = upload(dev, rng, g.K*g.N)
	g.C, _ = upload(dev, rng, g.M*g.N)
	s := square(5, 9, 11, 17, 3, 2, 1)
	x, _ := upload(dev, rng, s.N*s.C*s.H*s.W)
	y, _ := upload(dev, rng, s.N*s.K*s.OutH*s.OutW)
	w, _ := upload(dev, rng, s.K*s.C*s.R*s.S)
	narrow := square(5, 1, 11, 17, 3, 2, 1)
	step := func() {
		dev.Gemm(g)
		dev.Conv(s, y, x, w, kernels.Buffer{}, kernels.Sigmoid)
		dev.ConvTranspose(s, x, y, w, kernels.Buffer{}, kernels.Identity, kernels.Add)
		dev.ConvTranspose(narrow, x.Slice(0, 5*11*11), y, w.Slice(0, 17*9), kernels.Buffer{}, kernels.Identity, kernels.Set)
		dev.ConvWeightGrad(s, w, x, y, kernels.Add)
	}
	step() // the memory of both threads grows during the first calls
	for range 50 {
		step()
	}
	require.Zero(t, testing.AllocsPerRun(100, step))
}
