package gemm

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// multipliers returns a Multiplier for each instruction set that this machine can test. That
// for AMX multiplies rounded operands with tiles in plain Go if this machine has no AMX, but not
// with the race detector. All run on one pool with the given number of threads.
func multipliers(t testing.TB, threads int) map[simd.Set]*Multiplier {
	pool := workers.New(threads)
	t.Cleanup(pool.Stop)
	all := make(map[simd.Set]*Multiplier)
	for set := smallestSet; set <= simd.Best(); set++ {
		all[set] = New(set, pool)
	}
	if smallestSet == simd.Plain && simd.Best() < simd.AMX {
		all[simd.AMX] = New(simd.Best(), pool)
		all[simd.AMX].rounder.Use(microkernel.PlainTiles())
	}
	return all
}

// normals returns n Gaussian values. The slice begins 4 bytes after the beginning of an
// allocation, so that vectors in it are not aligned.
func normals(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n+1)[1:]
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// fill sets the operands of a product to random values. The rows of each matrix are padded
// by a random number of elements, up to pad.
func fill(rng *rand.Rand, p *Product, pad int, bias bool) {
	matrix := func(rows, columns int) ([]float32, int) {
		ld := columns + rng.IntN(pad+1)
		return normals(rng, rows*ld), ld
	}
	if p.TransA {
		p.A, p.LDA = matrix(p.K, p.M)
	} else {
		p.A, p.LDA = matrix(p.M, p.K)
	}
	if p.TransB {
		p.B, p.LDB = matrix(p.N, p.K)
	} else {
		p.B, p.LDB = matrix(p.K, p.N)
	}
	p.C, p.LDC = matrix(p.M, p.N)
	if bias {
		p.Bias = normals(rng, p.N)
	}
}

// exact returns for each element of C its value before the activation, in float64, and the
// sum of the magnitudes of its terms.
func exact(p *Product) (sums, magnitudes []float64) {
	rowA, stepA, rowB, stepB := p.LDA, 1, p.LDB, 1
	if p.TransA {
		rowA, stepA = 1, p.LDA
	}
	if p.TransB {
		rowB, stepB = 1, p.LDB
	}
	for i := range p.M {
		for j := range p.N {
			sum, magnitude := 0.0, 0.0
			add := func(v float64) { sum, magnitude = sum+v, magnitude+math.Abs(v) }
			for k := range p.K {
				add(float64(p.Alpha) * float64(p.A[i*rowA+k*stepA]) * float64(p.B[k*rowB+j*stepB]))
			}
			add(float64(p.Beta) * float64(p.C[i*p.LDC+j]))
			if len(p.Bias) > 0 {
				add(float64(p.Bias[j]))
			}
			sums, magnitudes = append(sums, sum), append(magnitudes, magnitude)
		}
	}
	return sums, magnitudes
}

// check computes a product with each instruction set, in float32 and with operands rounded to
// bfloat16. It compares C with the exact sums.
func check(t testing.TB, all map[simd.Set]*Multiplier, p Product) {
	t.Helper()
	checkSums(t, all, p, p, (*Multiplier).Multiply)
	of := p
	of.A, of.B = rounded(p.A), rounded(p.B)
	checkSums(t, all, p, of, (*Multiplier).MultiplyRounded)
}

// rounded returns x rounded to bfloat16.
func rounded(x []float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = kernels.RoundBFloat16(v)
	}
	return y
}

// checkSums computes the product p with each instruction set. It compares C with the exact
// sums of the product of, and checks that the padding of the rows of C is unchanged.
func checkSums(t testing.TB, all map[simd.Set]*Multiplier, p, of Product, multiply func(*Multiplier, Product)) {
	t.Helper()
	sums, magnitudes := exact(&of)
	before := p.C
	for set, g := range all {
		p.C = append([]float32(nil), before...)
		multiply(g, p)
		for i, got := range p.C {
			row, column := 0, i
			if p.LDC > 0 {
				row, column = i/p.LDC, i%p.LDC
			}
			if column >= p.N {
				require.Equal(t, before[i], got, "%v: padding of row %d is overwritten", set, row)
				continue
			}
			want := sums[row*p.N+column]
			if p.Act == kernels.ReLU {
				want = max(want, 0)
			}
			bound := magnitudes[row*p.N+column] * float64(p.K+4) * 0x1p-24
			if math.IsNaN(float64(got)) || math.Abs(float64(got)-want) > bound {
				t.Fatalf("%v: %d×%d×%d, transposed %t %t, alpha %v, beta %v, %v: element %d, %d is %v, want %v ± %v",
					set, p.M, p.N, p.K, p.TransA, p.TransB, p.Alpha, p.Beta, p.Act, row, column, got, want, bound)
			}
		}
	}
}

