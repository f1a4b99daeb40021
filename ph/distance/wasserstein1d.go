package distance

import (
	"context"
	"math"

	"github.com/topogen/topogen/internal/reuse"
)

// An aligner finds a matching of least cost between bars that all have the same birth, as in
// degree 0.
//
// Problem: such a bar is a number, its death. The cost of a pair is a convex function of the
// difference of its two numbers. The cost of a bar without a partner is that of its move to
// the diagonal.
//
// Idea: two pairs that cross can be uncrossed at no higher cost, since the function is
// convex. So an optimal matching pairs the bars in order, and what remains is to
// choose the bars without a partner: an alignment of two sequences, as in the edit
// distance (Wagner and Fischer, The string-to-string correction problem, 1974).
//
// Invariant: least[j] is the least cost of the first i bars of p and the first j of q.
//
// Cost: O(nm) time and a byte for each pair. Costs are only added, so the result has
// the relative error of a sum.
type aligner struct {
	least  []float64
	drop   []float64 // cost of moving each bar of q to the diagonal
	choice []byte    // for each i and j how the last of the first i and j bars is placed
}

// The choices: the last bar of p or of q moves to the diagonal, or the two are a pair.
const (
	dropP = iota
	dropQ
	matched
)

// solve leaves a matching of least cost in the sides. Their order must be that of
// sortByDeath.
func (l *aligner) solve(ctx context.Context, p, q *side, c cost) error {
	n, m := len(p.death), len(q.death)
	p.unmatchAll()
	q.unmatchAll()
	l.least, l.choice = reuse.Slice(l.least, m+1), reuse.Slice(l.choice, (n+1)*(m+1))
	least := l.least
	least[0] = 0
	l.drop = l.drop[:0]
	for j, b := range q.order {
		l.drop = append(l.drop, c.diagonal(q.half[b]))
		least[j+1] = least[j] + l.drop[j]
		l.choice[j+1] = dropQ
	}
	square := c.order == 2 && c.unit == 1
	plain := c.order == 1 && c.unit == 1
	for i, a := range p.order {
		if i%barsBetweenChecks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		choice := l.choice[(i+1)*(m+1):][:m+1]
		death, drop := p.death[a], c.diagonal(p.half[a])
		before := least[0] // the least cost of the first i and j bars, which least no longer has
		least[0] += drop
		choice[0] = dropP
		for j, b := range q.order {
			best, how := least[j+1]+drop, byte(dropP)
			if x := least[j] + l.drop[j]; x < best {
				best, how = x, dropQ
			}
			x := math.Abs(death - q.death[b])
			switch {
			case plain:
			case square:
				x *= x
			default:
				x = c.along(x)
			}
			if x += before; x < best {
				best, how = x, matched
			}
			before, least[j+1] = least[j+1], best
			choice[j+1] = how
		}
	}
	for i, j := n, m; i > 0 || j > 0; {
		switch l.choice[i*(m+1)+j] {
		case dropP:
			i--
		case dropQ:
			j--
		default:
			i, j = i-1, j-1
			a, b := p.order[i], q.order[j]
			p.partner[a], q.partner[b] = b, a
		}
	}
	return nil
}
