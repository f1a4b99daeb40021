package cpu_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// TestBiasGradIsMapGradAndSum checks that BiasGrad gives the same bits as MapGrad followed by
// Sum, for shapes whose sums are divided into parts in different ways.
func TestBiasGradIsMapGradAndSum(t *testing.T) {
	for _, set := range sets {
		t.Run(set, func(t *testing.T) {
			dev := device(t, set, 2)(t)
			defer func() { require.NoError(t, dev.Close()) }()
			noise := func(n int, stream uint64) kernels.Buffer {
				b := dev.Alloc(n)
				dev.Normal(b, 1, stream)
				return b
			}
			read := func(b kernels.Buffer) []float32 {
				v := make([]float32, b.Len())
				require.NoError(t, dev.Read(v, b))
				return v
			}
			for _, s := range []kernels.SumShape{
				{K0: 1, R0: 128, K1: 257, R1: 1}, {K0: 1, R0: 3, K1: 9001, R1: 1}, {K0: 1, R0: 1000, K1: 5, R1: 1}, // sums of columns
				{K0: 1, R0: 40001, K1: 1, R1: 1}, {K0: 3, R0: 33, K1: 1, R1: 5}, {K0: 2, R0: 1, K1: 500, R1: 17}, // sums of rows
				{K0: 1, R0: 5, K1: 33, R1: 196}, {K0: 1, R0: 7, K1: 64, R1: 49}, {K0: 2, R0: 2, K1: 3, R1: 9001}, // sums of the channels of a batch
			} {
				n, sums := s.K0*s.R0*s.K1*s.R1, s.K0*s.K1
				dy, y, dz, want := noise(n, 0), noise(n, 1), dev.Alloc(n), dev.Alloc(n)
				for _, act := range []kernels.Func{kernels.Identity, kernels.ReLU, kernels.Sigmoid, kernels.Tanh} {
					for _, mode := range []kernels.WriteMode{kernels.Overwrite, kernels.Accumulate} {
						db, wantSums := noise(sums, 2), noise(sums, 2)
						fused.BiasGrad(dev, act, dz, db, dy, y, s, mode)
						dev.MapGrad(act, want, dy, kernels.Buffer{}, y, kernels.Overwrite)
						dev.Sum(wantSums, want, s, 1, mode)
						what := fmt.Sprintf("%v of %+v, %v", act, s, mode)
						require.Equal(t, read(want), read(dz), what)
						require.Equal(t, read(wantSums), read(db), what)
					}
				}
			}
		})
	}
}
