package simd

import (
	"math"
	"testing"

	"github.com/topogen/topogen/kernels"
)

// TestRound compares the loop Round of each instruction set with kernels.RoundBFloat16, on
// every 4099th bit pattern and on patterns halfway between two bfloat16 numbers.
func TestRound(t *testing.T) {
	for _, set := range sets(t) {
		x, y := make([]float32, 1000), make([]float32, 1000)
		for next := uint64(0); next < 1<<32; {
			for i := range x {
				bits := uint32(next)
				if i%3 == 0 {
					bits = bits&^0xffff | 0x8000
				}
				x[i] = math.Float32frombits(bits)
				next += 4099
			}
			For(set).Round(y, x)
			for i, v := range x {
				if want := kernels.RoundBFloat16(v); math.Float32bits(want) != math.Float32bits(y[i]) {
					t.Fatalf("%v: %x becomes %x, want %x", set, math.Float32bits(v), math.Float32bits(y[i]), math.Float32bits(want))
				}
			}
		}
	}
}
