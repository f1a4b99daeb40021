package reduced

import (
	"math"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A runIndex tells in which short part of a run the edges of a length are. It divides the
// lengths of the run into equal intervals, which have few edges each, as the edges of a band
// are of similar lengths. A search for one of a million edges then reads few of them, where a
// binary search of the run reads twenty all over the memory.
type runIndex[T metric.Float] struct {
	lookups int
	starts  []int32 // interval k has the edges from starts[k] to starts[k+1]; empty before it pays
	first   float64 // the length of the first edge
	scale   float64 // the number of intervals per length
}

func (x *runIndex[T]) reset() { x.lookups, x.starts = 0, x.starts[:0] }

// around returns the part from, …, to−1 of the edges of the run that has those of a length.
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

// interval returns the interval of a length of the run. It ascends with the length.
func (x *runIndex[T]) interval(length T) int {
	return max(0, min(int((float64(length)-x.first)*x.scale), len(x.starts)-2))
}

// build makes the index. It reports false if the lengths of the run tell nothing.
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
	x.starts = resize(x.starts, count+1)
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
