package gpu_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// An h100 is the simulator with as many multiprocessors as an H100 (SXM). Tile sizes and
// splits of products depend on that number.
type h100 struct{ *ptxsim.GPU }

func (h h100) Properties() gpu.Properties {
	p := h.GPU.Properties()
	p.Multiprocessors = 132
	return p
}

// The convolutions of the variational autoencoder.
var (
	firstConvolution  = kernels.ConvShape{N: batch, C: 1, H: 28, W: 28, K: 32, R: 4, S: 4, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1, OutH: 14, OutW: 14}
	secondConvolution = kernels.ConvShape{N: batch, C: 32, H: 14, W: 14, K: 64, R: 4, S: 4, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1, OutH: 7, OutW: 7}
)

// The inner loops of matrix products and convolutions, at the sizes of a training step with
// a batch of 128 on an H100, spend at least 90 % of their arithmetic instructions on
// multiply-adds. They have no bank conflicts, and do at least 2.6 multiply-adds for each
// word that they load from shared memory.
func TestInnerLoops(t *testing.T) {
	first, second := firstConvolution, secondConvolution
	for _, c := range []struct {
		work   string
		kernel string // the kernel that must run; "" allows any
		run    func(r *rig)
	}{
		{"large", "gemm_nn_128", product(1280, 1664, 32, false, false)},
		{"large", "gemm_nt_128", product(1280, 1664, 32, false, true)},
		{"large", "gemm_tn_128", product(1280, 1664, 32, true, false)},
		{"large", "gemm_tt_128", product(1280, 1664, 32, true, true)},
		{"hidden layer", "", product(batch, 256, 3136, false, true)},
		{"its input's gradient", "", product(batch, 3136, 256, false, false)},
		{"its weights' gradient", "", product(256, 3136, batch, true, false)},
		{"mean", "", product(batch, 10, 256, false, true)},
		{"its input's gradient", "", product(batch, 256, 10, false, false)},
		{"its weights' gradient", "", product(10, 256, batch, true, false)},
		{"first convolution", "", convolution(first)},
		{"first convolution's weights' gradient", "", weights(first)},
		{"second convolution", "", convolution(second)},
		{"second convolution's input's gradient", "", transposed(second)},
		{"second convolution's weights' gradient", "", weights(second)},
		{"last transposed convolution", "", transposed(first)},
	} {
		t.Run(strings.ReplaceAll(c.work, " ", "_"), func(t *testing.T) {
			r := onH100(t, kernels.Float32, c.run)
			sim, d := r.sim, r.Device
			counted := false
			for _, kernel := range sim.KernelNames() {
				loop, ok := sim.CountersBetween(kernel, "terms", "summed")
				if !ok {
					continue // not a product
				}
				counted = true
				inner, ok := sim.CountersBetween(kernel, "inner", "inner_end")
				require.True(t, ok)
				share := float64(loop.Warps[ptxsim.FMA]) / float64(loop.Arithmetic())
				perQuad := 16 * float64(inner.Threads[ptxsim.FMA]) / float64(inner.Shared.Bytes)
				all := sim.Counters(kernel)
				t.Logf("%s: multiply-adds are %.1f %% of arithmetic, %.1f for each 16 bytes of shared memory, %.1f %% of all instructions", kernel,
					100*share, perQuad, 100*float64(all.Warps[ptxsim.FMA])/float64(all.WarpInstructions()))
				require.GreaterOrEqual(t, share, 0.9)
				require.Zero(t, loop.Shared.Conflicts, "bank conflicts")
				require.Zero(t, loop.DivergentBranches)
				if strings.Contains(kernel, "_32") { // a thread has 4 rows of a tile, not 8 or 16
					require.GreaterOrEqual(t, perQuad, 10.6)
				} else {
					require.GreaterOrEqual(t, perQuad, 16.0)
				}
				if c.kernel != "" {
					require.Equal(t, c.kernel, kernel)
				}
			}
			require.True(t, counted)
			require.NoError(t, d.Close())
		})
	}
}

// onH100 runs work on a simulated H100.
func onH100(t *testing.T, p kernels.Precision, run func(r *rig)) *rig {
	sim := ptxsim.New(ptxsim.Options{Unchecked: true, Target: 90})
	d, err := gpu.New(h100{sim}, gpu.Precision(p))
	require.NoError(t, err)
	r := &rig{d, sim, t}
	run(r)
	require.NoError(t, r.Sync())
	return r
}

