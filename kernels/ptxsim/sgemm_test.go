package ptxsim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// sgemm returns a kernel that computes C = A·B for row-major matrices, where M and N are
// multiples of 128 and K of 8. It is built like a fast kernel. A block of 256 threads
// computes a tile of 128×128, each thread 8×8 elements of it, in steps of 8 along K. Shared
// memory holds two buffers with the tiles of A and B of a step. The tile of A is transposed,
// with rows padded by pad floats. With zigzag, the order of the lanes within the tile
// lets more of them read the same words.
func sgemm(pad int, zigzag bool) string {
	var s strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&s, "\t"+format+"\n", args...) }
	stride := 128 + pad
	bytesA, bytesB := 8*stride*4, 8*128*4
	s.WriteString(`.version 6.3
.target sm_70
.address_size 64
.visible .entry sgemm(.param .u64 a, .param .u64 b, .param .u64 c, .param .u32 n, .param .u32 k)
.maxntid 256
{
	.reg .pred %more;
	.reg .u32 %n, %k, %t, %bx, %by, %row, %col, %i, %j, %u, %v, %done;
	.reg .u32 %storeA, %storeB, %loadA, %loadB, %toA, %toB, %fromA, %fromB, %flipA, %flipB;
	.reg .u64 %a, %b, %c, %c2, %o, %stepB, %rowC;
	.reg .f32 %acc<64>, %x<8>, %y<8>, %ga<4>, %gb<4>;
`)
	p(".shared .align 16 .b8 tileA[%d];", 2*bytesA)
	p(".shared .align 16 .b8 tileB[%d];", 2*bytesB)
	for _, v := range []string{"a", "b", "c"} {
		p("ld.param.u64 %%%s, [%s];", v, v)
	}
	p("ld.param.u32 %%n, [n];")
	p("ld.param.u32 %%k, [k];")
	p("mov.u32 %%t, %%tid.x;")
	p("mov.u32 %%bx, %%ctaid.x;")
	p("mov.u32 %%by, %%ctaid.y;")
	// Thread t loads four floats of each tile, from A[t/2][t%2·4] and B[t/32][t%32·4] on.
	p("shr.u32 %%row, %%t, 1;")
	p("and.b32 %%col, %%t, 1;")
	p("shl.b32 %%col, %%col, 2;")
	p("mad.lo.u32 %%u, %%by, 128, %%row;")
	p("mad.lo.u32 %%u, %%u, %%k, %%col;")
	p("mad.wide.u32 %%a, %%u, 4, %%a;")
	p("mad.lo.u32 %%u, %%col, %d, %%row;", stride)
	p("mov.u32 %%v, tileA;")
	p("mad.lo.u32 %%storeA, %%u, 4, %%v;")
	p("shr.u32 %%row, %%t, 5;")
	p("and.b32 %%col, %%t, 31;")
	p("shl.b32 %%col, %%col, 2;")
	p("mad.lo.u32 %%u, %%bx, 128, %%col;")
	p("mad.lo.u32 %%u, %%row, %%n, %%u;")
	p("mad.wide.u32 %%b, %%u, 4, %%b;")
	p("mad.lo.u32 %%u, %%row, 128, %%col;")
	p("mov.u32 %%v, tileB;")
	p("mad.lo.u32 %%storeB, %%u, 4, %%v;")
	p("mul.wide.u32 %%stepB, %%n, 32;")
	// A warp computes 32×64 elements, in four quarters of 16×32. Each of its 4×8 lanes
	// computes 4×4 elements of each quarter.
	p("and.b32 %%u, %%t, 31;")
	if zigzag { // the bits of the lane number are bits of column, row, column, row, column
		p("bfe.u32 %%i, %%u, 1, 1;")
		p("bfe.u32 %%v, %%u, 3, 1;")
		p("mad.lo.u32 %%i, %%v, 2, %%i;")
		p("and.b32 %%j, %%u, 1;")
		p("bfe.u32 %%v, %%u, 2, 1;")
		p("mad.lo.u32 %%j, %%v, 2, %%j;")
		p("bfe.u32 %%v, %%u, 4, 1;")
		p("mad.lo.u32 %%j, %%v, 4, %%j;")
	} else {
		p("shr.u32 %%i, %%u, 3;")
		p("and.b32 %%j, %%u, 7;")
	}
	p("shr.u32 %%v, %%t, 6;")
	p("shl.b32 %%i, %%i, 2;")
	p("mad.lo.u32 %%i, %%v, 32, %%i;") // row in the tile
	p("bfe.u32 %%v, %%t, 5, 1;")
	p("shl.b32 %%j, %%j, 2;")
	p("mad.lo.u32 %%j, %%v, 64, %%j;") // column
	p("mov.u32 %%v, tileA;")
	p("mad.lo.u32 %%loadA, %%i, 4, %%v;")
	p("mov.u32 %%v, tileB;")
	p("mad.lo.u32 %%loadB, %%j, 4, %%v;")
	for i := range 64 {
		p("mov.f32 %%acc%d, 0f00000000;", i)
	}
	fetch := func() {
		p("ld.global.nc.v4.f32 {%%ga0, %%ga1, %%ga2, %%ga3}, [%%a];")
		p("ld.global.nc.v4.f32 {%%gb0, %%gb1, %%gb2, %%gb3}, [%%b];")
		p("add.u64 %%a, %%a, 32;")
		p("add.u64 %%b, %%b, %%stepB;")
	}
	keep := func() {
		for i := range 4 {
			p("st.shared.f32 [%%toA+%d], %%ga%d;", i*stride*4, i)
		}
		p("st.shared.v4.f32 [%%toB], {%%gb0, %%gb1, %%gb2, %%gb3};")
	}
	p("mov.u32 %%toA, %%storeA;")
	p("mov.u32 %%toB, %%storeB;")
	p("mov.u32 %%fromA, %%loadA;")
	p("mov.u32 %%fromB, %%loadB;")
	fetch()
	keep()
	p("mov.u32 %%flipA, %d;", bytesA)
	p("mov.u32 %%flipB, %d;", bytesB)
	p("mov.u32 %%done, 8;")
	p("bar.sync 0;")
	s.WriteString("LOOP:\n")
	p("setp.lt.u32 %%more, %%done, %%k;")
	p("@!%%more bra INNER;")
	fetch()
	s.WriteString("INNER:\n")
	for k := range 8 {
		for q := range 2 {
			p("ld.shared.v4.f32 {%%x%d, %%x%d, %%x%d, %%x%d}, [%%fromA+%d];", 4*q, 4*q+1, 4*q+2, 4*q+3, k*stride*4+64*q)
			p("ld.shared.v4.f32 {%%y%d, %%y%d, %%y%d, %%y%d}, [%%fromB+%d];", 4*q, 4*q+1, 4*q+2, 4*q+3, k*512+128*q)
		}
		for i := range 8 {
			for j := range 8 {
				p("fma.rn.f32 %%acc%d, %%x%d, %%y%d, %%acc%d;", 8*i+j, i, j, 8*i+j)
			}
		}
	}
	s.WriteString("STORE:\n")
	p("@!%%more bra END;")
	p("add.u32 %%toA, %%storeA, %%flipA;")
	p("add.u32 %%toB, %%storeB, %%flipB;")
	keep()
	p("add.u32 %%fromA, %%loadA, %%flipA;")
	p("add.u32 %%fromB, %%loadB, %%flipB;")
	p("xor.b32 %%flipA, %%flipA, %d;", bytesA)
	p("xor.b32 %%flipB, %%flipB, %d;", bytesB)
	p("add.u32 %%done, %%done, 8;")
	p("bar.sync 0;")
	p("bra LOOP;")
	s.WriteString("END:\n")
	p("mad.lo.u32 %%i, %%by, 128, %%i;")
	p("mad.lo.u32 %%j, %%bx, 128, %%j;")
	p("mad.lo.u32 %%u, %%i, %%n, %%j;")
	p("mad.wide.u32 %%c, %%u, 4, %%c;")
	p("mul.wide.u32 %%rowC, %%n, 4;")
	p("mul.wide.u32 %%o, %%n, 64;")
	p("add.u64 %%c2, %%c, %%o;")
	for i := range 8 {
		c := "%c"
		if i >= 4 {
			c = "%c2"
		}
		for q := range 2 {
			v := 8*i + 4*q
			p("st.global.v4.f32 [%s+%d], {%%acc%d, %%acc%d, %%acc%d, %%acc%d};", c, 128*q, v, v+1, v+2, v+3)
		}
		p("add.u64 %s, %s, %%rowC;", c, c)
	}
	p("ret;")
	s.WriteString("}\n")
	return s.String()
}

