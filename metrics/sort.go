package metrics

import "math"

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
	if cap(s.keys) < len(x) {
		s.keys, s.spare = make([]uint64, len(x)), make([]uint64, len(x))
	}
	keys, spare := s.keys[:len(x)], s.spare[:len(x)]
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

// kth returns the k-th smallest, from 0, of the distances of all pairs i < j. It counts
// distances by the upper half of their bits, and sorts those that share it with the
// answer.
func (m *matrix) kth(k int) float64 {
	counts := make([]int, 1<<16)
	for i := range m.n {
		for _, v := range m.row(i)[i+1:] {
			counts[math.Float32bits(v+0)>>16]++
		}
	}
	upper := uint32(0)
	for k >= counts[upper] {
		k -= counts[upper]
		upper++
	}
	near := make([]float32, 0, counts[upper])
	for i := range m.n {
		for _, v := range m.row(i)[i+1:] {
			if math.Float32bits(v+0)>>16 == upper {
				near = append(near, v)
			}
		}
	}
	key := new(sorter).sort(near)[k]
	return float64(math.Float32frombits(uint32(key >> 32)))
}
