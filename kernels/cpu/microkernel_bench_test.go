package cpu_test

import (
	"fmt"
	"testing"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// BenchmarkMicroKernel measures the micro-kernels alone, on operands in the second-level
// cache. Their speed is an upper bound for that of every product. It stays below Device.Peak
// on processors that lower their clock for multiply-adds that also read memory.
func BenchmarkMicroKernel(b *testing.B) {
	set, err := simd.FromEnvironment()
	if err != nil {
		b.Skip(err)
	}
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	k := microkernel.For(set)
	const rows, depth = 240, microkernel.DepthBlock
	for kind, vectors := range k.Vectors {
		width := vectors * k.Lanes
		b.Run(fmt.Sprintf("6×%d", width), func(b *testing.B) {
			call := microkernel.Call{
				A: &ones(rows * depth)[0], B: &ones(depth * width)[0], C: &ones(rows * width)[0],
				Runs: 1, Run: depth, LDB: 4 * width,
			}
			microkernel.RowOffsets(&call.AOffsets, rows, 4*depth)
			microkernel.RowOffsets(&call.COffsets, rows, 4*width)
			reach(b, dev, 2*rows*depth*float64(width), func() { k.Run(rows, kind, &call) })
		})
	}
}

// ones returns n numbers in [1, 2).
func ones(n int) []float32 {
	x := aligned.Make(n)
	for i := range x {
		x[i] = 1 + float32(i%251)/251
	}
	return x
}
