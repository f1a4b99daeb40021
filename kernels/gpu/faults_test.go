package gpu_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// A mutant is a simulated GPU that replaces one instruction of a kernel when it loads the
// kernel's file.
type mutant struct {
	*ptxsim.GPU
	t                    *testing.T
	file, kernel         string
	instruction, instead string
}

func (m *mutant) Load(name, text string) (gpu.Module, error) {
	if name == m.file+".ptx" {
		begin := strings.Index(text, ".visible .entry "+m.kernel+"(")
		require.GreaterOrEqual(m.t, begin, 0, "no kernel %s", m.kernel)
		end := begin + strings.Index(text[begin:], "\n}")
		require.Contains(m.t, text[begin:end], m.instruction)
		text = text[:begin] + strings.Replace(text[begin:end], m.instruction, m.instead, 1) + text[end:]
	}
	return m.GPU.Load(name, text)
}

// multiplies returns a computation for TestPlantedFaults: an m×n matrix product with inner
// dimension k and a bias.
func multiplies(m, n, k int, transA bool) func(d *gpu.Device) kernels.Buffer {
	return func(d *gpu.Device) kernels.Buffer {
		c := d.Alloc(m * n)
		d.Gemm(kernels.Gemm{M: m, N: n, K: k, TransA: transA, Alpha: 1, A: uniform(d, m*k), B: uniform(d, k*n), C: c, Bias: uniform(d, n)})
		return c
	}
}

// convolves computes a convolution and returns its result.
func convolves(d *gpu.Device) kernels.Buffer {
	s := kernels.ConvShape{N: 2, C: 3, H: 9, W: 9, K: 5, R: 4, S: 4, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1, OutH: 4, OutW: 4}
	y := d.Alloc(s.N * s.K * s.OutH * s.OutW)
	d.Conv(s, y, uniform(d, s.N*s.C*s.H*s.W), uniform(d, s.K*s.C*s.R*s.S), uniform(d, s.K), kernels.ReLU)
	return y
}

// sums returns the computation of two sums of n elements.
func sums(n int) func(d *gpu.Device) kernels.Buffer {
	return func(d *gpu.Device) kernels.Buffer {
		sum := d.Alloc(2)
		d.Sum(sum, uniform(d, 2*n), kernels.SumShape{K0: 2, R0: n, K1: 1, R1: 1}, 1, kernels.Overwrite)
		return sum
	}
}

// maps computes an element-wise function and returns its result.
func maps(d *gpu.Device) kernels.Buffer {
	y := d.Alloc(1500)
	d.Map(kernels.ReLU, y, uniform(d, 1500))
	return y
}

// uniform returns a buffer of n random values.
func uniform(d *gpu.Device, n int) kernels.Buffer {
	b := d.Alloc(n)
	d.Uniform(b, 1, uint64(n))
	return b
}

