package metric

import "math"

// A histogram estimates how many edges of a space have which length, on a logarithmic
// scale. From it the space proposes the bounds of bands.
type histogram[T Float] struct {
	limit T // no edge is longer
	bins  [histogramBins]float32
	sum   float32
	taken int // the number of bins in the bands so far
}

const (
	histogramBins  = 512
	binBits        = 5    // the mantissa bits of a bin: 32 bins for a factor of two
	lengthsSampled = 4096 // the size of a sample of lengths that suffices to choose each [Band]
)

func (h *histogram[T]) begin(limit T) {
	clear(h.bins[:])
	h.taken, h.sum, h.limit = 0, 0, limit+0 // +0 makes a −0 a 0
}

// Rewind makes the next band the first one.
func (h *histogram[T]) Rewind() { h.taken = 0 }

// Total returns an estimate of the number of edges.
func (h *histogram[T]) Total() int { return int(h.sum) }

// before returns an estimate of the number of edges in the bands so far.
func (h *histogram[T]) before() int {
	var count float32
	for _, c := range h.bins[:h.taken] {
		count += c
	}
	return int(count)
}

// add counts a number of edges of a length.
func (h *histogram[T]) add(length T, count float32) {
	if length <= h.limit {
		h.bins[max(0, h.bin(length))] += count
		h.sum += count
	}
}

// bin returns the bin of a length; it is negative if the length is much shorter than
// the limit. The leading bits of a floating-point number, read as an integer, are
// roughly its logarithm.
func (h *histogram[T]) bin(length T) int {
	const drop = 23 - binBits
	top := int(math.Float32bits(float32(h.limit)) >> drop)
	return histogramBins - 1 - top + int(math.Float32bits(float32(length)+0)>>drop)
}

// NextBand returns an upper bound of the lengths of roughly want further edges, and
// whether it is the limit.
func (h *histogram[T]) NextBand(want int) (hi T, last bool) {
	var count float32
	for h.taken < histogramBins && count < float32(want) {
		count += h.bins[h.taken]
		h.taken++
	}
	if h.taken == histogramBins {
		return h.limit, true
	}
	const drop = 23 - binBits
	top := int(math.Float32bits(float32(h.limit)) >> drop)
	bits := max(0, top-histogramBins+1+h.taken)
	hi = T(math.Float32frombits(uint32(bits) << drop))
	if hi >= h.limit { // the next band would be empty
		return h.limit, true
	}
	return hi, false
}
