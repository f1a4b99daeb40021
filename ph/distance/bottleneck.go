package distance

import (
	"context"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// Bottleneck returns the bottleneck distance between two diagrams, the least over
// all matchings of the longest move in it: max(|b−b′|, |d−d′|) between bars,
// (d−b)/2 to the diagonal (Cohen-Steiner, Edelsbrunner and Harer, Stability of
// persistence diagrams, 2007). It is exact: one of these numbers.
//
// It also returns a witness, a move of that length in the matching found: the
// first by A, then by B, bars before the diagonal. Two empty diagrams have
// distance 0 and no witness, {−1, −1}.
//
// Diagrams whose bars are all born at once, as in degree 0, take O(n log n).
func (m *Matcher) Bottleneck(ctx context.Context, a, b []ph.Bar) (distance float64, witness Match, err error) {
	witness = Match{Diagonal, Diagonal}
	if err := m.begin(ctx, a, b); err != nil || len(a)+len(b) == 0 {
		return 0, witness, err
	}
	if distance, err = m.bottleneck(ctx, 0); err != nil {
		return 0, witness, err
	}
	return distance, m.witness(distance), nil
}

// ApproximateBottleneck returns a number that is at least the bottleneck distance
// and at most 1+relative times that, with a matching of that length. It is the
// exact distance where relative is not positive.
func (m *Matcher) ApproximateBottleneck(ctx context.Context, a, b []ph.Bar, relative float64) (float64, error) {
	if !(relative > 0) {
		relative = 0
	}
	if err := m.begin(ctx, a, b); err != nil {
		return 0, err
	}
	return m.bottleneck(ctx, relative)
}

// bottleneck returns the distance of the bars at hand, up to a relative error, and
// leaves a matching.
func (m *Matcher) bottleneck(ctx context.Context, relative float64) (distance float64, err error) {
	if p, q := &m.sides[0], &m.sides[1]; sameBirth(p, q) {
		distance = m.onLine(p, q)
	} else if distance, err = m.search(ctx, p, q, relative); err != nil {
		return 0, err
	}
	m.keep()
	if !m.matchEssential(func(d float64) { distance = max(distance, d) }) {
		distance = math.Inf(1)
	}
	return distance, nil
}

// witness returns the first pair of the matching whose move is t.
func (m *Matcher) witness(t float64) Match {
	for i, j := range m.partnerA {
		if j != Diagonal && move(m.a[i], m.b[j]) == t {
			return Match{i, j}
		}
	}
	for i, j := range m.partnerA {
		if j == Diagonal && half(m.a[i]) == t {
			return Match{i, Diagonal}
		}
	}
	for j, i := range m.partnerB {
		if i == Diagonal && half(m.b[j]) == t {
			return Match{Diagonal, j}
		}
	}
	panic("distance: no pair attains the bottleneck distance")
}

// A bottleneckSearch narrows an interval around the distance.
type bottleneckSearch struct {
	candidates []float64
	base       [2][]int32 // partners: moves that are no longer than what is too short
	best       [2][]int32 // partners by the shortest matching so far
}

// search returns the bottleneck distance of finite bars, or something above it
// by no more than the given relative error, and leaves a matching.
//
// It keeps a length that is too short, with as much of a matching as there is,
// and one that is enough, with a whole matching and equal to its longest move.
// It halves the interval between until few moves have lengths inside, and then
// searches among these.
func (m *Matcher) search(ctx context.Context, p, q *side, relative float64) (float64, error) {
	enough := 0.0
	for _, s := range []*side{p, q} {
		for _, h := range s.half {
			enough = max(enough, h)
		}
	}
	m.save(&m.best) // all to the diagonal
	m.save(&m.base)
	least := max(p.least(q), q.least(p))
	if least >= enough {
		return enough, nil
	}
	if t, ok, err := m.try(ctx, p, q, least); err != nil {
		return 0, err
	} else if ok {
		m.restore(&m.best)
		return t, nil
	}
	short := least
	for enough > short*(1+relative) {
		if m.gather(p, q, short, enough) {
			lo, hi := 0, len(m.candidates) // all before lo are too short, all from hi on enough
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

// try looks for a matching whose moves are at most t, and returns the longest.
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
			longest = max(longest, p.half[i])
		} else {
			longest = max(longest, p.move(i, q, int(j)))
		}
	}
	for j, i := range q.partner {
		if i == Diagonal {
			longest = max(longest, q.half[j])
		}
	}
	return longest, true, nil
}

func (m *Matcher) save(partners *[2][]int32) {
	for k := range m.sides {
		partners[k] = append(partners[k][:0], m.sides[k].partner...)
	}
}

func (m *Matcher) restore(partners *[2][]int32) {
	for k := range m.sides {
		copy(m.sides[k].partner, partners[k])
	}
}

// gather lists the lengths of moves that are longer than short and shorter than
// enough, in order, and reports whether they are few.
func (m *Matcher) gather(p, q *side, short, enough float64) bool {
	inside := func(d float64) {
		if short < d && d < enough {
			m.candidates = append(m.candidates, d)
		}
	}
	most := 4 * (len(p.birth) + len(q.birth))
	m.candidates = m.candidates[:0]
	for _, h := range p.half {
		inside(h)
	}
	for _, h := range q.half {
		inside(h)
	}
	first := 0
	for i, b := range p.birth {
		for first < len(q.birth) && q.birth[first] < b-enough {
			first++
		}
		for j := first; j < len(q.birth) && q.birth[j] <= b+enough; j++ {
			inside(p.move(i, q, j))
		}
		if len(m.candidates) > most {
			return false
		}
	}
	slices.Sort(m.candidates)
	m.candidates = slices.Compact(m.candidates)
	return true
}
