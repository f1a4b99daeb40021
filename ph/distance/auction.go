package distance

import (
	"context"

	"github.com/topogen/topogen/ph"
)

// ApproximateWasserstein returns a number that is at least the Wasserstein
// distance, but for rounding, and at most 1+relative times that. The matching is
// one of that cost. It takes less time than the exact distance if an error of a
// tenth or more will do, and is that distance if not.
func (m *Matcher) ApproximateWasserstein(ctx context.Context, a, b []ph.Bar, order, norm, relative float64) (float64, error) {
	c, err := newCost(order, norm)
	if err != nil {
		return 0, err
	}
	if err := m.begin(ctx, a, b); err != nil {
		return 0, err
	}
	// Prices rise by steps of about the error: the exact search is faster then.
	const leastRelative = 0.1
	if !(relative >= leastRelative) || sameBirth(&m.sides[0], &m.sides[1]) {
		return m.Wasserstein(ctx, a, b, order, norm)
	}
	if err := m.transport.approximate(ctx, &m.sides[0], &m.sides[1], c, c.power(1+relative)); err != nil {
		return 0, err
	}
	return m.finish(c), nil
}

// approximate leaves a matching that costs at most so many times the least.
//
// It is an auction (Bertsekas 1988): rows bid for columns, each for the one that
// gains it most after its price, raising the price until another column, or none,
// would do as well, and by a step more. A column once sold stays so, to the
// highest bidder, and what was not sold has no price. So at the end
//
//	Σ_i max(0, max_j gain(i,j) − v(j)) + Σ_j v(j)
//
// bounds the gain of all matchings, and what the auction found is less by at
// most a step for each pair. That bound is the proof of the result: if it is not
// good enough, the exact search follows.
func (t *transport) approximate(ctx context.Context, p, q *side, c cost, factor float64) error {
	if err := t.begin(ctx, p, q, c); err != nil {
		return err
	}
	all := 0.0 // the cost of sending all to the diagonal
	for _, costs := range t.diagonal {
		for _, d := range costs {
			all += d
		}
	}
	bars := float64(len(p.half) + len(q.half))
	if step := all * (factor - 1) / bars / 4; step > 0 {
		bound, err := t.auction(ctx, p, q, step)
		if err != nil {
			return err
		}
		if c.total(p, q) <= factor*(all-bound) {
			return nil
		}
	}
	p.separate()
	q.separate()
	clear(t.v)
	return t.placeRows(ctx, p, q)
}

// separate takes all partners away.
func (s *side) separate() {
	for i := range s.partner {
		s.partner[i] = Diagonal
	}
}

// auction leaves a matching, and returns a bound on what any of them gains.
func (t *transport) auction(ctx context.Context, p, q *side, step float64) (bound float64, err error) {
	p.separate()
	q.separate()
	clear(t.v)
	bidders := t.touched[:0]
	for i := range p.partner {
		bidders = append(bidders, int32(i))
	}
	for bids := 0; len(bidders) > 0; bids++ {
		if bids%rowsBetweenChecks == 0 && ctx.Err() != nil {
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
	t.touched = bidders[:0]
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
	const rounding = 0x1p-52 // of each sum
	return bound * (1 + rounding*float64(len(p.half)+len(q.half))), nil
}