// TestMultiplyAcrossBlocks multiplies matrices whose sizes are near the limits at which
// products are divided into blocks and parts.
func TestMultiplyAcrossBlocks(t *testing.T) {
	all := multipliers(t, 3)
	rng := rand.New(rand.NewPCG(5, 6))
	for i, size := range [][3]int{
		{23, 129, 257}, {24, 64, 256}, {25, 65, 513}, {241, 17, 300}, {250, 130, 31}, {481, 63, 12},
		{1, 300, 600}, {3, 5, 1000}, {600, 1, 40}, {100, 200, 259}, {61, 1030, 20}, {7, 9, 0},
	} {
		for transposed := range 4 {
			p := Product{M: size[0], N: size[1], K: size[2], TransA: transposed&1 != 0, TransB: transposed&2 != 0, Alpha: 1}
			if i%3 == 1 {
				p.Alpha, p.Beta, p.Act = -0.5, 1, kernels.ReLU
			} else if i%3 == 2 {
				p.Beta = 0.25
			}
			fill(rng, &p, 3*(i%2), i%2 == 0)
			check(t, all, p)
		}
	}
}

func FuzzMultiply(f *testing.F) {
	f.Add(uint16(6), uint16(16), uint16(300), uint8(0))
	f.Add(uint16(250), uint16(70), uint16(9), uint8(255))
	all := multipliers(f, 3)
	f.Fuzz(func(t *testing.T, m, n, k uint16, how uint8) {
		p := Product{
			M: int(m % 300), N: int(n % 300), K: int(k % 600), TransA: how&1 != 0, TransB: how&2 != 0,
			Alpha: []float32{1, 1, 2, 0}[how>>2&3], Beta: []float32{0, 1, -0.5, 0}[how>>4&3],
		}
		if how&64 != 0 {
			p.Act = kernels.ReLU
		}
		fill(rand.New(rand.NewPCG(uint64(m), uint64(n))), &p, int(k%4), how&128 != 0)
		check(t, all, p)
	})
}

// TestBlocksOfAProductHaveItsBits computes blocks of C as products of their own, and checks
// that they have the same bits as in the whole product. So the division into parts changes
// no result.
func TestBlocksOfAProductHaveItsBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for set, g := range multipliers(t, 3) {
		for transposed := range 4 {
			p := Product{M: 67, N: 85, K: 530, TransA: transposed&1 != 0, TransB: transposed&2 != 0, Alpha: 1, Act: kernels.ReLU}
			fill(rng, &p, 2, true)
			g.Multiply(p)
			for range 20 {
				i, j := rng.IntN(p.M), rng.IntN(p.N)
				b := p.block(i, j, 1+rng.IntN(p.M-i), 1+rng.IntN(p.N-j))
				b.C, b.LDC = make([]float32, b.M*b.N), b.N
				g.Multiply(b)
				for r := range b.M {
					require.Equal(t, p.C[(i+r)*p.LDC+j:][:b.N], b.C[r*b.N:][:b.N], "%v: row %d of the block of %d×%d at %d, %d", set, r, b.M, b.N, i, j)
				}
			}
		}
	}
}

// TestDivideFillsTiles checks that parts consist of whole micro-tiles and have at most
// rowBlock rows.
func TestDivideFillsTiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for set := simd.Plain; set <= simd.Best(); set++ {
		k := microkernel.For(set)
		for range 1000 {
			p := Product{M: 1 + rng.IntN(2000), N: 1 + rng.IntN(2000), K: rng.IntN(2000), TransA: rng.IntN(2) == 0, TransB: rng.IntN(2) == 0}
			m, n := divide(k, &p, 1+rng.IntN(16))
			require.Zero(t, m%6)
			require.Zero(t, n%(k.Vectors[0]*k.Lanes))
			require.Positive(t, m)
			require.Positive(t, n)
			require.LessOrEqual(t, m, rowBlock)
		}
	}
}

// TestMultiplyAllocatesNothing uses one worker. A worker allocates memory when it computes
// its first part, and with several workers the time of that depends on chance.
func TestMultiplyAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for set, g := range multipliers(t, 1) {
		p := Product{M: 130, N: 70, K: 301, TransA: true, TransB: true, Alpha: 1, Act: kernels.Tanh}
		fill(rng, &p, 0, false)
		for _, multiply := range []func(Product){g.Multiply, g.MultiplyRounded} {
			multiply(p)
			require.Zero(t, testing.AllocsPerRun(20, func() { multiply(p) }), "%v", set)
		}
	}
}
