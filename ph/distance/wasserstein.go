package distance

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
)

// Wasserstein returns the Wasserstein distance of an order between two diagrams:
// the least, over all matchings, of
//
//	(Σ |move|^order)^(1/order),
//
// where the length of a move is the norm-norm of the difference of the bars as
// points of the plane: order and norm are at least 1 and independent of each
// other; norm may be +Inf, for the sup-norm. A bar moves to the point of the
// diagonal between its birth and death.
//
// It is exact but for rounding, and takes time and memory for the pairs of bars
// that are closer to each other than both to the diagonal; these may be few or
// all. Diagrams whose bars are all born at once, as in degree 0, take O(nm).
func (m *Matcher) Wasserstein(ctx context.Context, a, b []ph.Bar, order, norm float64) (float64, error) {
	c, err := newCost(order, norm)
	if err != nil {
		return 0, err
	}
	if err := m.begin(ctx, a, b); err != nil {
		return 0, err
	}
	p, q := &m.sides[0], &m.sides[1]
	if sameBirth(p, q) {
		err = m.line.solve(ctx, p, q, c)
	} else {
		err = m.transport.solve(ctx, p, q, c)
	}
	if err != nil {
		return 0, err
	}
	return m.finish(c), nil
}

// finish returns the distance by the matching of the sides, and of essential bars.
func (m *Matcher) finish(c cost) float64 {
	m.keep()
	sum := c.total(&m.sides[0], &m.sides[1])
	if !m.matchEssential(func(d float64) { sum += c.power(d) }) {
		return math.Inf(1)
	}
	return c.root(sum)
}

// A cost is what moves cost: their lengths in a norm, to the power of an order.
type cost struct{ order, norm float64 }

func newCost(order, norm float64) (cost, error) {
	if !(order >= 1) || math.IsInf(order, 1) || !(norm >= 1) {
		return cost{}, fmt.Errorf("distance: a Wasserstein distance of order %v and norm %v: want 1 ≤ order < +Inf and 1 ≤ norm", order, norm)
	}
	return cost{order, norm}, nil
}

// move returns the cost of moving by x and y, which are not negative.
func (c cost) move(x, y float64) float64 {
	switch {
	case math.IsInf(c.norm, 1):
		return c.power(max(x, y))
	case c.norm == 1:
		return c.power(x + y)
	case c.norm == 2 && c.order == 2:
		return x*x + y*y
	case c.norm == 2:
		return c.power(math.Sqrt(x*x + y*y))
	}
	return c.power(math.Pow(math.Pow(x, c.norm)+math.Pow(y, c.norm), 1/c.norm))
}

// total returns the cost of a matching.
func (c cost) total(p, q *side) float64 {
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

func (c cost) power(x float64) float64 {
	switch c.order {
	case 1:
		return x
	case 2:
		return x * x
	}
	return math.Pow(x, c.order)
}

func (c cost) root(x float64) float64 {
	switch c.order {
	case 1:
		return x
	case 2:
		return math.Sqrt(x)
	}
	return math.Pow(x, 1/c.order)
}
