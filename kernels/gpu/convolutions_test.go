package gpu_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Convolutions and their gradients equal sums over all terms. In these shapes a row of taps
// serves for several steps, splits begin and end between such steps, or channels are few.
// The elements are small integers, so sums are exact in float32.
func TestRepeatedTaps(t *testing.T) {
	for _, s := range []kernels.ConvShape{
		{N: 19, C: 2, H: 9, W: 9, K: 3, R: 3, S: 3, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1},
		{N: 50, C: 1, H: 6, W: 6, K: 33, R: 4, S: 4, StrideH: 2, StrideW: 2, PadH: 1, PadW: 1},
		{N: 2, C: 41, H: 5, W: 4, K: 37, R: 3, S: 2, StrideH: 1, StrideW: 2, PadH: 1, PadW: 0},
		{N: 3, C: 9, H: 7, W: 7, K: 70, R: 1, S: 1, StrideH: 2, StrideW: 3},
		{N: 65, C: 1, H: 5, W: 5, K: 20, R: 2, S: 2, StrideH: 3, StrideW: 3, PadH: 2, PadW: 2},
	} {
		s.OutH, s.OutW = (s.H+2*s.PadH-s.R)/s.StrideH+1, (s.W+2*s.PadW-s.S)/s.StrideW+1
		for _, p := range precisions {
			t.Run(fmt.Sprintf("%v/%+v", p, s), func(t *testing.T) { testRepeatedTaps(t, s, p) })
		}
	}
}

func testRepeatedTaps(t *testing.T, s kernels.ConvShape, p kernels.Precision) {
	r := newRig(t, ptxsim.Options{Target: 80}, gpu.Precision(p))
	x, xs := r.integers(s.N * s.C * s.H * s.W)
	y, ys := r.integers(s.N * s.K * s.OutH * s.OutW)
	w, ws := r.integers(s.K * s.C * s.R * s.S)
	forward, back, weights := make([]float32, len(ys)), make([]float32, len(xs)), make([]float32, len(ws))
	eachTerm(s, func(i, j, k int) {
		forward[k] += xs[i] * ws[j]
		back[i] += ys[k] * ws[j]
		weights[j] += xs[i] * ys[k]
	})
	for i, v := range xs {
		back[i] += v
	}
	result := r.Alloc(len(ys))
	r.Conv(s, result, x, w, kernels.Buffer{}, kernels.Identity)
	r.requireHolds(forward, result)
	result = r.Alloc(len(ws))
	r.ConvWeightGrad(s, result, x, y, kernels.Overwrite)
	r.requireHolds(weights, result)
	r.ConvTranspose(s, x, y, w, kernels.Buffer{}, kernels.Identity, kernels.Accumulate)
	r.requireHolds(back, x)
}

// integers returns a buffer of n small integers, and the same values on the host.
func (r *rig) integers(n int) (kernels.Buffer, []float32) {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32((i*i+3*i)%7 - 3)
	}
	b := r.Alloc(n)
	r.Write(b, values)
	return b, values
}

// requireHolds fails unless buffer b holds want.
func (r *rig) requireHolds(want []float32, b kernels.Buffer) {
	r.t.Helper()
	got := make([]float32, b.Len())
	require.NoError(r.t, r.Read(got, b))
	require.Equal(r.t, want, got)
}

// eachTerm calls visit for every term x·w of every element of y, with the indices of the
// elements of x, w and y.
func eachTerm(s kernels.ConvShape, visit func(x, w, y int)) {
	for y := range s.N * s.K * s.OutH * s.OutW {
		n, k, oh, ow := y/(s.K*s.OutH*s.OutW), y/(s.OutH*s.OutW)%s.K, y/s.OutW%s.OutH, y%s.OutW
		for weight := range s.C * s.R * s.S {
			c, h, w := weight/(s.R*s.S), oh*s.StrideH+weight/s.S%s.R-s.PadH, ow*s.StrideW+weight%s.S-s.PadW
			if h >= 0 && h < s.H && w >= 0 && w < s.W {
				visit(((n*s.C+c)*s.H+h)*s.W+w, k*s.C*s.R*s.S+weight, y)
			}
		}
	}
}
