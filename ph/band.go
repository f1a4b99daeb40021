package ph

import (
	"math"
	"slices"
)

// A band is a run of edges whose lengths lie between two bounds, thrown into
// buckets by length. A bucket is put in order when its turn comes: the
// filtration often has nothing left to tell before the last one.
type band[T Float] struct {
	unsorted []filteredEdge[T]
	starts   []int32 // of buckets among the edges, and the end of the last
}

// distribute appends the unsorted edges, whose lengths are in [lo, hi], to edges,
// bucket after bucket.
func (b *band[T]) distribute(edges []filteredEdge[T], lo, hi T) []filteredEdge[T] {
	count := 1
	for 2*count < len(b.unsorted) {
		count *= 2
	}
	// Rounding is monotonic: longer edges never come into earlier buckets.
	scale := float64(count) * (1 - 1e-9) / max(float64(hi)-float64(lo), 1e-300)
	bucket := func(e filteredEdge[T]) int { return min(int((float64(e.length)-float64(lo))*scale), count-1) }
	b.starts = resize(b.starts, count+2)
	clear(b.starts)
	ends := b.starts[1:] // the buckets' ends, when all is distributed
	for _, e := range b.unsorted {
		ends[bucket(e)+1]++
	}
	at := int32(len(edges))
	for i := range ends {
		at += ends[i]
		ends[i] = at
	}
	b.starts[0] = int32(len(edges))
	edges = slices.Grow(edges, len(b.unsorted))[:len(edges)+len(b.unsorted)]
	for _, e := range b.unsorted {
		k := &ends[bucket(e)]
		edges[*k] = e
		*k++
	}
	b.starts = b.starts[:count+1]
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
