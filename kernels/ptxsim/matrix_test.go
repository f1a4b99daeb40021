package ptxsim_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/internal/ptxas"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// matrixKernel loads the words of each lane's fragments of A, B and C, which follow one
// another in memory, multiplies, and stores the lane's fragment of D over that of C.
const matrixKernel = `.version 7.0
.target sm_80
.address_size 64
.visible .entry multiply(.param .u64 at) .maxntid 32
{
	.reg .u64 p;
	.reg .u32 t;
	.reg .b32 a<4>, b<2>;
	.reg .f32 c<4>;
	ld.param.u64 p, [at];
	mov.u32 t, %tid.x;
	mad.wide.u32 p, t, 48, p;
	ld.global.v4.b32 {a0, a1, a2, a3}, [p];
	ld.global.v2.b32 {b0, b1}, [p+16];
	ld.global.v4.f32 {c0, c1, c2, c3}, [p+32];
	mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {c0, c1, c2, c3}, {a0, a1, a2, a3}, {b0, b1}, {c0, c1, c2, c3};
	st.global.v4.f32 [p+32], {c0, c1, c2, c3};
	ret;
}
`

// A layout says which element of a matrix value v of lane t is, as CuTe's layouts do
// (CUTLASS, cute/atom/mma_traits_sm80.hpp, SM80_16x8x16_F32BF16BF16F32_TN). The lane is a
// number of two digits, the lower one of base 4, and the value one of binary digits. The
// element is the sum of the digits, each times its stride: an index in a matrix in the order of
// columns, of A, of the transpose of B, and of C.
type layout struct{ lane, value []int }

var (
	layoutA = layout{[]int{32, 1}, []int{16, 8, 128}}
	layoutB = layout{[]int{16, 1}, []int{8, 64}}
	layoutC = layout{[]int{32, 1}, []int{16, 8}}
)

// at returns the row and the column of a matrix with the given number of rows.
func (l layout) at(t, v, rows int) (row, column int) {
	i := t%4*l.lane[0] + t/4*l.lane[1]
	for digit, stride := range l.value {
		i += v >> digit & 1 * stride
	}
	return i % rows, i / rows
}

// TestMatrixProduct checks mma on matrices that are distributed over the lanes as CuTe, not
// the simulator, defines their layout.
func TestMatrixProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, approximation := range []ptxsim.Approximation{ptxsim.Nearest, ptxsim.Low} {
		g := ptxsim.New(ptxsim.Options{Target: 80, Approximation: approximation})
		m, err := g.Load("m.ptx", matrixKernel)
		require.NoError(t, err)
		k, err := m.Kernel("multiply")
		require.NoError(t, err)
		for range 20 {
			var a [16][16]float32
			var b [16][8]float32 // element k, n
			var c [16][8]float32
			number := func() float32 { return kernels.RoundBFloat16(float32(rng.NormFloat64())) }
			words := make([]byte, 32*48)
			for lane := range 32 {
				set := func(word int, bits uint32) { binary.LittleEndian.PutUint32(words[lane*48+4*word:], bits) }
				pair := func(low, high float32) uint32 { return math.Float32bits(low)>>16 | math.Float32bits(high) }
				var x [8]float32
				for v := range 8 {
					row, column := layoutA.at(lane, v, 16)
					a[row][column] = number()
					x[v] = a[row][column]
				}
				for w := range 4 {
					set(w, pair(x[2*w], x[2*w+1]))
				}
				for v := range 4 {
					n, k := layoutB.at(lane, v, 8)
					b[k][n] = number()
					x[v] = b[k][n]
				}
				for w := range 2 {
					set(4+w, pair(x[2*w], x[2*w+1]))
				}
				for v := range 4 {
					row, column := layoutC.at(lane, v, 16)
					c[row][column] = float32(rng.NormFloat64())
					set(8+v, math.Float32bits(c[row][column]))
				}
			}
			p := upload(t, g, words)
			require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, []gpu.Arg{gpu.Ptr(p)}))
			got := download(t, g, p, len(words)/4)
			for lane := range 32 {
				for v := range 4 {
					row, column := layoutC.at(lane, v, 16)
					sum, scale := float64(c[row][column]), math.Abs(float64(c[row][column]))
					for k := range 16 {
						product := float64(a[row][k]) * float64(b[k][column])
						sum, scale = sum+product, scale+math.Abs(product)
					}
					d := math.Float32frombits(got[lane*12+8+v])
					if approximation == ptxsim.Nearest {
						require.Equal(t, float32(sum), d)
					} else {
						require.InDelta(t, sum, d, 16*0x1p-23*scale)
					}
				}
			}
		}
		require.EqualValues(t, 20, g.Counters("multiply").Warps[ptxsim.MatrixProduct])
	}
}