// runSgemm multiplies random matrices on g and returns A, B and C.
func runSgemm(t testing.TB, g *ptxsim.GPU, src string, m, n, k int) (a, b, c []float32) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	a, b, c = make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
	for _, x := range [][]float32{a, b} {
		for i := range x {
			x[i] = random.Float32() - 0.5
		}
	}
	pa, pb := upload(t, g, floats(a...)), upload(t, g, floats(b...))
	pc, err := g.Alloc(4 * m * n)
	require.NoError(t, err)
	kern := kernel(t, g, "sgemm.ptx", src, "sgemm")
	require.NoError(t, g.Launch(0, kern, gpu.Dim{X: n / 128, Y: m / 128}, gpu.Dim{X: 256}, 0,
		[]gpu.Arg{gpu.Ptr(pa), gpu.Ptr(pb), gpu.Ptr(pc), gpu.Int32(n), gpu.Int32(k)}))
	require.NoError(t, g.Sync(0))
	for i, v := range download(t, g, pc, m*n) {
		c[i] = math.Float32frombits(v)
	}
	return a, b, c
}

func TestSgemm(t *testing.T) {
	const m, n, k = 256, 128, 32
	for name, o := range options {
		t.Run(name, func(t *testing.T) {
			a, b, c := runSgemm(t, ptxsim.New(o), sgemm(4, true), m, n, k)
			for i := range m {
				for j := range n {
					var want float32
					for l := range k {
						want = float32(math.FMA(float64(a[i*k+l]), float64(b[l*n+j]), float64(want)))
					}
					require.InDelta(t, want, c[i*n+j], 1e-6, "C[%d][%d]", i, j)
				}
			}
		})
	}
}

