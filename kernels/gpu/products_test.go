package gpu_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// What the inner loop of a product does, counted: nearly all arithmetic is
// multiply-adds, shared memory has no bank conflicts, and a word that is read
// from it is used many times.
func TestInnerLoops(t *testing.T) {
	for _, c := range []struct {
		kernel  string
		share   float64 // of multiply-adds in the arithmetic
		perQuad float64 // multiply-adds for each 16 bytes read from shared memory
		run     func(r *rig)
	}{
		{"gemm_nn_128", 0.9, 16, product(1280, 1024, 64, false, false)},
		{"gemm_nt_128", 0.9, 16, product(1280, 1024, 64, false, true)},
		{"gemm_tn_128", 0.9, 16, product(1280, 1024, 64, true, false)},
		{"gemm_tt_128", 0.9, 16, product(1280, 1024, 64, true, true)},
		{"gemm_nt_64", 0.85, 8, product(128, 3136, 64, false, true)},
		{"convolve_128", 0.9, 16, convolution(64, 32, 20, 128)},
		{"convolve_32x128", 0.75, 6.4, convolution(8, 32, 56, 32)},
		{"convolve_64", 0.8, 8, convolution(4, 32, 56, 64)},
	} {
		t.Run(c.kernel, func(t *testing.T) {
			r := newRig(t, ptxsim.Options{})
			c.run(r)
			require.NoError(t, r.Sync())
			loop, ok := r.sim.CountersBetween(c.kernel, "terms", "summed")
			require.True(t, ok, "the kernel did not run")
			inner, ok := r.sim.CountersBetween(c.kernel, "inner", "inner_end")
			require.True(t, ok)
			fma := loop.Warps[ptxsim.FMA]
			arithmetic := fma + loop.Warps[ptxsim.FloatArithmetic] + loop.Warps[ptxsim.IntegerArithmetic]
			share := float64(fma) / float64(arithmetic)
			perQuad := 16 * float64(inner.Threads[ptxsim.FMA]) / float64(inner.Shared.Bytes)
			t.Logf("%.1f %% of the arithmetic are multiply-adds, %.1f for each 16 bytes of shared memory", 100*share, perQuad)
			require.GreaterOrEqual(t, share, c.share)
			require.GreaterOrEqual(t, perQuad, c.perQuad)
			require.Zero(t, loop.Shared.Conflicts, "bank conflicts")
			require.Zero(t, loop.DivergentBranches)
		})
	}
}

func product(m, n, k int, transA, transB bool) func(r *rig) {
	return func(r *rig) {
		r.Gemm(kernels.Gemm{M: m, N: n, K: k, TransA: transA, TransB: transB, Alpha: 1, A: r.ones(m * k), B: r.ones(k * n), C: r.Alloc(m * n)})
	}
}

func convolution(images, channels, side, filters int) func(r *rig) {
	return func(r *rig) {
		s := kernels.ConvShape{N: images, C: channels, H: side, W: side, K: filters, R: 1, S: 1, StrideH: 1, StrideW: 1, OutH: side, OutW: side}
		x, w, y := r.ones(s.N*s.C*s.H*s.W), r.ones(s.K*s.C*s.R*s.S), r.Alloc(s.N*s.K*s.OutH*s.OutW)
		r.Conv(s, y, x, w, kernels.Buffer{}, kernels.ReLU)
	}
}

// Sizes around those of tiles and steps, in spans that begin anywhere, with rows
// longer than the matrices: what lies between and around stays as it was.
func TestProductsOfOddSizes(t *testing.T) {
	r := newRig(t, ptxsim.Options{})
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
