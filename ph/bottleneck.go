package ph

import (
	"cmp"
	"math"
	"slices"
)

// A Match pairs a bar of one diagram with a bar of another, by index; −1 stands
// for the diagonal.
type Match struct{ A, B int }

// Diagonal is the partner of a bar that no other bar is matched to.
const Diagonal = -1

// A Matcher computes distances between diagrams. It is a workspace: the zero
// value is ready for use, one matcher serves one goroutine at a time.
type Matcher struct {
	candidates []float64
	a, b       []Bar
	partnerA   []int // of a's bars
	partnerB   []int
	seen       []bool // of b's bars
	seenA      []bool
	orderA     []int
	orderB     []int
}

// Bottleneck returns the bottleneck distance between finite bars a and b, the
// least over all partial matchings of the largest sup-norm distance between
// matched bars or, for bars without a partner, between a bar and the diagonal,
// (Death − Birth)/2. It also returns a witness: the pair in an optimal matching
// that attains the distance, the first by A, then by B, bars before the
// diagonal. Two empty diagrams have distance 0 and no witness, {−1, −1}.
func (m *Matcher) Bottleneck(a, b []Bar) (distance float64, witness Match) {
	m.a, m.b = a, b
	m.clear()
	if len(a)+len(b) == 0 {
		return 0, Match{Diagonal, Diagonal}
	}
	if bornAtZero(a) && bornAtZero(b) {
		return m.fromZero(a, b)
	}
	m.candidates = m.candidates[:0]
	for _, x := range a {
		m.candidates = append(m.candidates, half(x))
		for _, y := range b {
			m.candidates = append(m.candidates, move(x, y))
		}
	}
	for _, y := range b {
		m.candidates = append(m.candidates, half(y))
	}
	slices.Sort(m.candidates)
	m.candidates = slices.Compact(m.candidates)
	lo, hi := 0, len(m.candidates)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if m.match(m.candidates[mid]) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	distance = m.candidates[lo]
	m.match(distance)
	return distance, m.witness(distance)
}

// Matching appends to dst an optimal matching of the two diagrams of the latest
// [Matcher.Bottleneck]: each bar of the first with its partner or the diagonal,
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

func bornAtZero(bars []Bar) bool {
	for _, b := range bars {
		if b.Birth != 0 {
			return false
		}
	}
	return true
}

// half is the sup-norm distance of a bar to the diagonal.
func half(b Bar) float64 { return (b.Death - b.Birth) / 2 }

// move is the sup-norm distance of two bars.
func move(a, b Bar) float64 { return max(math.Abs(a.Birth-b.Birth), math.Abs(a.Death-b.Death)) }

// fromZero is the distance where all births are 0. With deaths descending,
// an optimal matching pairs the k longest bars of each side in order, for some
// k, and sends the rest to the diagonal: exchanging the partners of two pairs
// that cross, or a bar matched to the diagonal with a shorter matched one, makes
// no move longer. So the distance is
//
//	min over k of max( max_{i≤k} |a_i − b_i|, a_{k+1}/2, b_{k+1}/2 ).
func (m *Matcher) fromZero(a, b []Bar) (float64, Match) {
	m.orderA, m.orderB = descending(m.orderA, a), descending(m.orderB, b)
	const none = -1
	best, bestMatch, matched := math.Inf(1), Match{none, none}, 0
	longest, longestMatch := math.Inf(-1), Match{none, none}
	for k := 0; k <= min(len(a), len(b)); k++ {
		worst, match := longest, longestMatch
		if k < len(a) && half(a[m.orderA[k]]) > worst {
			worst, match = half(a[m.orderA[k]]), Match{m.orderA[k], Diagonal}
		}
		if k < len(b) && half(b[m.orderB[k]]) > worst {
			worst, match = half(b[m.orderB[k]]), Match{Diagonal, m.orderB[k]}
		}
		if worst < best {
			best, bestMatch, matched = worst, match, k
		}
		if k < min(len(a), len(b)) {
			i, j := m.orderA[k], m.orderB[k]
			if d := move(a[i], b[j]); d > longest {
				longest, longestMatch = d, Match{i, j}
			}
		}
	}
	for k := range matched {
		i, j := m.orderA[k], m.orderB[k]
		m.partnerA[i], m.partnerB[j] = j, i
	}
	return best, bestMatch
}

// descending returns the indices of bars by descending death, the first of equal
// ones first.
func descending(order []int, bars []Bar) []int {
	order = resize(order, len(bars))
	for i := range order {
		order[i] = len(bars) - 1 - i // as diagrams are ascending, this is nearly it
	}
	slices.SortFunc(order, func(i, j int) int {
		if c := cmp.Compare(bars[j].Death, bars[i].Death); c != 0 {
			return c
		}
		return i - j
	})
	return order
}

// clear makes the matching one in which no bar has a partner.
func (m *Matcher) clear() {
	m.partnerA, m.partnerB = resize(m.partnerA, len(m.a)), resize(m.partnerB, len(m.b))
	for i := range m.partnerA {
		m.partnerA[i] = Diagonal
	}
	for j := range m.partnerB {
		m.partnerB[j] = Diagonal
	}
}

// match looks for a matching whose moves are at most t. Bars within t of the
// diagonal need no partner.
func (m *Matcher) match(t float64) bool {
	m.clear()
	m.seen, m.seenA = resize(m.seen, len(m.b)), resize(m.seenA, len(m.a))
	for i, x := range m.a {
		if half(x) > t {
			clear(m.seen)
			if !m.placeA(i, t) {
				return false
			}
		}
	}
	// Bars of b that need a partner and have none: along alternating paths
	// that keep every bar of a matched that is.
	for j, y := range m.b {
		if half(y) > t && m.partnerB[j] == Diagonal {
			clear(m.seenA)
			if !m.placeB(j, t) {
				return false
			}
		}
	}
	return true
}

// placeA finds a partner for bar i of a, moving others if need be.
func (m *Matcher) placeA(i int, t float64) bool {
	for j, y := range m.b {
		if m.seen[j] || move(m.a[i], y) > t {
			continue
		}
		m.seen[j] = true
		if other := m.partnerB[j]; other == Diagonal || half(m.a[other]) <= t || m.placeA(other, t) {
			if other != Diagonal && m.partnerA[other] == j {
				m.partnerA[other] = Diagonal
			}
			m.partnerA[i], m.partnerB[j] = j, i
			return true
		}
	}
	return false
}

// placeB finds a partner for bar j of b likewise.
func (m *Matcher) placeB(j int, t float64) bool {
	for i, x := range m.a {
		if m.seenA[i] || move(x, m.b[j]) > t {
			continue
		}
		m.seenA[i] = true
		if other := m.partnerA[i]; other == Diagonal || half(m.b[other]) <= t || m.placeB(other, t) {
			if other != Diagonal && m.partnerB[other] == i {
				m.partnerB[other] = Diagonal
			}
			m.partnerA[i], m.partnerB[j] = j, i
			return true
		}
	}
	return false
}

// witness returns the first pair of the matching whose move is exactly t.
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
	panic("ph: no pair attains the bottleneck distance")
}
