package cpu

import (
	"fmt"
	"testing"
)

// BenchmarkTile is the inner loop alone, on operands in the second-level cache: no
// product can be faster. Its part of the peak is less than one where the processor
// lowers its clock for multiply-adds that also read their operands.
func BenchmarkTile(b *testing.B) {
	dev := New(Threads(1))
	defer dev.Close()
	t := tilings[dev.set]
	const rows, depth = 240, depthBlock
	for kind, vectors := range t.vectors {
		width := vectors * t.lanes
		b.Run(fmt.Sprintf("6×%d", width), func(b *testing.B) {
			call := tileCall{
				a: &filled(rows * depth)[0], b: &filled(depth * width)[0], c: &filled(rows * width)[0],
				runs: 1, run: depth, ldb: 4 * width,
			}
			offsets(&call.aoff, rows, 4*depth)
			offsets(&call.coff, rows, 4*width)
			Reach(b, dev, 2*rows*depth*float64(width), func() { t.rows(rows, kind, &call) })
		})
	}
}

// filled returns n numbers between 1 and 2.
func filled(n int) []float32 {
	x := aligned(n)
	for i := range x {
		x[i] = 1 + float32(i%251)/251
	}
	return x
}
