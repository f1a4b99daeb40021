package distance

import (
	"context"
	"math"

	"github.com/topogen/topogen/ph"
)

// ApproximateWasserstein returns a number from the Wasserstein distance to 1+relative
// times that distance, up to rounding. [Matcher.Matching] then returns a matching that
// attains this number. For relative errors of at least 0.1 it is faster than
// [Matcher.Wasserstein]. For smaller relative errors it returns the exact distance.
func (m *Matcher) ApproximateWasserstein(ctx context.Context, a, b []ph.Bar, order, norm, relative float64) (float64, error) {
	c, err := newCost(order, norm)
	if err != nil {
		return m.fail(err)
	}
	if err := m.begin(ctx, a, b, c.norm); err != nil {
		return m.fail(err)
	}
	if math.IsInf(order, 1) {
		return m.bottleneck(ctx, relative)
	}
	// Prices rise by steps of about the permitted error. For small errors the number of
	// steps grows until the exact search is faster.
	const leastRelative = 0.1
	if relative >= leastRelative && !sameBirth(&m.sides[0], &m.sides[1]) {
		if ok, err := m.auction(ctx, c, relative); err != nil {
			return m.fail(err)
		} else if ok {
			return m.finish(c), nil
		}
	}
	return m.wasserstein(ctx, c)
}

// auction looks for a matching of the sides whose distance exceeds the least by at most
// a relative error. If it cannot prove that the matching found is that good, it leaves every
// bar on the diagonal and returns false.
//
// Problem: rows are the bars of the first side, columns those of the second. The gain of a
// pair is what it saves compared with moving both bars to the diagonal, as for a transport.
// Find a matching whose gain is nearly the greatest.
//
// Idea: an auction (Bertsekas, The auction algorithm, 1988). Rows bid for columns. A row
// bids for the column j for which gain less price v(j) is greatest. It raises the price
// until its second best choice, another column or the diagonal, is as good, and then by a
// step more. The column goes to the highest bidder.
//
// Invariant: a column that was sold stays sold, and a column that was never sold has price
// 0. So at the end
//
//	Σ_i max(0, max_j gain(i,j) − v(j)) + Σ_j v(j)
//
// is at least the gain of every matching. The gain of the matching found is less by at most
// a step for each pair. The bound proves the relative error.
//
// Cost: the bids are about the greatest gain divided by the step, for each row.
func (m *Matcher) auction(ctx context.Context, c cost, relative float64) (ok bool, err error) {
	p, q, t := &m.sides[0], &m.sides[1], &m.transport
	longest, bars := max(p.longest(), q.longest()), float64(len(p.half)+len(q.half))
	if math.IsInf(longest, 1) {
		return false, nil
	}
	c = c.within(longest)
	if err := t.begin(ctx, p, q, &c); err != nil {
		return false, err
	}
	all := 0.0 // the cost of moving all bars to the diagonal
	for _, costs := range t.diagonal {
		for _, d := range costs {
			all += d
		}
	}
	factor := c.power(1 + relative)
	if step := all * (factor - 1) / bars / 4; step > 0 && !math.IsInf(step, 1) {
		bound, err := t.bid(ctx, p, q, step)
		if err != nil {
			return false, err
		}
		// rounding is at least the sum of the rounding errors of all and of bound, as long
		// as bound is at most all. If bound is greater, the test below fails anyway.
		rounding := 0x1p-50 * (bars + 4) * all
		if c.total(p, q) <= factor*(all-bound-rounding) {
			return true, nil
		}
	}
	p.unmatchAll()
	q.unmatchAll()
	return false, nil
}

// bid runs the auction, with the prices in t.v, and leaves its matching in the sides. It
// returns an upper bound of the gain of every matching.
func (t *transport) bid(ctx context.Context, p, q *side, step float64) (bound float64, err error) {
	p.unmatchAll()
	q.unmatchAll()
	clear(t.v)
	bidders := t.bidders[:0]
	for i := range p.partner {
		bidders = append(bidders, int32(i))
	}
	for bids := 0; len(bidders) > 0; bids++ {
		if bids%barsBetweenChecks == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		i := bidders[len(bidders)-1]
		bidders = bidders[:len(bidders)-1]
		best, second, column := 0.0, 0.0, int32(Diagonal)
		for _, g := range t.rowOf(i) {
			if g.gain <= second {
				break
			}
			switch left := g.gain - t.v[g.column]; {
			case left > best:
				best, second, column = left, best, g.column
			case left > second:
				second = left
			}
		}
		if column == Diagonal {
			continue
		}
		t.v[column] += best - second + step
		if loser := q.partner[column]; loser != Diagonal {
			p.partner[loser] = Diagonal
			bidders = append(bidders, loser)
		}
		p.partner[i], q.partner[column] = column, i
	}
	t.bidders = bidders
	for i := range p.partner {
		best := 0.0
		for _, g := range t.rowOf(int32(i)) {
			if g.gain <= best {
				break
			}
			if left := g.gain - t.v[g.column]; left > best {
				best = left
			}
		}
		bound += best
	}
	for _, v := range t.v {
		bound += v
	}
	return bound, nil
}
