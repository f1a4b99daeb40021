package reduced

import (
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/metric"
)

// A runIndex finds the short part of a run that contains the edges of a given length. It
// divides the range of lengths of the run into equal intervals. These have few edges each, as
// the edges of a band have similar lengths. A search among a million edges then reads few
// neighboring edges; a binary search reads twenty that are far apart in memory.
type runIndex[T metric.Float] struct {
	lookups int
	starts  []int32 // interval k has the edges from starts[k] to starts[k+1]; empty until lookups are many enough to pay for it
	first   float64 // the length of the first edge
	scale   float64 // the number of intervals per length
}

func (x *runIndex[T]) reset() { x.lookups, x.starts = 0, x.starts[:0] }

// around returns a part from, …, to−1 of the edges of the run. It contains all edges of the
// given length.
func (x *runIndex[T]) around(edges []metric.Edge[T], length T) (from, to int) {
	if len(x.starts) == 0 {
		const pays = 64 // an index takes as long as this part of its edges' number of lookups
		if x.lookups++; x.lookups < len(edges)/pays || !x.build(edges) {
			return 0, len(edges)
		}
	}
	k := x.interval(length)
	return int(x.starts[k]), int(x.starts[k+1])
}

// interval returns the interval of a length of the run. Greater lengths have the same
// interval or a later one.
func (x *runIndex[T]) interval(length T) int {
	return max(0, min(int((float64(length)-x.first)*x.scale), len(x.starts)-2))
}

// build makes the index. It returns false if the run has too few edges for one, or if the
// lengths of its first and its last edge are too close to divide the range.
func (x *runIndex[T]) build(edges []metric.Edge[T]) bool {
	const each = 8 // the mean number of edges of an interval
	count := len(edges) / each
	if count < 2 {
		return false
	}
	x.first = float64(edges[0].Length)
	x.scale = float64(count) / (float64(edges[len(edges)-1].Length) - x.first)
	if !(x.scale > 0) || math.IsInf(x.scale, 1) {
		return false
	}
	x.starts = reuse.Slice(x.starts, count+1)
	next := 0
	for i, e := range edges {
		for k := x.interval(e.Length); next <= k; next++ {
			x.starts[next] = int32(i)
		}
	}
	for ; next <= count; next++ {
		x.starts[next] = int32(len(edges))
	}
	return true
}
