package gpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/kernels/rips"
)

// BenchmarkAppendLunes sorts 336 and 1637 records, as many as 128 and 512 images have. Their
// lengths are nearly distinct (2²³ values), or take only 100 values.
func BenchmarkAppendLunes(b *testing.B) {
	for _, count := range []int{336, 1637} {
		for _, lengths := range []int{1 << 23, 100} {
			rng := rand.New(rand.NewPCG(1, 2))
			var records []record
			for range count {
				length := math.Float32bits(5 + float32(rng.IntN(lengths))/float32(lengths))
				records = append(records, record{uint64(length)<<32 | rng.Uint64N(1<<32), 3, rng.Uint32N(512)})
			}
			var d Device
			var lunes []rips.Lune
			b.Run(fmt.Sprintf("%d of %d lengths", count, lengths), func(b *testing.B) {
				for b.Loop() {
					lunes = d.appendLunes(lunes[:0], records)
				}
			})
		}
	}
}
