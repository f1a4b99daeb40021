package ph

import (
	"math"
	"slices"

	"github.com/topogen/topogen/ph/internal/radix"
)

// A band is a run of edges whose lengths lie between two bounds.
type band[T Float] struct {
	unsorted []filteredEdge[T]
	radix    radix.Sorter
}

// sort appends the unsorted edges to edges, in order.
func (b *band[T]) sort(edges []filteredEdge[T]) []filteredEdge[T] {
	from, m := len(edges), len(b.unsorted)
	if m == 0 {
		return edges
	}
	lo, hi := b.unsorted[0].length, b.unsorted[0].length
	for _, e := range b.unsorted {
		if e.length < lo {
			lo = e.length
		} else if e.length > hi {
			hi = e.length
		}
	}
	// Each item has a key and, below it, the place of an edge. Rounding is
	// monotonic: longer edges never have lesser keys.
	items := b.radix.Begin(m)
	start, scale := float64(lo), (float64(uint64(1)<<b.radix.Bits())-1)/max(float64(hi)-float64(lo), 1e-300)
	for i, e := range b.unsorted {
		items[i] = uint64((float64(e.length)-start)*scale)<<32 | uint64(i)
	}
	edges = slices.Grow(edges, m)[:from+m]
	sorted := edges[from:]
	for i, x := range b.radix.Sort(32) {
		sorted[i] = b.unsorted[uint32(x)]
	}
	sortEdges(sorted) // as few steps hold more than one
	return edges
}

// lengths is what is known of the distribution of a space's lengths: how many
// are about how long, on a logarithmic scale.
type lengths[T Float] struct {
	limit T // no edge is longer
	bins  [lengthBins]float32
	sum   float32
	taken int // bins
}

const (
	lengthBins     = 512
	binsPerOctave  = 1 << binBits
	binBits        = 5
	lengthsSampled = 4096 // enough to know bands by
)

func (l *lengths[T]) begin(limit T) {
	clear(l.bins[:])
	l.taken, l.sum, l.limit = 0, 0, limit+0 // +0 makes a −0 a 0
}

func (l *lengths[T]) rewind() { l.taken = 0 }

func (l *lengths[T]) total() int { return int(l.sum) }

// before returns about how many edges the bands so far had.
func (l *lengths[T]) before() int {
	var count float32
	for _, c := range l.bins[:l.taken] {
		count += c
	}
	return int(count)
}

// add notes count edges of a length.
func (l *lengths[T]) add(length T, count float32) {
	if length <= l.limit {
		l.bins[max(0, l.bin(length))] += count
		l.sum += count
	}
}

// bin returns which bin a length is in, negative if it is much shorter than the
// limit: the leading bits of a number are its logarithm, roughly.
func (l *lengths[T]) bin(length T) int {
	const drop = 23 - binBits
	top := int(math.Float32bits(float32(l.limit)) >> drop)
	return lengthBins - 1 - top + int(math.Float32bits(float32(length)+0)>>drop)
}

// nextBand returns an upper bound of the lengths of about want edges more, and
// whether it is the limit.
func (l *lengths[T]) nextBand(want int) (hi T, last bool) {
	var count float32
	for l.taken < lengthBins && count < float32(want) {
		count += l.bins[l.taken]
		l.taken++
	}
	if l.taken == lengthBins {
		return l.limit, true
	}
	const drop = 23 - binBits
	top := int(math.Float32bits(float32(l.limit)) >> drop)
	bits := max(0, top-lengthBins+1+l.taken)
	hi = T(math.Float32frombits(uint32(bits) << drop))
	if hi >= l.limit { // there is nothing beyond, for bands to begin with
		return l.limit, true
	}
	return hi, false
}