// The counters of a matrix product equal those computed by hand.
func TestSgemmCounters(t *testing.T) {
	const m, n, k = 256, 128, 32
	for _, test := range []struct {
		pad       int
		zigzag    bool
		conflicts int64
		perLoad   int64 // wavefronts for the four vector loads of a step, two of A and two of B
	}{
		{pad: 0, zigzag: true, conflicts: 2 * 4 * 8 * 4, perLoad: 8}, // one for each store of A: 2 blocks, 4 steps, 8 warps, 4 stores
		{pad: 4, zigzag: true, conflicts: 0, perLoad: 8},
		{pad: 4, zigzag: false, conflicts: 0, perLoad: 12},
	} {
		g := ptxsim.New(ptxsim.Options{})
		runSgemm(t, g, sgemm(test.pad, test.zigzag), m, n, k)
		c := g.Counters("sgemm")
		require.EqualValues(t, 1, c.Launches)
		require.EqualValues(t, m*n*k, c.Threads[ptxsim.FMA])
		require.EqualValues(t, m*n*k/32, c.Warps[ptxsim.FMA])
		// Each of 2 blocks reads 128 rows of A and 128 columns of B, and writes its tile.
		require.EqualValues(t, 2*4*(128*k+128*k), c.GlobalLoad.Bytes)
		require.EqualValues(t, c.GlobalLoad.Bytes, 32*c.GlobalLoad.Sectors)
		require.EqualValues(t, 4*m*n, c.GlobalStore.Bytes)
		require.EqualValues(t, c.GlobalStore.Bytes, 32*c.GlobalStore.Sectors)
		require.EqualValues(t, test.conflicts, c.Shared.Conflicts, "pad %d, zigzag %v", test.pad, test.zigzag)
		require.Zero(t, c.DivergentBranches)

		inner, ok := g.CountersBetween("sgemm", "INNER", "STORE")
		require.True(t, ok)
		require.EqualValues(t, m*n*k/32, inner.Arithmetic(), "nothing but FMA")
		require.EqualValues(t, inner.Shared.Requests/4*test.perLoad, inner.Shared.Wavefronts)
		require.Zero(t, inner.Shared.Conflicts)
		require.EqualValues(t, 16, inner.Threads[ptxsim.FMA]/inner.Threads[ptxsim.Load])
	}
}

