package cubical

import (
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
)

// compute appends the classes of the degrees that are needed, after beginSpace. It returns
// early, with some classes missing, if a stop is requested.
func (s *space) compute(o Options, lists *[3][]ph.Class) {
	n := len(s.pixels)
	if n == 0 {
		return
	}
	bottom, top := 0, 2 // the degrees of low and of high
	if s.reverse {
		bottom, top = 2, 0
	}
	if o.needs(bottom) || o.needs(1) {
		s.pairs = s.pairs[:0]
		if !s.low.sort(&s.radix, n, s.stop) || !s.low.merge(false, s.stop, s.addPair) {
			return
		}
		if o.needs(bottom) {
			lists[bottom] = s.classes(lists[bottom])
		}
	}
	if o.needs(top) || o.needs(1) {
		s.pairs = s.pairs[:0]
		report := func(extremum, crossing int32) { s.addPair(crossing, extremum) }
		if !s.high.sort(&s.radix, n, s.stop) || !s.high.merge(true, s.stop, report) {
			return
		}
		if o.needs(top) {
			lists[top] = s.classes(lists[top])
		}
	}
	if o.needs(1) {
		s.pairs = s.pairs[:0]
		if !s.reduce() {
			return
		}
		lists[1] = s.classes(lists[1])
	}
	if o.needs(0) {
		first := s.pixels[0]
		lists[0] = append(lists[0], ph.Class{Bar: ph.Bar{
			Birth: s.levels[0], Death: math.Inf(1),
			BirthCell: ph.Cell{U: first, V: first}, DeathCell: ph.Cell{U: -1, V: -1},
		}})
	}
}

// addPair adds a pair of times unless its persistence is 0.
func (s *space) addPair(birth, death int32) {
	if s.reverse {
		last := int32(len(s.pixels)) - 1
		birth, death = last-death, last-birth
	}
	if s.levels[birth] != s.levels[death] {
		s.pairs = append(s.pairs, uint64(death)<<32|uint64(birth))
	}
}

// classes appends the classes of the pairs, in the order of deaths.
func (s *space) classes(classes []ph.Class) []ph.Class {
	pairs := s.pairs
	if !slices.IsSorted(pairs) {
		pairs = s.radix.Begin(len(s.pairs))
		copy(pairs, s.pairs)
		pairs = s.radix.Sort(32 + max(0, bits.Len(uint(len(s.pixels)))-s.radix.Bits()))
		radix.Finish(pairs)
	}
	classes = grow(classes, len(pairs)+1)
	for _, pair := range pairs {
		birth, death := int32(uint32(pair)), int32(pair>>32)
		classes = classes[:len(classes)+1]
		classes[len(classes)-1].Bar = bar(s.levels[birth], s.levels[death], s.pixels[birth], s.pixels[death])
	}
	return classes
}

// reduce pairs critical edges and squares that do not join components: it reduces the boundary
// matrix of these cells. The column of a square has the keys of edges, and its pivot is the
// greatest. Squares are visited from the first to the last. If the pivot of a column is
// the edge of a pair in its star, the boundary of the square of this pair is added, and if it
// is the pivot of an earlier column, this column. Otherwise the pivot and the square are a pair.
//
// Edges that join components are left out: they are not pivots of reduced columns.
//
// reduce returns false if a stop is requested.
func (s *space) reduce() bool {
	for i, joined := range s.low.joined {
		if joined {
			s.keys[s.low.crossings[i].cell] = absent
		}
	}
	s.column.Grow(8 * len(s.pixels))
	s.ends, s.entries = s.ends[:0], s.entries[:0]
	for i := range s.high.crossings {
		if i&0xff == 0 && s.stop.Requested() {
			return false
		}
		if !s.high.joined[i] {
			c := &s.high.crossings[i]
			if !s.reduceColumn(c.time, c.cell) {
				return false
			}
		}
	}
	return true
}

// reduceColumn reduces the column of a square. It returns false if a stop is requested.
func (s *space) reduceColumn(time, square int32) bool {
	s.addSquare(square)
	for additions := 0; ; additions++ {
		pivot := s.column.Max()
		switch k := s.columns[pivot]; {
		case k < 0:
			s.addSquare(^k)
		case k > 0:
			s.column.Toggle(pivot)
			from := 0
			if k > 1 {
				from = s.ends[k-2]
			}
			for _, key := range s.entries[from:s.ends[k-1]] {
				s.column.Toggle(key)
			}
		default:
			s.addPair(pivot>>3, time)
			s.column.Toggle(pivot)
			for key := s.column.Max(); key >= 0; key = s.column.Max() {
				s.entries = append(s.entries, key)
				s.column.Toggle(key)
			}
			s.ends = append(s.ends, len(s.entries))
			s.columns[pivot] = int32(len(s.ends))
			return true
		}
		if additions&0xfff == 0xfff && s.stop.Requested() {
			s.clearColumn()
			return false
		}
	}
}

// addSquare adds the boundary of a square to the column.
func (s *space) addSquare(code int32) {
	at := 3 * (code >> 4)
	for _, by := range &s.boundaries[code&15] {
		if key := s.keys[at+by]; key != absent {
			s.column.Toggle(key)
		}
	}
}

// clearColumn removes all entries of the column.
func (s *space) clearColumn() {
	for key := s.column.Max(); key >= 0; key = s.column.Max() {
		s.column.Toggle(key)
	}
}
