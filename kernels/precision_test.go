package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
)

// RoundBFloat16 returns the nearest of the neighboring bfloat16 numbers, and the even one of
// two that are equally near.
func TestRoundBFloat16IsNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 200_000 {
		bits := rng.Uint32()
		if i%2 == 0 { // halfway between two neighbors, or next to that
			bits = bits&^0xffff | 0x8000 + uint32(rng.IntN(3)) - 1
		}
		x := math.Float32frombits(bits)
		got := kernels.RoundBFloat16(x)
		if x != x {
			require.True(t, got != got)
			continue
		}
		require.Zero(t, math.Float32bits(got)&0xffff, "%x", bits)
		down, up := math.Float32frombits(bits&^0xffff), math.Float32frombits(bits&^0xffff+0x10000)
		if math.IsInf(float64(x), 0) {
			require.Equal(t, x, got)
			continue
		}
		// The neighbor beyond the largest number counts as the next power of two.
		far := float64(up)
		if math.IsInf(far, 0) {
			far = math.Copysign(0x1p128, far)
		}
		below, above := math.Abs(float64(x)-float64(down)), math.Abs(far-float64(x))
		switch {
		case below < above:
			require.Equal(t, down, got, "%x", bits)
		case below > above:
			require.Equal(t, up, got, "%x", bits)
		default:
			require.Zero(t, math.Float32bits(got)&0x10000, "%x", bits)
		}
	}
}

func TestPrecisionNames(t *testing.T) {
	for _, p := range []kernels.Precision{kernels.Float32, kernels.BFloat16} {
		text, err := p.MarshalText()
		require.NoError(t, err)
		var back kernels.Precision
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, p, back)
	}
	var p kernels.Precision
	require.EqualError(t, p.UnmarshalText([]byte("half")), `"half" is not a precision; choose float32 or bf16`)
}
