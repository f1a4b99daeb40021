package distance

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// A Match pairs bar A of the first diagram with bar B of the second, by index. One
// of the two may be [Diagonal].
type Match struct{ A, B int }

// Diagonal stands for the partner of a bar that moves to the diagonal.
const Diagonal = -1

// A Matcher computes distances between diagrams and keeps the memory that this takes.
// The zero value is ready for use. One matcher serves one goroutine at a time.
//
// Every method that takes a context returns the context's error soon after the
// context ends.
type Matcher struct {
	a, b     []ph.Bar
	partnerA []int // partners of the bars of a in the latest matching
	partnerB []int

	sides     [2]side  // finite bars of a and of b
	essential [2][]int // indices of essential bars, by birth

	bottleneckSearch
	transport transport
	aligner   aligner
	latest    powerSum // the latest Wasserstein distance
	slicer    slicer
}

// Matching appends to dst the optimal matching of the latest distance: each bar of
// the first diagram with its partner or the diagonal, then each bar of the second
// diagram whose partner is the diagonal. A sliced Wasserstein distance leaves only
// the matching of the essential bars. After an error the matching is empty.
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

// begin checks two diagrams and splits each into finite and essential bars.
func (m *Matcher) begin(ctx context.Context, a, b []ph.Bar, n norm) error {
	m.clear()
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
	m.essential[0] = m.sides[0].begin(a, n, m.essential[0][:0])
	m.essential[1] = m.sides[1].begin(b, n, m.essential[1][:0])
	return nil
}

// clear empties the matching.
func (m *Matcher) clear() {
	m.a, m.b = nil, nil
	m.partnerA, m.partnerB = m.partnerA[:0], m.partnerB[:0]
}

// fail empties the matching of a computation that ends with an error, and returns
// the error.
func (m *Matcher) fail(err error) (float64, error) {
	m.clear()
	return 0, err
}

// checkBars refuses bars that the package documentation excludes.
func checkBars(which string, bars []ph.Bar) error {
	for i := range bars {
		b := &bars[i]
		if b.Death >= b.Birth && b.Birth-b.Birth == 0 { // both false for NaN
			continue
		}
		if b.Birth-b.Birth != 0 || math.IsNaN(b.Death) {
			return fmt.Errorf("distance: bar %d of the %s diagram is born at %v and dies at %v: a birth is finite, a death a number or +Inf",
				i, which, b.Birth, b.Death)
		}
		return fmt.Errorf("distance: bar %d of the %s diagram is born at %v and dies at %v, before its birth: negate both, as for a superlevel filtration",
			i, which, b.Birth, b.Death)
	}
	return nil
}

// unmatched returns n partners, all on the diagonal.
func unmatched(partner []int, n int) []int {
	partner = reuse.Slice(partner, n)
	for i := range partner {
		partner[i] = Diagonal
	}
	return partner
}

// matchEssential pairs the essential bars. It calls visit with the difference of the
// births of each pair, and reports whether every essential bar has a partner.
func (m *Matcher) matchEssential(visit func(difference float64)) bool {
	p, q := m.essential[0], m.essential[1]
	for k := range min(len(p), len(q)) {
		m.partnerA[p[k]], m.partnerB[q[k]] = q[k], p[k]
		visit(math.Abs(m.a[p[k]].Birth - m.b[q[k]].Birth))
	}
	return len(p) == len(q)
}

// matchFinite copies the matching of the two sides to that of the diagrams.
func (m *Matcher) matchFinite() {
	p, q := &m.sides[0], &m.sides[1]
	for k, j := range p.partner {
		if j != Diagonal {
			m.partnerA[p.index[k]], m.partnerB[q.index[j]] = q.index[j], p.index[k]
		}
	}
}

// barsBetweenChecks is the number of bars after which a loop looks at its context.
const barsBetweenChecks = 64
