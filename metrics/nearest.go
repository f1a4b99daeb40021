package metrics

import "math"

// A key is a distance, as its bits, above the index of a point. The bits of floats that are
// not negative are ordered as the floats are, so keys order points by their distance, and
// points at equal distance by their index.
func key(distance float32, index int) uint64 {
	return uint64(bits(distance))<<32 | uint64(index)
}

// bits returns the bits of a distance, those of 0 for −0.
func bits(distance float32) uint32 { return math.Float32bits(distance + 0) }

// index returns the index in a key.
func index(key uint64) int { return int(uint32(key)) }

// A selection holds the keys of the k least distances that it was given, in their order.
type selection struct {
	keys  []uint64
	limit float32 // the k-th least distance, infinite if there are fewer
}

// start empties the selection. It keeps its memory.
func (s *selection) start() { s.keys, s.limit = s.keys[:0], float32(math.Inf(1)) }

// insert adds a distance, which is less than the limit, as one of the k least so far.
func (s *selection) insert(distance float32, index, k int) {
	if len(s.keys) < k {
		s.keys = append(s.keys, 0)
	}
	added, at := key(distance, index), len(s.keys)-1
	for ; at > 0 && s.keys[at-1] > added; at-- {
		s.keys[at] = s.keys[at-1]
	}
	s.keys[at] = added
	if len(s.keys) == k {
		s.limit = math.Float32frombits(uint32(s.keys[k-1] >> 32))
	}
}

// add adds the distances to points first, first+1, …. It takes O(n) time beside that for the
// O(k·log(n/k)) distances, of n in random order, that are among the k least so far.
func (s *selection) add(distances []float32, first, k int) {
	limit := s.limit
	for j, d := range distances {
		if d < limit {
			s.insert(d, first+j, k)
			limit = s.limit
		}
	}
}

// others makes the selection that of the k least of the distances from point self to all
// others; of all, if there are fewer.
func (s *selection) others(distances []float32, self, k int) {
	s.start()
	s.add(distances[:self], 0, k)
	s.add(distances[self+1:], self+1, k)
}

// except makes the selection that of the k least of the distances to all points but those to
// skip.
func (s *selection) except(distances []float32, k int, skip func(j int) bool) {
	s.start()
	for j, d := range distances {
		if d < s.limit && !skip(j) {
			s.insert(d, j, k)
		}
	}
}

// firstNearest returns the first of the points that are nearest to point self, among all others.
func firstNearest(distances []float32, self int) int {
	nearest, least := -1, float32(math.Inf(1))
	for j, d := range distances[:self] {
		if d < least {
			nearest, least = j, d
		}
	}
	for j, d := range distances[self+1:] {
		if d < least {
			nearest, least = self+1+j, d
		}
	}
	return nearest
}

// A ranking finds the places of single points in the order of all by their distance from one
// of them, without sorting. It compares two distances in one operation on integers.
type ranking struct {
	pairs []uint64 // the bits of distances 2i and 2i+1, each below a bit that is set
}

const (
	tops    = 1<<63 | 1<<31 // the highest bits of both halves
	bottoms = 1<<32 | 1     // the lowest
)

// set makes the ranking that of the distances from point self.
func (r *ranking) set(distances []float32, self int) {
	r.pairs = r.pairs[:0]
	for rest := distances; len(rest) > 0; {
		second := uint32(math.MaxInt32) // behind all others
		if len(rest) > 1 {
			second = bits(rest[1])
		}
		r.pairs = append(r.pairs, uint64(bits(rest[0]))|uint64(second)<<32|tops)
		rest = rest[min(2, len(rest)):]
	}
	r.pairs[self/2] |= math.MaxInt32 << (self % 2 * 32)
}

// rank returns the place of point j, from 1 for the nearest other point. It takes O(n) time.
func (r *ranking) rank(j int) int {
	at := j / 2
	first, second := uint32(r.pairs[at])&math.MaxInt32, uint32(r.pairs[at]>>32)&math.MaxInt32
	d, beside := first, 0 // whether the other point of the pair is nearer
	if j%2 == 1 {
		d = second
		if first <= second {
			beside = 1
		}
	} else if second < first {
		beside = 1
	}
	return 1 + below(r.pairs[:at], d+1) + beside + below(r.pairs[at+1:], d)
}

// below returns how many numbers of pairs, less their highest bit, are less than a limit.
func below(pairs []uint64, limit uint32) int {
	// The difference of a number with its highest bit and a limit keeps that bit unless the
	// number is less.
	both := uint64(limit) * bottoms
	var a, b uint64 // in both halves the counts of numbers that are not less
	rest := pairs
	for len(rest) >= 4 {
		a += (rest[0]-both)>>31&bottoms + (rest[1]-both)>>31&bottoms
		b += (rest[2]-both)>>31&bottoms + (rest[3]-both)>>31&bottoms
		rest = rest[4:]
	}
	for _, pair := range rest {
		a += (pair - both) >> 31 & bottoms
	}
	a += b
	return 2*len(pairs) - int(a>>32) - int(uint32(a))
}