// In half precision, the inner loops have no bank conflicts. For each instruction they do at
// least three multiply-adds of a lane, where TestInnerLoops counts less than one.
func TestInnerLoopsInHalfPrecision(t *testing.T) {
	for _, c := range []struct {
		work string
		run  func(r *rig)
	}{
		{"large", product(1280, 1664, 32, false, false)},
		{"hidden layer", product(batch, 256, 3136, false, true)},
		{"its weights' gradient", product(256, 3136, batch, true, false)},
		{"first convolution", convolution(firstConvolution)},
		{"first convolution's weights' gradient", weights(firstConvolution)},
		{"second convolution", convolution(secondConvolution)},
		{"second convolution's input's gradient", transposed(secondConvolution)},
		{"second convolution's weights' gradient", weights(secondConvolution)},
	} {
		t.Run(strings.ReplaceAll(c.work, " ", "_"), func(t *testing.T) {
			r := onH100(t, kernels.BFloat16, c.run)
			counted := false
			for _, kernel := range r.sim.KernelNames() {
				loop, ok := r.sim.CountersBetween(kernel, "terms", "summed")
				if !ok {
					continue
				}
				counted = true
				require.Contains(t, kernel, "_bf16")
				share := float64(64*loop.Warps[ptxsim.MatrixProduct]) / float64(loop.WarpInstructions()) // mma does 16·8·16 multiply-adds in 32 lanes
				t.Logf("%s: %.1f multiply-adds of a lane for each instruction", kernel, share)
				require.GreaterOrEqual(t, share, 3.0)
				require.Zero(t, loop.Shared.Conflicts, "bank conflicts")
				require.Zero(t, loop.Warps[ptxsim.FMA])
				require.Zero(t, loop.DivergentBranches)
			}
			require.True(t, counted)
			require.NoError(t, r.Close())
		})
	}
}

// product returns a function that computes an m×n product with inner dimension k.
func product(m, n, k int, transA, transB bool) func(r *rig) {
	return func(r *rig) {
		r.Gemm(kernels.Gemm{M: m, N: n, K: k, TransA: transA, TransB: transB, Alpha: 1, A: r.ones(m * k), B: r.ones(k * n), C: r.Alloc(m * n)})
	}
}

// images returns buffers for the input x, the output y and the filters w of a convolution.
func (r *rig) images(s kernels.ConvShape) (x, y, w kernels.Buffer) {
	return r.ones(s.N * s.C * s.H * s.W), r.ones(s.N * s.K * s.OutH * s.OutW), r.ones(s.K * s.C * s.R * s.S)
}

func convolution(s kernels.ConvShape) func(r *rig) {
	return func(r *rig) {
		x, y, w := r.images(s)
		r.Conv(s, y, x, w, kernels.Buffer{}, kernels.ReLU)
	}
}

func transposed(s kernels.ConvShape) func(r *rig) {
	return func(r *rig) {
		x, y, w := r.images(s)
		r.ConvTranspose(s, x, y, w, kernels.Buffer{}, kernels.Sigmoid, kernels.Overwrite)
	}
}

func weights(s kernels.ConvShape) func(r *rig) {
	return func(r *rig) {
		x, y, w := r.images(s)
		r.ConvWeightGrad(s, w, x, y, kernels.Overwrite)
	}
}

// Products are correct for sizes just below, at and just above multiples of a tile and of a
// step, for matrices that begin at unaligned addresses, and for leading dimensions that
// exceed the length of a row. Elements of C's buffer outside the matrix keep their values.
func TestProductsOfOddSizes(t *testing.T) {
	for _, p := range precisions {
		t.Run(p.String(), func(t *testing.T) { testProductsOfOddSizes(t, p) })
	}
}

var precisions = []kernels.Precision{kernels.Float32, kernels.BFloat16}

func testProductsOfOddSizes(t *testing.T, p kernels.Precision) {
	r := newRig(t, ptxsim.Options{Target: 80}, gpu.Precision(p))
	for _, size := range [][3]int{{1, 1, 1}, {33, 31, 7}, {31, 65, 9}, {64, 64, 8}, {65, 129, 17}, {129, 127, 300}, {700, 600, 9}, {3, 2, 2000}} {
		m, n, k := size[0], size[1], size[2]
		for transposed := range 4 {
			g := kernels.Gemm{M: m, N: n, K: k, TransA: transposed&1 != 0, TransB: transposed&2 != 0, Alpha: 0.5, Beta: 2}
			rowsA, rowsB := m, k
			g.LDA, g.LDB, g.LDC = k+3, n+1, n+5
			if g.TransA {
				rowsA, g.LDA = k, m+3
			}
			if g.TransB {
				rowsB, g.LDB = n, k+1
			}
			span := func(rows, ld, from int) (kernels.Buffer, []float32) {
				values := make([]float32, rows*ld+from)
				for i := range values {
					values[i] = float32(i%7 - 3)
				}
				b := r.Alloc(len(values))
				r.Write(b, values)
				return b.Slice(from, len(values)), values[from:]
			}
			var a, b, c []float32
			g.A, a = span(rowsA, g.LDA, 1)
			g.B, b = span(rowsB, g.LDB, 3)
			g.C, c = span(m, g.LDC, 2)
			want := append([]float32(nil), c...)
			at := func(x []float32, ld, i, j int, transposed bool) float32 {
				if transposed {
					i, j = j, i
				}
				return x[i*ld+j]
			}
			for i := range m {
				for j := range n {
					var sum float32 // of small integers, exact
					for p := range k {
						sum += at(a, g.LDA, i, p, g.TransA) * at(b, g.LDB, p, j, g.TransB)
					}
					want[i*g.LDC+j] = 0.5*sum + 2*c[i*g.LDC+j]
				}
			}
			r.Gemm(g)
			got := make([]float32, len(c))
			require.NoError(t, r.Read(got, g.C))
			require.Equal(t, want, got, fmt.Sprint(size, g.TransA, g.TransB))
		}
	}
}
