package metric

import "math"

// A histogram estimates the number of edges of a space by length, in bins on a logarithmic
// scale. From these numbers a space chooses the bounds of its bands. A band is the set of
// the edges with lengths in an interval; bands are read from the shortest to the longest.
type histogram[T Float] struct {
	limit T                      // the greatest length that an edge may have
	bins  [histogramBins]float32 // the estimated number of edges in each bin
	sum   float32                // the sum of the bins
	taken int                    // the number of bins, from the first on, in the bands so far
	room  int                    // the number of edges for which the latest band may need room
}

const (
	histogramBins  = 512
	binBits        = 5    // the leading mantissa bits that choose a bin: 32 bins per factor of 2
	lengthsSampled = 4096 // the size of a sample of lengths that suffices to choose bands
)

// begin empties the histogram and sets the limit.
func (h *histogram[T]) begin(limit T) {
	clear(h.bins[:])
	h.taken, h.sum, h.limit = 0, 0, limit+0 // +0 makes a −0 a 0
}

// Rewind starts again with the shortest band.
func (h *histogram[T]) Rewind() { h.taken = 0 }

// Total returns an estimate of the number of edges, 0 before a sample is added.
func (h *histogram[T]) Total() int { return int(h.sum) }

// before returns an estimate of the number of edges in the bands so far.
func (h *histogram[T]) before() int {
	var count float32
	for _, c := range h.bins[:h.taken] {
		count += c
	}
	return int(count)
}

// add adds count edges of the given length, unless the length exceeds the limit.
func (h *histogram[T]) add(length T, count float32) {
	if length <= h.limit {
		h.bins[max(0, h.bin(length))] += count
		h.sum += count
	}
}

// bin returns the bin of a length, which is negative if the length is much shorter than the
// limit. The leading bits of a floating-point number, read as an integer, are roughly the
// logarithm of the number. The last bin has the limit.
func (h *histogram[T]) bin(length T) int {
	const drop = 23 - binBits
	top := int(math.Float32bits(float32(h.limit)) >> drop)
	return histogramBins - 1 - top + int(math.Float32bits(float32(length)+0)>>drop)
}

// NextBand chooses the next band such that it has roughly want edges. It returns the upper
// bound of their lengths, and reports whether this is the limit.
func (h *histogram[T]) NextBand(want int) (hi T, last bool) {
	var count float32
	for h.taken < histogramBins && count < float32(want) {
		count += h.bins[h.taken]
		h.taken++
	}
	// An eighth more allows for the error of the sample. A sample that is far off, where points
	// crowd, claims no more than twice what was asked for.
	h.room = int(min(count*9/8, 2*float32(want)))
	if h.taken == histogramBins {
		return h.limit, true
	}
	const drop = 23 - binBits
	top := int(math.Float32bits(float32(h.limit)) >> drop)
	bits := max(0, top-histogramBins+1+h.taken)
	hi = T(math.Float32frombits(uint32(bits) << drop))
	if hi >= h.limit { // no edge is longer: this is the last band
		return h.limit, true
	}
	return hi, false
}