// randomFloats returns the bytes of n float32 in [−½, ½).
func randomFloats(n int) []byte {
	random := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, n)
	for i := range x {
		x[i] = random.Float32() - 0.5
	}
	return floats(x...)
}

func benchmark(b *testing.B, o ptxsim.Options, run func(g *ptxsim.GPU) func()) {
	g := ptxsim.New(o)
	step := run(g)
	step()
	b.ResetTimer()
	for b.Loop() {
		step()
	}
}

var speeds = []struct {
	name string
	ptxsim.Options
}{
	{"checked", ptxsim.Options{Threads: 1}},
	{"counted", ptxsim.Options{Threads: 1, Unchecked: true}},
	{"fast", ptxsim.Options{Threads: 1, Unchecked: true, Uncounted: true}},
}

// BenchmarkSgemm multiplies 256×256 matrices on one goroutine.
func BenchmarkSgemm(b *testing.B) {
	const n = 256
	for _, speed := range speeds {
		b.Run(speed.name, func(b *testing.B) {
			counter := ptxsim.New(ptxsim.Options{})
			runSgemm(b, counter, sgemm(4, true), n, n, n)
			counts := counter.Counters("sgemm")
			benchmark(b, speed.Options, func(g *ptxsim.GPU) func() {
				pa, pb := upload(b, g, randomFloats(n*n)), upload(b, g, randomFloats(n*n))
				pc, err := g.Alloc(4 * n * n)
				require.NoError(b, err)
				kern := kernel(b, g, "sgemm.ptx", sgemm(4, true), "sgemm")
				args := []gpu.Arg{gpu.Ptr(pa), gpu.Ptr(pb), gpu.Ptr(pc), gpu.Int32(n), gpu.Int32(n)}
				return func() {
					require.NoError(b, g.Launch(0, kern, gpu.Dim{X: n / 128, Y: n / 128}, gpu.Dim{X: 256}, 0, args))
					require.NoError(b, g.Sync(0))
				}
			})
			b.ReportMetric(float64(counts.ThreadInstructions())*float64(b.N)/b.Elapsed().Seconds()/1e6, "M-instr/s")
			b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e6, "MFLOP/s")
		})
	}
}

// BenchmarkVectorAdd adds vectors of 2²⁰ elements on one goroutine.
func BenchmarkVectorAdd(b *testing.B) {
	const n = 1 << 20
	for _, speed := range speeds {
		b.Run(speed.name, func(b *testing.B) {
			benchmark(b, speed.Options, func(g *ptxsim.GPU) func() {
				x, y, z := upload(b, g, randomFloats(n)), upload(b, g, randomFloats(n)), upload(b, g, make([]byte, 4*n))
				kern := kernel(b, g, "vectoradd.ptx", readPTX(b, "vectoradd.ptx"), "vector_add")
				args := []gpu.Arg{gpu.Ptr(x), gpu.Ptr(y), gpu.Ptr(z), gpu.Int32(n)}
				return func() {
					require.NoError(b, g.Launch(0, kern, gpu.Dim{X: n / 256}, gpu.Dim{X: 256}, 0, args))
					require.NoError(b, g.Sync(0))
				}
			})
			b.ReportMetric(19*n*float64(b.N)/b.Elapsed().Seconds()/1e6, "M-instr/s")
		})
	}
}
