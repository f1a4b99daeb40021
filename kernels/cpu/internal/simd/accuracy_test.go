package simd

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/kernels"
)

// sets returns the instruction sets that this machine has, and logs the others as skipped.
func sets(t testing.TB) []Set {
	all := []Set{Plain}
	for s := Plain + 1; s <= AVX512; s++ {
		if s > Best() {
			t.Logf("skipped %v: this processor or build lacks it", s)
			continue
		}
		all = append(all, s)
	}
	return all
}

// TestAccuracy checks the error bounds that the documentation of package kernels/cpu
// promises, on float32 values of all exponents and both signs.
func TestAccuracy(t *testing.T) {
	tighter := map[kernels.Func]float64{kernels.Exp: 1, kernels.Log: 1, kernels.Sqrt: 0.5, kernels.Square: 0.5, kernels.Reciprocal: 0.5}
	for _, f := range kernels.Funcs() {
		bound := f.MaxError()
		if b, ok := tighter[f]; ok {
			bound = b
		}
		for _, set := range sets(t) {
			t.Run(f.String()+"/"+set.String(), func(t *testing.T) {
				worst, at := 0.0, float32(0)
				x, y := make([]float32, 4096), make([]float32, 4096)
				// Take every 4099th bit pattern. The stride is prime, so the patterns
				// have all exponents and all low bits.
				const stride = 4099
				next := uint64(0)
				for next < 1<<32 {
					n := 0
					for ; n < len(x) && next < 1<<32; next += stride {
						x[n] = math.Float32frombits(uint32(next))
						n++
					}
					For(set).Map[f](y[:n], x[:n])
					for i, v := range x[:n] {
						if off := ulps(y[i], f.Value(float64(v))); off > worst {
							worst, at = off, v
						}
					}
				}
				t.Logf("largest error %.3f ulp, at %v", worst, at)
				require.LessOrEqual(t, worst, bound, "at %v", at)
			})
		}
	}
}

// ulps returns |got − want| in units of the last place (ulp) of want, the distance between
// neighboring float32 values at want. It returns 0.5 if got is want rounded to float32.
func ulps(got float32, want float64) float64 {
	g := float64(got)
	switch {
	case g == want, math.IsNaN(g) && math.IsNaN(want):
		return 0
	case float64(float32(want)) == g: // correctly rounded; both may be infinite
		return 0.5
	}
	size := math.Min(math.Max(math.Abs(want), 0x1p-126), math.MaxFloat32)
	_, e := math.Frexp(size)
	return math.Abs(g-want) / math.Ldexp(1, e-24)
}
