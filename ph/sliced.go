package ph

import (
	"fmt"
	"math"
	"slices"
)

// SlicedWasserstein returns the sliced Wasserstein distance of two diagrams, as
// a mean over so many directions, evenly spread from −90° on over half a turn
// (Carrière, Cuturi and Oudot, Sliced Wasserstein kernel for persistence diagrams,
// 2017): the bars of each diagram, and the points of the diagonal that are nearest
// to those of the other, are projected on a line in that direction, and what
// counts is the sum of the differences between the projections in their order.
//
// It is at most 2√2 times the Wasserstein distance of order 1 and norm 2, and
// takes O(n log n) a direction. Essential bars count by the sum of the differences
// between their births, in order; where one diagram has more of them, the
// distance is +Inf. It leaves a matching of these alone.
func (m *Matcher) SlicedWasserstein(a, b []Bar, directions int) float64 {
	if directions < 1 {
		panic(fmt.Sprintf("ph: sliced Wasserstein distance: %d directions: want at least 1", directions))
	}
	m.begin(a, b)
	p, q := &m.sides[0], &m.sides[1]
	n := len(p.birth) + len(q.birth)
	for k := range m.projected {
		m.projected[k] = resize(m.projected[k], n)
	}
	sum := 0.0
	for k := range directions {
		sin, cos := math.Sincos(math.Pi * (float64(k)/float64(directions) - 0.5))
		p.project(sin, cos, m.projected[0], m.projected[1][len(q.birth):])
		q.project(sin, cos, m.projected[1], m.projected[0][len(p.birth):])
		slices.Sort(m.projected[0])
		slices.Sort(m.projected[1])
		for i, x := range m.projected[0] {
			sum += math.Abs(x - m.projected[1][i])
		}
	}
	sum /= float64(directions)
	if !m.matchEssential(func(d float64) { sum += d }) {
		sum = math.Inf(1)
	}
	return sum
}

// project sets what bars and their points on the diagonal are in a direction.
func (s *side) project(sin, cos float64, bars, diagonal []float64) {
	for i, b := range s.birth {
		d := s.death[i]
		bars[i] = b*cos + d*sin
		diagonal[i] = (b + d) / 2 * (cos + sin)
	}
}
