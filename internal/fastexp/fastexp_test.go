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

func BenchmarkNegative(b *testing.B) {
	x := 0.0
	for b.Loop() {
		x += fastexp.Negative(x)
	}
}
