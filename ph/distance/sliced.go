package distance

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
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
func (m *Matcher) SlicedWasserstein(ctx context.Context, a, b []ph.Bar, directions int) (float64, error) {
	if directions < 1 {
		return 0, fmt.Errorf("distance: a sliced Wasserstein distance over %d directions: want at least 1", directions)
	}
	if err := m.begin(ctx, a, b); err != nil {
		return 0, err
	}
	p, q := &m.sides[0], &m.sides[1]
	m.slicing.begin(p, q)
	sum := 0.0
	for k := range directions {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		sin, cos := math.Sincos(math.Pi * (float64(k)/float64(directions) - 0.5))
		sum += m.slicing.distance(p, q, sin, cos)
	}
	sum /= float64(directions)
	if !m.matchEssential(func(d float64) { sum += d }) {
		sum = math.Inf(1)
	}
	return sum, nil
}

// slicing projects two diagrams. What it projects it moves along, by more than
// bars are far from the origin: so all numbers are positive, and their bits are
// in their order.
type slicing struct {
	offset    float64
	middles   [2][]float64 // of the bars of each side, ascending
	bars      [2]radix.Sorter
	projected [2][]uint64 // bars
	points    [2][]uint64 // of the diagonal
}

// lastBits are more than those of any number.
const lastBits = math.MaxInt64

func (s *slicing) begin(p, q *side) {
	farthest := 0.0
	for k, side := range [...]*side{p, q} {
		s.middles[k] = resize(s.middles[k], len(side.birth))
		for i, b := range side.birth {
			d := side.death[i]
			s.middles[k][i] = b/2 + d/2
			farthest = max(farthest, math.Abs(b), math.Abs(d))
		}
		slices.Sort(s.middles[k])
	}
	s.offset = 2 * farthest
}

// distance returns the sum of the differences in a direction.
func (s *slicing) distance(p, q *side, sin, cos float64) float64 {
	a, b := s.projectBars(0, p, sin, cos), s.projectMiddles(0, s.middles[1], sin+cos)
	c, d := s.projectBars(1, q, sin, cos), s.projectMiddles(1, s.middles[0], sin+cos)
	sum := 0.0
	var i, j, k, l int
	for range len(p.birth) + len(q.birth) {
		// What is next of a and b, and of c and d, is told without a branch, which
		// would be mispredicted half of the time.
		x, y := a[i], b[j]
		first := int(x-y-1) >> 63 // −1 where x ≤ y, else 0
		i, j = i-first, j+1+first
		u, v := c[k], d[l]
		first = int(u-v-1) >> 63
		k, l = k-first, l+1+first
		sum += math.Abs(math.Float64frombits(min(x, y)) - math.Float64frombits(min(u, v)))
	}
	return sum
}

// projectBars returns the bits of what bars are in a direction, ascending, and
// lastBits.
func (s *slicing) projectBars(k int, bars *side, sin, cos float64) []uint64 {
	r := &s.bars[k]
	items := r.Begin(len(bars.birth))
	least, most := uint64(lastBits), uint64(0)
	for i, b := range bars.birth {
		x := math.Float64bits(b*cos + bars.death[i]*sin + s.offset)
		items[i] = x
		least, most = min(least, x), max(most, x)
	}
	for i := range items {
		items[i] -= least
	}
	items = r.Sort(max(0, bits.Len64(most-least)-r.Bits()))
	radix.Finish(items)
	s.projected[k] = resize(s.projected[k], len(items)+1)
	projected := s.projected[k]
	for i, x := range items {
		projected[i] = x + least
	}
	projected[len(items)] = lastBits
	return projected
}

// projectMiddles returns the bits of what points of the diagonal are in a
// direction, ascending, and lastBits.
func (s *slicing) projectMiddles(k int, middles []float64, scale float64) []uint64 {
	n := len(middles)
	s.points[k] = resize(s.points[k], n+1)
	points := s.points[k]
	for i, x := range middles {
		if scale < 0 {
			i = n - 1 - i
		}
		points[i] = math.Float64bits(x*scale + s.offset)
	}
	points[n] = lastBits
	return points
}
