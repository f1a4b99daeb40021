package metrics

import (
	"math"
	"sync"

	"github.com/topogen/topogen/internal/reuse"
)

// The bits of floats that are not negative are ordered as the floats are. So distances
// are sorted and ranked by radix sort of their bits, digit by digit from the least, in
// O(n) time. A digit has 11 bits: three make the 32 of a float32.
const (
	digitBits = 11
	digits    = 3
	buckets   = 1 << digitBits
)

// A sorter sorts values. It keeps its memory between calls.
type sorter struct {
	keys, spare []uint64
	counts      [digits][buckets]uint32
}

// sort sorts values that are not negative, and returns for each its bits above its
// index. Equal values are in the order of their indices. The result is valid until the
// next call.
func (s *sorter) sort(x []float32) []uint64 {
	s.keys, s.spare = reuse.Slice(s.keys, len(x)), reuse.Slice(s.spare, len(x))
	keys, spare := s.keys, s.spare
	clear(s.counts[:])
	for i, v := range x {
		bits := math.Float32bits(v + 0) // −0 is 0
		keys[i] = uint64(bits)<<32 | uint64(i)
		for d := range digits {
			s.counts[d][bits>>(d*digitBits)%buckets]++
		}
	}
	for d := range digits {
		counts := &s.counts[d]
		var start uint32 // of a bucket
		for b, count := range counts {
			counts[b], start = start, start+count
		}
		shift := 32 + d*digitBits
		for _, key := range keys {
			b := key >> shift % buckets
			spare[counts[b]] = key
			counts[b]++
		}
		keys, spare = spare, keys
	}
	return keys
}

// twoOf returns the j-th and the k-th smallest, from 0 and with j ≤ k, of the distances of all
// pairs of points. It counts distances by the upper half of their bits, and those that share
// it with an answer by the lower half. It takes O(n²) time, shared by all processors.
func (m *matrix) twoOf(j, k int) (first, second float64) {
	counts := m.counts(func(counts []uint64, row []float32) {
		for _, v := range row {
			counts[bits(v)>>16]++
		}
	})
	upperJ, restJ := place(counts, j)
	upperK, restK := place(counts, k)
	below := func(upper uint32) []uint64 {
		return m.counts(func(counts []uint64, row []float32) {
			for _, v := range row {
				if b := bits(v); b>>16 == upper {
					counts[b&math.MaxUint16]++
				}
			}
		})
	}
	join := func(upper, lower uint32) float64 { return float64(math.Float32frombits(upper<<16 | lower)) }
	counts = below(upperJ)
	lower, _ := place(counts, restJ)
	first = join(upperJ, lower)
	if upperK != upperJ {
		counts = below(upperK)
	}
	lower, _ = place(counts, restK)
	return first, join(upperK, lower)
}

// place returns the place in counts of the k-th of what they count, from 0, and how many are
// before it at the same place.
func place(counts []uint64, k int) (at uint32, rest int) {
	for k >= int(counts[at]) {
		k -= int(counts[at])
		at++
	}
	return at, k
}

// counts returns 2¹⁶ counts, to which add adds those of the distances from a point to all
// after it. Each goroutine counts on its own, and the sums do not depend on their number.
func (m *matrix) counts(add func(counts []uint64, row []float32)) []uint64 {
	sum := make([]uint64, 1<<16)
	var adding sync.Mutex
	eachRowWith(m.n, func() (each func(i int), end func()) {
		counts := make([]uint64, len(sum))
		return func(i int) { add(counts, m.row(i)[i+1:]) }, func() {
			adding.Lock()
			defer adding.Unlock()
			for k, v := range counts {
				sum[k] += v
			}
		}
	})
	return sum
}
