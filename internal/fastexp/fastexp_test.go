package fastexp_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/fastexp"
)

func TestNegative(t *testing.T) {
	check := func(x float64) {
		relative := 2e-14
		if x > 104 {
			relative = 2e-13
		}
		if want := math.Exp(-x); math.Abs(fastexp.Negative(x)-want) > relative*want {
			require.Failf(t, "Negative", "exp(−%v) is %v, got %v", x, want, fastexp.Negative(x))
		}
	}
	random := rand.New(rand.NewPCG(8, 8))
	for range 200_000 {
		check(fastexp.Most * random.Float64())
		check(math.Exp(50*random.Float64() - 44)) // up to 403
	}
	for n := 0.0; n < 128*fastexp.Most/math.Ln2; n++ { // on both sides of each step of the table
		x := (n + 0.5) * math.Ln2 / 128
		check(min(x, fastexp.Most))
		check(math.Nextafter(x, 0))
		check(math.Nextafter(n*math.Ln2/128, 0))
	}
	for _, x := range []float64{5e-324, 1e-9, 0x1p-53, math.Ln2 / 256, math.Ln2, fastexp.Most} {
		check(x)
	}
	require.Equal(t, 1.0, fastexp.Negative(0))
	for _, x := range []float64{math.Nextafter(fastexp.Most, 1e3), 1e300, math.Inf(1)} {
		require.Zero(t, fastexp.Negative(x))
	}
	require.True(t, math.IsNaN(fastexp.Negative(math.NaN())))
}

func TestGaussians(t *testing.T) {
	x := []float32{0, 1e-30, 0.5, 3, 20, 26, 27, math.MaxFloat32}
	for _, width := range []float64{1, 0.1, 7, 1e30, 1e-200, 5e-324, math.MaxFloat64} {
		want := 0.0
		for _, v := range x {
			r := float64(v) / width
			want += fastexp.Negative(r * r)
		}
		require.InDelta(t, want, fastexp.Gaussians(x, width), 1e-13*want, width)
	}
	require.Zero(t, fastexp.Gaussians(nil, 1))
}

func BenchmarkGaussians(b *testing.B) {
	x := make([]float32, 1000)
	for i := range x {
		x[i] = float32(i) / 100
	}
	for b.Loop() {
		fastexp.Gaussians(x, 1)
	}
}

func BenchmarkNegative(b *testing.B) {
	x := 0.0
	for b.Loop() {
		x += fastexp.Negative(x)
	}
}
