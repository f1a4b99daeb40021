package distance

import (
	"context"
	"math"
)

// A line finds matchings of least cost between bars that are all born at once, as
// those of degree 0 are: numbers on a line, some of which do without a partner.
// Two pairs that cross can be uncrossed at no higher cost, |x|^order being convex;
// so the bars of both sides are paired in their order, and what is left to find
// is who has none, as in an edit distance: O(nm) time, and a byte for each pair.
type line struct {
	least  []float64 // cost of the first bars of p and the first j of q, for each j
	drop   []float64 // cost of sending each bar of q to the diagonal, in order
	choice []byte    // how the last of the first i and the first j is placed
}

// The choices: the last bar of p or of q goes to the diagonal, or they are a pair.
const (
	dropP = iota
	dropQ
	matched
)

// solve leaves a matching of least cost.
func (l *line) solve(ctx context.Context, p, q *side, c cost) error {
	n, m := len(p.death), len(q.death)
	p.sortDescending()
	q.sortDescending()
	l.least, l.choice = resize(l.least, m+1), resize(l.choice, (n+1)*(m+1))
	least := l.least
	least[0] = 0
	l.drop = l.drop[:0]
	for j, b := range q.order {
		h := q.half[b]
		l.drop = append(l.drop, c.move(h, h))
		least[j+1] = least[j] + l.drop[j]
		l.choice[j+1] = dropQ
	}
	for i, a := range p.order {
		if i%rowsBetweenChecks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		choice := l.choice[(i+1)*(m+1):][:m+1]
		h, death := p.half[a], p.death[a]
		drop := c.move(h, h)
		before := least[0] // of one bar less on both sides
		least[0] += drop
		choice[0] = dropP
		for j, b := range q.order {
			best, how := least[j+1]+drop, byte(dropP)
			if x := least[j] + l.drop[j]; x < best {
				best, how = x, dropQ
			}
			if x := before + c.power(math.Abs(death-q.death[b])); x < best {
				best, how = x, matched
			}
			before, least[j+1] = least[j+1], best
			choice[j+1] = how
		}
	}
	p.separate()
	q.separate()
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
