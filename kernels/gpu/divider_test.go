package gpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// divide returns n/v.divisor, rounded down, with the operations that kernels use.
func (v divider) divide(n uint32) uint32 {
	return (uint32(uint64(n)*uint64(v.multiplier)>>32) + n) >> v.shift
}

func TestDivider(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	divisors := []int{1, 2, 3, 5, 7, 28, 49, 641, 1 << 16, 1<<16 + 1, 1 << 30, 1<<30 + 1, math.MaxInt32 - 1, math.MaxInt32}
	for range 1000 {
		divisors = append(divisors, 1+int(r.Uint32()>>(1+r.IntN(30))))
	}
	for _, d := range divisors {
		v := newDivider(d)
		for range 1000 {
			n := r.Uint32() >> (1 + r.IntN(30))
			k := n / uint32(d) * uint32(d) // the largest multiple of d up to n
			for _, n := range []uint32{n, k, k - min(k, 1), min(k+uint32(d)-1, math.MaxInt32), math.MaxInt32} {
				require.Equal(t, n/uint32(d), v.divide(n), "%d / %d", n, d)
			}
		}
	}
}
