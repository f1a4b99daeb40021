package distance

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
)

// A Match pairs a bar of one diagram with a bar of another, by index; −1 stands
// for the diagonal.
type Match struct{ A, B int }

// Diagonal is the partner of a bar that no other bar is matched to.
const Diagonal = -1

// A Matcher computes distances between diagrams. It is a workspace: the zero
// value is ready for use, one matcher serves one goroutine at a time.
//
// All distances are over the matchings that pair some bars of one diagram with
// bars of the other, and the rest with the diagonal, the bars of length 0.
// Essential bars are matched among themselves: in the order of their births,
// which is best for every distance here. Where one diagram has more of them
// than the other, the distance is +Inf.
//
// A bar whose birth is not finite, whose death is NaN, or that dies before its
// birth, is an error that names it. Every distance stops soon after its context ends,
// with the context's error.
type Matcher struct {
	a, b     []ph.Bar
	partnerA []int // of the bars of a: their partners by the latest distance
	partnerB []int

	sides [2]side // the finite bars of a and b
	bottleneckSearch
	essential [2][]int
	transport transport
	line      line
	slicing   slicing
}

// A side has the finite bars of a diagram, by ascending births.
type side struct {
	birth, death []float64
	half         []float64 // the way to the diagonal
	index        []int     // among all bars
	finite       []int     // the same in their own order
	partner      []int32   // on the other side, −1 for the diagonal

	// next is, for each bar that a search for a partner has seen, where to look
	// for one it has not: a forest with path compression.
	next  []int32
	order []int32
	radix radix.Sorter
}

// begin takes the bars of two diagrams apart.
func (m *Matcher) begin(ctx context.Context, a, b []ph.Bar) error {
	m.a, m.b = nil, nil
	m.partnerA, m.partnerB = m.partnerA[:0], m.partnerB[:0]
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkBars("first", a); err != nil {
		return err
	}
	if err := checkBars("second", b); err != nil {
		return err
	}
	m.a, m.b = a, b
	m.partnerA, m.partnerB = unmatched(m.partnerA, len(a)), unmatched(m.partnerB, len(b))
	m.essential[0] = m.sides[0].begin(a, m.essential[0][:0])
	m.essential[1] = m.sides[1].begin(b, m.essential[1][:0])
	return nil
}

// checkBars refuses what is no bar.
func checkBars(which string, bars []ph.Bar) error {
	for i, b := range bars {
		switch {
		case b.Birth-b.Birth != 0 || math.IsNaN(b.Death):
			return fmt.Errorf("distance: bar %d of the %s diagram is born at %v and dies at %v: a birth is finite, a death a number or +Inf",
				i, which, b.Birth, b.Death)
		case b.Death < b.Birth:
			return fmt.Errorf("distance: bar %d of the %s diagram is born at %v and dies at %v, before its birth: negate both, as for a superlevel filtration",
				i, which, b.Birth, b.Death)
		}
	}
	return nil
}

func unmatched(partner []int, n int) []int {
	partner = resize(partner, n)
	for i := range partner {
		partner[i] = Diagonal
	}
	return partner
}

// begin sorts finite bars by birth, and appends the indices of the essential
// ones by birth.
func (s *side) begin(bars []ph.Bar, essential []int) []int {
	s.finite, s.birth = s.finite[:0], s.birth[:0]
	for i, b := range bars {
		if b.Essential() {
			essential = append(essential, i)
		} else {
			s.finite = append(s.finite, i)
			s.birth = append(s.birth, b.Birth)
		}
	}
	slices.SortFunc(essential, func(i, j int) int {
		return cmp.Or(cmp.Compare(bars[i].Birth, bars[j].Birth), cmp.Compare(i, j))
	})
	n := len(s.finite)
	s.order = resize(s.order, n)
	s.radix.Order(s.order, s.birth)
	s.index, s.partner = resize(s.index, n), resize(s.partner, n)
	s.death, s.half = resize(s.death, n), resize(s.half, n)
	for k, place := range s.order {
		i := s.finite[place]
		s.index[k], s.partner[k] = i, Diagonal
		s.birth[k], s.death[k], s.half[k] = bars[i].Birth, bars[i].Death, half(bars[i])
	}
	return essential
}

// matchEssential pairs essential bars and returns the distances between their
// births, and whether all have a partner.
func (m *Matcher) matchEssential(distance func(d float64)) (all bool) {
	p, q := m.essential[0], m.essential[1]
	for k := range min(len(p), len(q)) {
		m.partnerA[p[k]], m.partnerB[q[k]] = q[k], p[k]
		distance(math.Abs(m.a[p[k]].Birth - m.b[q[k]].Birth))
	}
	return len(p) == len(q)
}

// keep makes the partners of the sides those of the bars.
func (m *Matcher) keep() {
	p, q := &m.sides[0], &m.sides[1]
	for k, j := range p.partner {
		if j != Diagonal {
			m.partnerA[p.index[k]], m.partnerB[q.index[j]] = q.index[j], p.index[k]
		}
	}
}

// Matching appends to dst the optimal matching that the latest distance was
// found by: each bar of the first diagram with its partner or the diagonal,
// then each bar of the second that has none with the diagonal.
func (m *Matcher) Matching(dst []Match) []Match {
	for i, j := range m.partnerA {
		dst = append(dst, Match{i, j})
	}
	for j, i := range m.partnerB {
		if i == Diagonal {
			dst = append(dst, Match{Diagonal, j})
		}
	}
	return dst
}

// half is the sup-norm distance of a bar to the diagonal.
func half(b ph.Bar) float64 { return (b.Death - b.Birth) / 2 }

// move is the sup-norm distance of two bars, both of which are finite or
// essential.
func move(a, b ph.Bar) float64 {
	if a.Essential() {
		return math.Abs(a.Birth - b.Birth)
	}
	return max(math.Abs(a.Birth-b.Birth), math.Abs(a.Death-b.Death))
}

// rowsBetweenChecks is the number of bars after which a loop looks at its context.
const rowsBetweenChecks = 64

// resize returns s with length n; its contents are unspecified.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
