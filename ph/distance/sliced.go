package distance

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
)

// SlicedWasserstein returns the sliced Wasserstein distance between two diagrams, the
// mean over directions at the angles π(k/directions − 1/2), k = 0, 1, …, of
//
//	Σ |uᵢ − vᵢ|.
//
// A bar (b, d) is a point of the plane; its middle is the nearest point of the diagonal,
// ((b+d)/2, (b+d)/2). The numbers u are the projections, to a line in the direction, of the
// bars of the first diagram and of the middles of the bars of the second. The numbers v are
// the same with the diagrams exchanged. Both u and v ascend. Each pair of essential bars
// adds the difference of their births to the distance.
//
// The result is at most 2√2 times the Wasserstein distance of order 1 and norm 2. It
// takes O(n log n) time for each direction.
func (m *Matcher) SlicedWasserstein(ctx context.Context, a, b []ph.Bar, directions int) (float64, error) {
	if err := m.beginSliced(ctx, a, b, directions); err != nil {
		return m.fail(err)
	}
	p, q, s := &m.sides[0], &m.sides[1], &m.slicer
	s.begin(p, q)
	sum := 0.0
	for k := range directions {
		if ctx.Err() != nil {
			return m.fail(ctx.Err())
		}
		sin, cos := direction(k, directions)
		sum += s.distance(p, q, sin, cos)
	}
	sum /= float64(directions)
	// Each term has a rounding error of about 2^-52. If the errors are too large beside the
	// result, compute it again: subtract bars first and project their differences.
	if terms := len(p.birth) + len(q.birth); sum < 0x1p-24*float64(terms) {
		var err error
		if sum, err = m.slicedByDifferences(ctx, directions, nil); err != nil {
			return m.fail(err)
		}
	}
	return m.finishSliced(sum), nil
}

func (m *Matcher) beginSliced(ctx context.Context, a, b []ph.Bar, directions int) error {
	if directions < 1 {
		return fmt.Errorf("distance: a sliced Wasserstein distance over %d directions: want at least 1", directions)
	}
	return m.begin(ctx, a, b, supNorm)
}

// finishSliced returns the distance of all bars. sum is the distance of the finite bars in
// the unit of the slicer.
func (m *Matcher) finishSliced(sum float64) float64 {
	sum = math.Ldexp(sum, m.slicer.exponent)
	if !m.matchEssential(func(d float64) { sum += d }) {
		sum = math.Inf(1)
	}
	return sum
}

// direction returns the sine and cosine of direction k.
func direction(k, directions int) (sin, cos float64) {
	return math.Sincos(math.Pi * (float64(k)/float64(directions) - 0.5))
}

// A slicer projects two diagrams to lines.
//
// Idea: the projections of bars change their order from one direction to the next. So each
// direction sorts them again, by a radix sort of the bits of floating-point numbers. The
// projections of middles, which are points of the diagonal, keep their order or reverse it.
// A merge of both yields the ascending u and v of SlicedWasserstein.
//
// Invariant: coordinates are relative to the center of both diagrams, in a unit in
// which their absolute values are at most 1/2. An offset makes all projections positive, so
// that their bits, read as integers, have the same order.
type slicer struct {
	origin       float64
	exponent     int          // the unit is 2^exponent
	factors      [2]float64   // their product is 2^-exponent
	middles      [2][]float64 // (b+d)/2 of the bars of each side, ascending
	radix        [2]radix.Sorter
	bars         [2][]uint64 // bits of projected bars
	points       [2][]uint64 // bits of projected middles
	byDifference [2]slicedBars
}

const (
	offset   = 1             // added to each projection, which is greater than −1
	lastBits = math.MaxInt64 // greater than the bits of every number
)

// begin replaces the births and deaths of both sides by coordinates relative to their
// center, and sorts their middles.
func (s *slicer) begin(p, q *side) {
	s.center(p, q)
	for k, side := range [...]*side{p, q} {
		s.middles[k] = reuse.Slice(s.middles[k], len(side.birth))
		for i := range side.birth {
			b, d := s.relative(side.birth[i]), s.relative(side.death[i])
			side.birth[i], side.death[i], s.middles[k][i] = b, d, (b+d)/2
		}
		slices.Sort(s.middles[k])
	}
}

// center sets the origin and the unit of relative coordinates.
func (s *slicer) center(p, q *side) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, side := range [...]*side{p, q} {
		for i, b := range side.birth {
			lo, hi = min(lo, b), max(hi, side.death[i])
		}
	}
	s.origin, s.exponent = 0, 0
	if hi > lo {
		s.origin = lo/2 + hi/2
		_, s.exponent = math.Frexp(max(hi/2-lo/2, math.SmallestNonzeroFloat64))
		s.exponent++
	}
	// Two factors, since the power of 2 that is their product may overflow.
	s.factors[0] = math.Ldexp(1, -s.exponent/2)
	s.factors[1] = math.Ldexp(1, -s.exponent-(-s.exponent/2))
}

// relative returns x relative to the origin, in the unit.
func (s *slicer) relative(x float64) float64 {
	return (x - s.origin) * s.factors[0] * s.factors[1]
}

// distance returns Σ |uᵢ − vᵢ| in a direction, in the unit of s.
func (s *slicer) distance(p, q *side, sin, cos float64) float64 {
	a, b := s.projectBars(0, p, sin, cos), s.projectMiddles(0, s.middles[1], sin+cos)
	c, d := s.projectBars(1, q, sin, cos), s.projectMiddles(1, s.middles[0], sin+cos)
	sum := 0.0
	var i, j, k, l int
	for range len(p.birth) + len(q.birth) {
		// Merge a with b, and c with d. There is no branch on the comparisons, as it
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

// projectBars returns the bits of the projections of the bars of side k, ascending, and
// lastBits at the end.
func (s *slicer) projectBars(k int, bars *side, sin, cos float64) []uint64 {
	r := &s.radix[k]
	items := r.Begin(len(bars.birth))
	least, most := uint64(lastBits), uint64(0)
	for i, b := range bars.birth {
		x := math.Float64bits(b*cos + bars.death[i]*sin + offset)
		items[i] = x
		least, most = min(least, x), max(most, x)
	}
	for i := range items {
		items[i] -= least
	}
	items = r.Sort(max(0, bits.Len64(most-least)-r.Bits()))
	radix.Finish(items)
	s.bars[k] = reuse.Slice(s.bars[k], len(items)+1)
	projected := s.bars[k]
	for i, x := range items {
		projected[i] = x + least
	}
	projected[len(items)] = lastBits
	return projected
}

// projectMiddles returns the bits of the projections of the points (x, x), for each x of
// middles, ascending, and lastBits at the end. scale is sin+cos. The result is kept in
// s.points[k].
func (s *slicer) projectMiddles(k int, middles []float64, scale float64) []uint64 {
	n := len(middles)
	s.points[k] = reuse.Slice(s.points[k], n+1)
	points := s.points[k]
	for i, x := range middles {
		if scale < 0 {
			i = n - 1 - i
		}
		points[i] = math.Float64bits(x*scale + offset)
	}
	points[n] = lastBits
	return points
}
