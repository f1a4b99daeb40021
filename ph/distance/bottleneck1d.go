package distance

import "math"

// bottleneck1d returns the bottleneck distance of finite bars that all have the same birth,
// as in degree 0, and leaves a matching in the sides.
//
// Problem: such a bar is a number, its length x. It moves to a bar y by |x−y| and to
// the diagonal by c·x, where c depends on the norm.
//
// Idea: with the lengths of each side descending and missing ones 0, the distance is
//
//	min over k of max( max_{i≤k} |a_i − b_i|, c·a_{k+1}, c·b_{k+1} ):
//
// the k longest bars of each side are matched in order, the others move to the
// diagonal.
//
// Proof. Any matching can be changed to one of these without a longer longest move.
// Suppose that x moves to the diagonal while a shorter bar y of the same side has the
// partner z. If z ≥ x, match x with z and move y to the diagonal: z−x ≤ z−y and
// c·y ≤ c·x. Otherwise move y and z to the diagonal: both are at most x. Either step
// leaves fewer pairs, or as many of longer bars, so the steps end, and then the longest
// bars of each side are the matched ones. If a ≥ a′ and b ≥ b′ with a matched to b′
// and a′ to b, exchange the partners: max(|a−b|, |a′−b′|) ≤ max(|a−b′|, |a′−b|). ∎
//
// Cost: O(n log n), for sorting.
func bottleneck1d(p, q *side) float64 {
	p.sortByDeath()
	q.sortByDeath()
	pairs := min(len(p.order), len(q.order))
	best, matched := math.Inf(1), 0
	longest := 0.0 // the longest move of the first k pairs
	for k := 0; longest < best; k++ {
		if worst := max(longest, p.diagonalOf(k), q.diagonalOf(k)); worst < best {
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

// diagonalOf returns the length of the move to the diagonal of the bar order[k], 0 if k is
// beyond the end of order.
func (s *side) diagonalOf(k int) float64 {
	if k >= len(s.order) {
		return 0
	}
	return s.toDiagonal[s.order[k]]
}