// TestPlantedFaults plants twenty typical faults in the kernels, one at a time. The
// simulator's checks report sixteen of them, with file and line of the faulty instruction.
// Four violate no check and only give wrong values; for them Origin names the file and line
// of the instruction that stored a wrong value.
func TestPlantedFaults(t *testing.T) {
	const values = "" // no check fails; a result is wrong
	small, deep, transposed := multiplies(33, 35, 20, false), multiplies(5, 7, 600, false), multiplies(33, 35, 20, true)
	for _, c := range []struct {
		fault                string
		file, kernel         string
		instruction, instead string
		work                 func(d *gpu.Device) kernels.Buffer
		says                 string
	}{
		{"no barrier before the sums", "gemm", "gemm_nn_32", "bar.sync 0;\n\tmov.f32", "mov.f32", small, "race"},
		{"no barrier after a step", "gemm", "gemm_nn_32", "bar.sync 0;\n\tadd.u32 get_a", "add.u32 get_a", small, "race"},
		{"one buffer instead of two", "gemm", "gemm_nn_32", "mov.u32 flip, 2304;", "mov.u32 flip, 0;", small, "race"},
		{"shared memory too small", "gemm", "gemm_nn_32", "tiles[4608]", "tiles[4584]", small, "out of bounds"},
		{"rows unguarded", "gemm", "gemm_nn_32", "setp.lt.u32 pred_1, u32_8, rows;", "setp.lt.u32 pred_1, u32_8, 64;", small, "out of bounds"},
		{"terms unguarded", "gemm", "gemm_nn_32", "setp.lt.and.u32 pred_23,", "setp.le.and.u32 pred_23,", multiplies(33, 35, 5, false), "out of bounds"},
		{"rows stored beyond the last", "gemm", "gemm_nn_32", "setp.lt.and.u32 inside_row,", "setp.le.and.u32 inside_row,", multiplies(34, 35, 20, false), "out of bounds"},
		{"operands of another term", "gemm", "gemm_nn_32", "[get_b+1296]", "[get_b+1440]", small, values},
		{"misaligned vector", "gemm", "gemm_nn_32", "[get_a+144]", "[get_a+148]", small, "misaligned"},
		{"wrong leading dimension", "gemm", "gemm_tn_32", "mul.lo.u32 a_gap, lda, 1;", "mul.lo.u32 a_gap, ldb, 1;", transposed, "out of bounds"},
		{"a sum not initialized", "gemm", "gemm_nn_32", "mov.f32 f32_3, 0f00000000;", "", small, "uninitialized"},
		{"bias of columns beyond the last", "gemm", "gemm_nn_32", "and.pred pred_26, inside_column, biased;", "mov.pred pred_26, biased;", small, "out of bounds"},
		{"wrong stride between splits", "gemm", "combine", "add.u32 i, i, n;", "add.u32 i, i, columns;", deep, values},
		{"combine beyond the end", "gemm", "combine", "setp.ge.u32 outside, e, n;", "setp.gt.u32 outside, e, n;", deep, "out of bounds"},
		{"border of an image unguarded", "convolutions", "convolve_32", "setp.lt.and.u32 pred_17, u32_40, height, pred_9;", "setp.lt.u32 pred_17, u32_40, height;", convolves, "out of bounds"},
		{"pixels of another image", "convolutions", "convolve_32", "mul.lo.u32 in_base, image, u32_3;", "mul.lo.u32 in_base, image, u32_4;", convolves, values},
		{"shuffle by 15 lanes instead of 16", "reductions", "sum_parts", "shfl.sync.down.b32 f32_10, sum, 16,", "shfl.sync.down.b32 f32_10, sum, 15,", sums(2000), values},
		{"shuffle with inactive lanes", "reductions", "sum_parts", "shfl.sync.down.b32 f32_20, f32_9, 4, 31, 0xffffffff;", "@leader shfl.sync.down.b32 f32_20, f32_9, 4, 31, 0xffffffff;", sums(5000), "shfl"},
		{"warps' sums read before they are stored", "reductions", "sum_parts", "bar.sync 0;", "", sums(5000), "uninitialized"},
		{"tail off by one", "maps", "map_ReLU", "setp.ge.u32 more, n, rest;", "setp.gt.u32 more, n, rest;", maps, "out of bounds"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			compute := func(driver gpu.Driver) (*gpu.Device, kernels.Buffer, []float32, error) {
				d, err := gpu.New(driver)
				require.NoError(t, err)
				result := c.work(d)
				values := make([]float32, result.Len())
				err = d.Read(values, result)
				return d, result, values, err
			}
			_, _, want, err := compute(ptxsim.New(ptxsim.Options{}))
			require.NoError(t, err)
			d, result, got, err := compute(&mutant{ptxsim.New(ptxsim.Options{}), t, c.file, c.kernel, c.instruction, c.instead})
			report := ""
			if c.says == values {
				require.NoError(t, err)
				for i := range want {
					if math.Abs(float64(got[i]-want[i])) > 1e-3 {
						report = fmt.Sprintf("element %d is %v, want %v: %s", i, got[i], want[i], d.Origin(result, i))
						break
					}
				}
				require.NotEmpty(t, report, "the fault changed no result")
			} else {
				require.ErrorContains(t, err, c.says)
				report = err.Error()
			}
			require.Regexp(t, `\b`+c.file+`\.ptx:\d+: kernel `+c.kernel+`\b`, report)
			t.Log(report)
		})
	}
}
