package ph

import (
	"math"
	"math/bits"
	"slices"
)

// A band is a run of edges whose lengths lie between two bounds.
type band[T Float] struct {
	unsorted []filteredEdge[T]
	halfway  []filteredEdge[T] // sorted by the lower digits of their keys
	lower    []int32           // where edges of each digit go
	upper    []int32
}

// sort appends the unsorted edges to edges, in order. It sorts them by their
// lengths in even steps, digit by digit, which leaves few of them out of place
// unless lengths are very uneven.
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
	const finer = 3 // bits, than there are edges
	digit := min((bits.Len(uint(m))+finer+1)/2, 12)
	mask := uint32(1)<<digit - 1
	start := float64(lo)
	// Rounding is monotonic: longer edges never have lesser keys.
	scale := (float64(uint64(1)<<(2*digit)) - 1) / max(float64(hi)-start, 1e-300)
	b.lower, b.upper = resize(b.lower, int(mask)+1), resize(b.upper, int(mask)+1)
	clear(b.lower)
	clear(b.upper)
	for _, e := range b.unsorted {
		key := uint32((float64(e.length) - start) * scale)
		b.lower[key&mask]++
		b.upper[key>>digit]++
	}
	accumulate(b.lower)
	accumulate(b.upper)
	b.halfway = resize(b.halfway, m)
	for _, e := range b.unsorted {
		at := &b.lower[uint32((float64(e.length)-start)*scale)&mask]
		b.halfway[*at] = e
		*at++
	}
	edges = slices.Grow(edges, m)[:from+m]
	sorted := edges[from:]
	for _, e := range b.halfway {
		at := &b.upper[uint32((float64(e.length)-start)*scale)>>digit]
		sorted[*at] = e
		*at++
	}
	sortEdges(sorted)
	return edges
}

// accumulate replaces counts by their sums before each.
func accumulate(counts []int32) {
	sum := int32(0)
	for i, c := range counts {
		counts[i] = sum
		sum += c
	}
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
	return min(l.limit, T(math.Float32frombits(uint32(bits)<<drop))), false
}
