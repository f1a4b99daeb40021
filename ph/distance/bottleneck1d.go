package distance

import (
	"cmp"
	"math"
	"slices"
)

// sameBirth reports whether all finite bars of two sides are born at once.
func sameBirth(p, q *side) bool {
	var first float64
	if len(p.birth) > 0 {
		first = p.birth[0]
	} else if len(q.birth) > 0 {
		first = q.birth[0]
	}
	for _, s := range [...]*side{p, q} {
		if n := len(s.birth); n > 0 && (s.birth[0] != first || s.birth[n-1] != first) {
			return false // births ascend
		}
	}
	return true
}

// onLine returns the bottleneck distance of finite bars that are all born at once,
// and leaves a matching. Such bars are numbers, their lengths, and move from x to
// y by |x−y| and to the diagonal by x/2. With the bars of each side descending, the
// distance is
//
//	min over k of max( max_{i≤k} |a_i − b_i|, a_{k+1}/2, b_{k+1}/2 ),
//
// where bars that are not there count as 0: the k longest of each side are
// matched in their order, the others go to the diagonal.
//
// Proof. Any matching can be changed to one of these without its longest move
// becoming longer. Where a bar x is on the diagonal while a shorter one y of the
// same side has a partner z, let x take the place of y if z ≥ x, since then
// z−x ≤ z−y and y/2 ≤ x/2, and else send y and z to the diagonal, both no farther
// than x/2. Either there are fewer pairs then, or as many of longer bars, so this
// comes to an end, and the longest bars of each side are those with partners.
// Two pairs that cross, a ≥ a′ and b ≥ b′ with a matched to b′, can be
// uncrossed: max(|a−b|, |a′−b′|) ≤ max(|a−b′|, |a′−b|). ∎
func (m *Matcher) onLine(p, q *side) float64 {
	p.sortDescending()
	q.sortDescending()
	pairs := min(len(p.order), len(q.order))
	best, matched := math.Inf(1), 0
	longest := 0.0 // of the moves of k pairs
	for k := 0; longest < best; k++ {
		if worst := max(longest, p.halfOf(k), q.halfOf(k)); worst < best {
			best, matched = worst, k
		}
		if k == pairs {
			break
		}
		longest = max(longest, math.Abs(p.death[p.order[k]]-q.death[q.order[k]]))
	}
	for k := range matched {
		i, j := p.order[k], q.order[k]
		p.partner[i], q.partner[j] = j, i
	}
	return best
}

// sortDescending sets order to the bars by descending death, the first of equal
// ones first.
func (s *side) sortDescending() {
	n := len(s.death)
	s.order = resize(s.order, n)
	for k := range s.order {
		s.order[k] = int32(n - 1 - k) // as diagrams are ascending, this is nearly it
	}
	slices.SortFunc(s.order, func(i, j int32) int {
		return cmp.Or(cmp.Compare(s.death[j], s.death[i]), cmp.Compare(i, j))
	})
}

// halfOf returns the way to the diagonal of the k'th in order, 0 if there is
// none.
func (s *side) halfOf(k int) float64 {
	if k >= len(s.order) {
		return 0
	}
	return s.half[s.order[k]]
}
