package cubical

import (
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/radix"
)

// A sides value finds where components merge in an image of three dimensions: those of the
// set of pixels that have entered, whose nodes are pixels, or those of its complement, whose
// nodes are cubes.
type sides struct {
	basinTree
	extrema   []int32    // of each basin the time of its extremum
	crossings []crossing // the critical edges or squares: by place before sort, by time after it
	joined    []bool     // for each crossing whether it joins components
	sorted    []crossing // memory in which sort orders the crossings
}

// A crossing is a critical cell that may join the basins of two nodes.
type crossing struct {
	time     int32
	cell     int32 // the index of the edge, or the code of the square
	from, to int32 // the two nodes: their places before sort, their basins after it
}

// begin removes all basins, and makes room for places. All places get the label of basin 0,
// which is the outside if addOutside is called first.
func (b *sides) begin(size int) {
	b.labels = reuse.Slice(b.labels, size)
	for i := range b.labels {
		b.labels[i] = ^0
	}
	b.parent, b.extrema, b.crossings = b.parent[:0], b.extrema[:0], b.crossings[:0]
}

// addOutside adds the basin of the outside.
func (b *sides) addOutside(time int32) {
	b.parent, b.extrema = append(b.parent, int32(len(b.parent))), append(b.extrema, time)
}

// addExtremum adds a basin.
func (b *sides) addExtremum(at, time int32) {
	b.labels[at] = ^int32(len(b.parent))
	b.parent, b.extrema = append(b.parent, int32(len(b.parent))), append(b.extrema, time)
}

// sort replaces places by basins and sorts crossings by time. It returns false if a stop is
// requested.
func (b *sides) sort(s *radix.Sorter, times int, stop parallel.Stop) bool {
	items := s.Begin(len(b.crossings))
	for i := range b.crossings {
		if i&0x3fff == 0 && stop.Requested() {
			return false
		}
		c := &b.crossings[i]
		c.from, c.to = b.basin(c.from), b.basin(c.to)
		items[i] = uint64(c.time)<<32 | uint64(i)
	}
	items = s.Sort(32 + max(0, bits.Len(uint(times))-s.Bits()))
	radix.Finish(items)
	b.sorted = reuse.Slice(b.sorted, len(items))
	for i, item := range items {
		b.sorted[i] = b.crossings[uint32(item)]
	}
	b.sorted, b.crossings = b.crossings, b.sorted
	b.joined = reuse.Slice(b.joined, len(items))
	clear(b.joined)
	return true
}

// merge joins components at crossings, from the first to the last or back. It calls report
// with the time of the extremum of the component that ends and the time of the crossing. It
// returns false if a stop is requested.
func (b *sides) merge(backwards bool, stop parallel.Stop, report func(extremum, crossing int32)) bool {
	for k := range b.crossings {
		if k&0x3fff == 0 && stop.Requested() {
			return false
		}
		i := k
		if backwards {
			i = len(b.crossings) - 1 - k
		}
		c := &b.crossings[i]
		if c.from == c.to {
			continue
		}
		x, y := b.find(c.from), b.find(c.to)
		if x == y {
			continue
		}
		// The basin with the earlier extremum is the elder.
		if b.extrema[y] < b.extrema[x] != backwards {
			x, y = y, x
		}
		b.parent[y] = x
		b.joined[i] = true
		report(b.extrema[y], c.time)
	}
	return true
}
