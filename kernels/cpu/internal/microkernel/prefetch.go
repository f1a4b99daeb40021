package microkernel

import (
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// A Prefetch is memory that will be needed after the current product: the next
// panel of B to pack, the next images, the memory of the next results.
//
// Problem: packing reads and writes memory outside the caches, and nothing is computed
// while it waits.
//
// Idea: micro-kernels have free load slots, so they prefetch that memory, one cache
// line for every [PrefetchRows] rows of B, while they compute. A Prefetch is the list
// of lines that are still to be prefetched.
//
// Invariant: prefetching changes no result, and only addresses within Ranges are
// prefetched, except for at most one micro-tile's worth beyond the last row.
//
// Cost: none where loads are not the bottleneck; without it, products of large matrices
// wait 40 to 250 ns for each line that they pack.
type Prefetch struct {
	Ranges [2]Lines // in the order in which they are prefetched
	next   int      // index in Ranges
}

// Lines are rows of memory that begin stride bytes apart, each of which covers columns
// cache lines. They are prefetched column by column.
type Lines struct {
	memory                []float32
	rows, columns, stride int
	taken                 int // lines that are prefetched already
}

// Span returns the lines of consecutive memory.
func Span(x []float32) Lines {
	return Lines{memory: x, rows: ceilDiv(len(x), aligned.LineFloats), columns: 1, stride: 4 * aligned.LineFloats}
}

// Matrix returns the lines of a rows×columns matrix whose rows begin stride elements
// apart.
func Matrix(x []float32, rows, columns, stride int) Lines {
	return Lines{memory: x, rows: rows, columns: ceilDiv(columns, aligned.LineFloats), stride: 4 * stride}
}

// SetFirst replaces the first range and starts again from it.
func (p *Prefetch) SetFirst(l Lines) { p.Ranges[0], p.next = l, 0 }

// take returns the address and the stride of the lines that the next n micro-tiles
// prefetch, 1 ≤ n ≤ tiles, if each tile prefetches perTile lines. The address is nil if
// there is nothing to prefetch. A nil Prefetch is empty.
func (p *Prefetch) take(tiles, perTile int) (ahead *float32, stride, n int) {
	for p != nil && p.next < len(p.Ranges) && perTile > 0 {
		l := &p.Ranges[p.next]
		if l.taken >= l.rows*l.columns {
			p.next++
			continue
		}
		column, row := l.taken/l.rows, l.taken%l.rows
		n = min(tiles, max(1, (l.rows-row)/perTile))
		l.taken += min(n*perTile, l.rows-row) // the last tile may prefetch beyond the last row
		offset := row*l.stride + 4*aligned.LineFloats*column
		if offset >= 4*len(l.memory) {
			return nil, 0, n
		}
		return simd.At(&l.memory[0], offset), l.stride, n
	}
	return nil, 0, tiles
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
