package distance

import (
	"context"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// Bottleneck returns the bottleneck distance between two diagrams in the sup-norm: the
// least, over all matchings, of the longest move. A bar moves to another by
// max(|b−b′|, |d−d′|), and to the diagonal by (d−b)/2. The result is exactly one of
// these numbers.
//
// The witness is a move of that length in the matching found. It is the first such
// move by A, then by B, moves between bars before moves to the diagonal. Two empty
// diagrams have distance 0 and the witness {Diagonal, Diagonal}.
//
// It takes O(n log n) time if all finite bars of both diagrams have the same birth, as in
// degree 0. [Matcher.Wasserstein] of order +Inf has other inner norms.
func (m *Matcher) Bottleneck(ctx context.Context, a, b []ph.Bar) (distance float64, witness Match, err error) {
	witness = Match{Diagonal, Diagonal}
	if err := m.begin(ctx, a, b, supNorm); err != nil || len(a)+len(b) == 0 {
		return 0, witness, err
	}
	if distance, err = m.bottleneck(ctx, 0); err != nil {
		return 0, witness, err
	}
	return distance, m.witness(distance), nil
}

// ApproximateBottleneck returns a number from the bottleneck distance to 1+relative
// times that distance. [Matcher.Matching] then returns a matching whose longest move is
// this number. A relative error that is not positive asks for the exact distance.
func (m *Matcher) ApproximateBottleneck(ctx context.Context, a, b []ph.Bar, relative float64) (float64, error) {
	if err := m.begin(ctx, a, b, supNorm); err != nil {
		return 0, err
	}
	return m.bottleneck(ctx, relative)
}

// bottleneck returns the distance of all bars, up to a relative error, and leaves a
// matching of the diagrams.
func (m *Matcher) bottleneck(ctx context.Context, relative float64) (float64, error) {
	distance, err := m.bottleneckOfSides(ctx, relative)
	if err != nil {
		return m.fail(err)
	}
	m.matchFinite()
	if !m.matchEssential(func(d float64) { distance = max(distance, d) }) {
		distance = math.Inf(1)
	}
	return distance, nil
}

// bottleneckOfSides returns the bottleneck distance of the finite bars, up to a relative
// error, and leaves a matching of the sides.
func (m *Matcher) bottleneckOfSides(ctx context.Context, relative float64) (float64, error) {
	p, q := &m.sides[0], &m.sides[1]
	if sameBirth(p, q) {
		return bottleneck1d(p, q), nil
	}
	if !(relative > 0) {
		relative = 0
	}
	return m.search(ctx, p, q, relative)
}

// witness returns the first pair of the matching whose move has length t.
func (m *Matcher) witness(t float64) Match {
	for i, j := range m.partnerA {
		if j != Diagonal && lengthBetween(m.a[i], m.b[j]) == t {
			return Match{i, j}
		}
	}
	for i, j := range m.partnerA {
		if j == Diagonal && half(&m.a[i]) == t {
			return Match{i, Diagonal}
		}
	}
	for j, i := range m.partnerB {
		if i == Diagonal && half(&m.b[j]) == t {
			return Match{Diagonal, j}
		}
	}
	panic("distance: no pair attains the bottleneck distance")
}

// lengthBetween returns the sup-norm move between two bars, which are both finite or
// both essential.
func lengthBetween(a, b ph.Bar) float64 {
	if a.Essential() {
		return math.Abs(a.Birth - b.Birth)
	}
	return max(math.Abs(a.Birth-b.Birth), math.Abs(a.Death-b.Death))
}

// A bottleneckSearch finds the bottleneck distance by bisection.
//
// Problem: the distance is the least length t such that some matching has no move longer
// than t. The function match decides whether there is such a matching for a given t.
//
// Idea: bisect the real numbers until few moves have lengths in the interval, then
// bisect the sorted list of these lengths (Efrat, Itai and Katz, Geometry helps in
// bottleneck matching, 2001).
//
// Invariant: short is a lower bound of the distance; enough is the longest move of the
// matching in best, and so an upper bound.
//
// Cost: a partial matching whose moves are at most t stays valid for every greater t. So
// base keeps the partial matching of the greatest t that failed, and each step extends it.
type bottleneckSearch struct {
	candidates []float64  // lengths of moves between short and enough, ascending
	base       [2][]int32 // partial matching for the greatest length t that failed
	best       [2][]int32 // complete matching whose moves are at most enough
}

// search returns the bottleneck distance of two sides, up to a relative error. It leaves a
// matching that attains this distance in the partners of the sides.
func (m *Matcher) search(ctx context.Context, p, q *side, relative float64) (float64, error) {
	enough := max(p.longest(), q.longest())
	m.save(&m.best) // every bar on the diagonal
	m.save(&m.base)
	least := max(p.lowerBound(q), q.lowerBound(p))
	if least >= enough {
		return enough, nil
	}
	if t, ok, err := m.try(ctx, p, q, least); err != nil {
		return 0, err
	} else if ok {
		m.restore(&m.best)
		return t, nil
	}
	if math.IsInf(enough, 1) { // some move to the diagonal overflows
		t, ok, err := m.try(ctx, p, q, math.MaxFloat64)
		if err != nil {
			return 0, err
		} else if !ok {
			m.restore(&m.best)
			return enough, nil
		}
		enough = t
	}
	short := least
	for enough > short*(1+relative) {
		if m.gather(p, q, short, enough) {
			// The distance exceeds all candidates before lo, but none from hi on.
			lo, hi := 0, len(m.candidates)
			for lo < hi {
				mid := (lo + hi) / 2
				if t, ok, err := m.try(ctx, p, q, m.candidates[mid]); err != nil {
					return 0, err
				} else if ok {
					enough, hi = t, mid
				} else {
					lo = mid + 1
				}
			}
			break
		}
		middle := short + (enough-short)/2
		if middle <= short || middle >= enough {
			break
		}
		if t, ok, err := m.try(ctx, p, q, middle); err != nil {
			return 0, err
		} else if ok {
			enough = t
		} else {
			short = middle
		}
	}
	m.restore(&m.best)
	return enough, nil
}

// try looks for a matching whose moves are at most t. If there is one, it saves the
// matching in best and returns its longest move. Otherwise it saves a partial matching in
// base and returns false.
func (m *Matcher) try(ctx context.Context, p, q *side, t float64) (longest float64, ok bool, err error) {
	m.restore(&m.base)
	if ok, err := match(ctx, p, q, t); err != nil {
		return 0, false, err
	} else if !ok {
		m.save(&m.base)
		return 0, false, nil
	}
	m.save(&m.best)
	for i, j := range p.partner {
		if j == Diagonal {
			longest = max(longest, p.toDiagonal[i])
		} else {
			longest = max(longest, p.move(i, q, int(j)))
		}
	}
	for j, i := range q.partner {
		if i == Diagonal {
			longest = max(longest, q.toDiagonal[j])
		}
	}
	return longest, true, nil
}

// save copies the matching of the sides to partners.
func (m *Matcher) save(partners *[2][]int32) {
	for k := range m.sides {
		partners[k] = append(partners[k][:0], m.sides[k].partner...)
	}
}

// restore copies partners to the matching of the sides.
func (m *Matcher) restore(partners *[2][]int32) {
	for k := range m.sides {
		copy(m.sides[k].partner, partners[k])
	}
}

// gather sets candidates to the lengths of all moves that are longer than short and shorter
// than enough, ascending. If there are more than four for each bar, it returns false.
func (m *Matcher) gather(p, q *side, short, enough float64) bool {
	add := func(d float64) {
		if short < d && d < enough {
			m.candidates = append(m.candidates, d)
		}
	}
	most := 4 * (len(p.birth) + len(q.birth))
	m.candidates = m.candidates[:0]
	for _, h := range p.toDiagonal {
		add(h)
	}
	for _, h := range q.toDiagonal {
		add(h)
	}
	first := 0
	for i, b := range p.birth {
		for first < len(q.birth) && q.birth[first] < b-enough {
			first++
		}
		for j := first; j < len(q.birth) && q.birth[j] <= b+enough; j++ {
			d := p.supMove(i, q, j)
			if !p.sup {
				d = p.move(i, q, j)
			}
			add(d)
		}
		if len(m.candidates) > most {
			return false
		}
	}
	slices.Sort(m.candidates)
	m.candidates = slices.Compact(m.candidates)
	return true
}
