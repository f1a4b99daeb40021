package distance

import (
	"context"
	"math"

	"github.com/topogen/topogen/ph"
)

// Wasserstein returns the Wasserstein distance of an order between two diagrams: the
// least, over all matchings, of
//
//	(Σ moveᵒʳᵈᵉʳ)^(1/order),
//
// where a move is the norm of the difference of two bars as points (birth, death) of
// the plane. Order and norm are exponents, at least 1 and independent of each other.
// Order +Inf stands for the longest move, norm +Inf for the sup-norm. A bar moves to
// the point of the diagonal halfway between its birth and its death.
//
// The relative error of the result is that of rounding, whatever the order. Let e be the
// number of pairs of bars that cost less than moving both to the diagonal. The distance of
// n and m bars takes O(n·e·log e) time and 16 bytes for each of the e pairs. If all finite
// bars have the same birth, as in degree 0, it takes O(nm) time and nm bytes.
func (m *Matcher) Wasserstein(ctx context.Context, a, b []ph.Bar, order, norm float64) (float64, error) {
	c, err := newCost(order, norm)
	if err != nil {
		return m.fail(err)
	}
	if err := m.begin(ctx, a, b, c.norm); err != nil {
		return m.fail(err)
	}
	return m.wasserstein(ctx, c)
}

// wasserstein returns the distance of all bars, and leaves a matching of the diagrams.
func (m *Matcher) wasserstein(ctx context.Context, c cost) (float64, error) {
	if math.IsInf(c.order, 1) {
		return m.bottleneck(ctx, 0)
	}
	solve := m.solvePlane
	if sameBirth(&m.sides[0], &m.sides[1]) {
		solve = m.solveLine
	}
	if err := solve(ctx, c); err != nil {
		return m.fail(err)
	}
	return m.finish(c), nil
}

// solveLine leaves a matching of least cost of sides whose bars all have the same birth.
func (m *Matcher) solveLine(ctx context.Context, c cost) error {
	p, q := &m.sides[0], &m.sides[1]
	longest := bottleneck1d(p, q)
	if longest == 0 {
		return nil
	}
	// Let x be the cost of a move as long as the bottleneck distance. The least cost is from
	// x to x times the number of bars. So with this distance as the unit only costs
	// overflow that no optimal matching has.
	return m.aligner.solve(ctx, p, q, c.within(longest))
}

// solvePlane leaves a matching of least cost.
//
// Problem: the search for a matching rounds numbers as large as the greatest cost of
// a move to the diagonal. With an order of 30, all optimal moves together may cost
// 10⁻¹⁰⁰ of that.
//
// Idea: limit the costs of moves to the diagonal to twice the cost of a known
// matching. No optimal matching has a move that costs as much, so the limit changes
// none of them, and all numbers are comparable to the result.
//
// For low orders a first search has no limit. Its result suffices unless the greatest cost
// is too large beside it, which is rare. Otherwise start from the matching of the bottleneck
// distance, which costs at most n times the optimum, for n bars. Each further search takes
// the cost of the matching before it as its limit.
func (m *Matcher) solvePlane(ctx context.Context, c cost) error {
	p, q := &m.sides[0], &m.sides[1]
	// enough is the least ratio of the result to the greatest cost with which a search
	// suffices. The relative error grows by at most a factor of 1/enough.
	const (
		enough   = 1.0 / 16
		lowOrder = 4
	)
	if longest := max(p.longest(), q.longest()); c.order <= lowOrder && !math.IsInf(longest, 1) {
		c = c.within(longest)
		if err := m.transport.solve(ctx, p, q, &c); err != nil {
			return err
		}
		if c.total(p, q) >= enough*c.power(longest/c.unit) {
			return nil
		}
		p.unmatchAll()
		q.unmatchAll()
	}
	least, err := m.bottleneckOfSides(ctx, 0)
	if err != nil || least == 0 || math.IsInf(least, 1) {
		return err
	}
	c = c.in(least)
	for {
		sum := c.total(p, q)
		if sum >= enough*2*c.most {
			return nil
		}
		c.most = sum * (1 + 0x1p-30) // more than the rounding of the sum
		p.unmatchAll()
		q.unmatchAll()
		if err := m.transport.solve(ctx, p, q, &c); err != nil {
			return err
		}
	}
}

// longest returns the length of the longest move to the diagonal, 0 if there are no bars.
func (s *side) longest() float64 {
	longest := 0.0
	for _, d := range s.toDiagonal {
		longest = max(longest, d)
	}
	return longest
}

// total returns the cost of the matching of two sides.
func (c *cost) total(p, q *side) float64 {
	sum := 0.0
	for i, j := range p.partner {
		if j == Diagonal {
			sum += c.move(p.half[i], p.half[i])
		} else {
			sum += c.move(math.Abs(p.birth[i]-q.birth[j]), math.Abs(p.death[i]-q.death[j]))
		}
	}
	for j, i := range q.partner {
		if i == Diagonal {
			sum += c.move(q.half[j], q.half[j])
		}
	}
	return sum
}

// finish copies the matching of the sides to that of the diagrams, adds the matching of
// the essential bars, and returns the distance.
func (m *Matcher) finish(c cost) float64 {
	m.matchFinite()
	longest := 0.0
	note := func(x float64) { longest = max(longest, x) }
	m.eachMove(note)
	if !m.matchEssential(note) || math.IsInf(longest, 1) {
		return math.Inf(1)
	}
	m.latest = newPowerSum(c, longest)
	m.eachMove(m.latest.add)
	m.matchEssential(m.latest.add)
	return m.latest.value()
}

// eachMove calls visit with the length of each move of the matching of the sides: of each
// pair, and of each bar that moves to the diagonal.
func (m *Matcher) eachMove(visit func(length float64)) {
	p, q := &m.sides[0], &m.sides[1]
	for i, j := range p.partner {
		if j == Diagonal {
			visit(p.toDiagonal[i])
		} else {
			visit(p.move(i, q, int(j)))
		}
	}
	for j, i := range q.partner {
		if i == Diagonal {
			visit(q.toDiagonal[j])
		}
	}
}
