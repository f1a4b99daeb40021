package microkernel

import (
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// A Prefetch is a list of the cache lines that micro-kernels should prefetch, because a later
// step needs them: the next panel of B to pack, the next images, the memory of the next
// results.
//
// Problem: packing reads and writes memory that is in no cache, and the worker computes
// nothing while it waits for that memory.
//
// Idea: micro-kernels do not use all loads that the processor can execute. So they prefetch
// that memory while they compute, one cache line for every prefetchRows rows of B.
//
// Invariant: prefetching changes no result. The addresses are within Ranges, except that the
// last micro-tile of a column of Lines may prefetch beyond the last row.
//
// Cost: none where loads are not the bottleneck. Without prefetching, products of large
// matrices wait 40 to 250 ns for each line that they pack.
type Prefetch struct {
	Ranges [2]Lines // in the order in which they are prefetched
	next   int      // index in Ranges of the first range that is not prefetched completely
}

// Lines are the cache lines of a matrix in memory. Its rows begin stride bytes apart, and
// each has a number of lines, columns. Micro-kernels prefetch the first line of all rows,
// then the second line of all rows, and so on.
type Lines struct {
	memory                []float32
	rows, columns, stride int
	taken                 int // lines that take has returned already
}

// Span returns the cache lines of a slice.
func Span(x []float32) Lines {
	return Lines{memory: x, rows: ceilDiv(len(x), aligned.LineFloats), columns: 1, stride: 4 * aligned.LineFloats}
}

// Matrix returns the cache lines of a rows×columns matrix whose rows begin stride elements
// apart in x.
func Matrix(x []float32, rows, columns, stride int) Lines {
	return Lines{memory: x, rows: rows, columns: ceilDiv(columns, aligned.LineFloats), stride: 4 * stride}
}

// SetFirst replaces the first range by l, and continues with it. The second range keeps its
// state.
func (p *Prefetch) SetFirst(l Lines) { p.Ranges[0], p.next = l, 0 }

// take removes the lines that the next n micro-tiles of a group should prefetch, and returns
// the address of the first line and the stride in bytes from one line to the next. tiles is
// the number of micro-tiles in the group, and 1 ≤ n ≤ tiles. Each micro-tile prefetches
// perTile lines. The address is nil if there is nothing to prefetch. A nil Prefetch has no
// lines.
func (p *Prefetch) take(tiles, perTile int) (ahead *float32, stride, n int) {
	for p != nil && p.next < len(p.Ranges) && perTile > 0 {
		l := &p.Ranges[p.next]
		if l.taken >= l.rows*l.columns {
			p.next++
			continue
		}
		column, row := l.taken/l.rows, l.taken%l.rows
		n = min(tiles, max(1, (l.rows-row)/perTile))
		l.taken += min(n*perTile, l.rows-row) // the last micro-tile may prefetch beyond the last row
		offset := row*l.stride + 4*aligned.LineFloats*column
		if offset >= 4*len(l.memory) {
			return nil, 0, n
		}
		return simd.At(&l.memory[0], offset), l.stride, n
	}
	return nil, 0, tiles
}

// ceilDiv returns ⌈a/b⌉ for a ≥ 0 and b > 0.
func ceilDiv(a, b int) int { return (a + b - 1) / b }