// pairKernel stores the bfloat16 numbers of words 0 and 1 as a pair.
const pairKernel = `.version 7.0
.target sm_80
.address_size 64
.visible .entry pair(.param .u64 at) .maxntid 1
{
	.reg .u64 p;
	.reg .f32 x, y;
	.reg .b32 d;
	ld.param.u64 p, [at];
	ld.global.v2.f32 {x, y}, [p];
	cvt.rn.bf16x2.f32 d, x, y;
	st.global.b32 [p], d;
	ret;
}
`

func TestConversionToPairs(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{Target: 80})
	m, err := g.Load("p.ptx", pairKernel)
	require.NoError(t, err)
	k, err := m.Kernel("pair")
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		x, y := math.Float32frombits(rng.Uint32()), math.Float32frombits(rng.Uint32()&^0x7fff|0x8000)
		p := upload(t, g, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)), math.Float32bits(y)))
		require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{gpu.Ptr(p)}))
		got := download(t, g, p, 1)[0]
		for _, half := range []struct {
			of   float32
			bits uint32
		}{{x, got &^ 0xffff}, {y, got << 16}} {
			if half.of != half.of {
				require.True(t, math.IsNaN(float64(math.Float32frombits(half.bits))))
			} else {
				require.Equal(t, math.Float32bits(kernels.RoundBFloat16(half.of)), half.bits)
			}
		}
	}
}

// Instructions of sm_80 need the version and the target, and mma needs all lanes of a warp.
func TestMatrixRefusals(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{Target: 80})
	for _, source := range []string{matrixKernel, pairKernel} {
		for _, header := range []string{".version 6.3\n.target sm_80", ".version 7.0\n.target sm_70"} {
			_, err := g.Load("m.ptx", strings.Replace(source, ".version 7.0\n.target sm_80", header, 1))
			require.ErrorContains(t, err, "needs .version 7.0 and .target sm_80")
		}
		_, err := ptxsim.New(ptxsim.Options{}).Load("m.ptx", source)
		require.ErrorContains(t, err, ".target sm_80 is not supported")
	}
	for change, want := range map[string]string{
		"{a0, a1, a2, a3}, {b0": "operand 2 must be a vector of 4 registers",
		".f32.bf16.bf16.f32":    "needs .f32",
		"m16n8k16":              "needs .m16n8k16",
	} {
		with := map[string]string{"{a0, a1, a2, a3}, {b0": "{a0, a1}, {b0", ".f32.bf16.bf16.f32": ".f16.bf16.bf16.f32", "m16n8k16": "m16n8k8"}[change]
		_, err := g.Load("m.ptx", strings.Replace(matrixKernel, change, with, 1))
		require.ErrorContains(t, err, want)
	}
	m, err := g.Load("m.ptx", matrixKernel)
	require.NoError(t, err)
	k, err := m.Kernel("multiply")
	require.NoError(t, err)
	p := upload(t, g, make([]byte, 32*48))
	require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 31}, 0, []gpu.Arg{gpu.Ptr(p)}))
	require.ErrorContains(t, g.Sync(0), "do not execute mma")
}

// NVIDIA's assembler accepts what the simulator does.
func TestAssemblerAcceptsMatrices(t *testing.T) {
	a, err := ptxas.Find()
	if err != nil {
		t.Skipf("SKIPPED: %v: not checked that NVIDIA's assembler accepts mma", err)
	}
	for i, source := range []string{matrixKernel, pairKernel} {
		_, err := a.Assemble("sm_80", fmt.Sprint("kernel", i), source)
		require.NoError(t, err)
	}
}
