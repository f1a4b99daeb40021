package distance

import (
	"fmt"
	"math"
)

// A cost computes the costs of moves. The cost of a move of length x, in a norm, is
// (x/unit)^order. The unit keeps the powers that matter from overflow and underflow.
type cost struct {
	order float64
	norm  norm
	unit  float64

	formula formula

	// most is an upper bound of the cost of an optimal matching. So no optimal matching has
	// a move that costs more. The cost of a move to the diagonal is cut to 2·most, which
	// excludes the move just as well.
	most float64
}

func newCost(order, inner float64) (cost, error) {
	if !(order >= 1) || !(inner >= 1) {
		return cost{}, fmt.Errorf("distance: a Wasserstein distance of order %v and norm %v: want both at least 1", order, inner)
	}
	return cost{order: order, norm: norm(inner)}.in(1), nil
}

// within returns the cost with a unit for moves of up to a longest length. The unit is 1 if
// no power of this length can overflow or underflow, else the length itself.
func (c cost) within(longest float64) cost {
	if c.order <= 2 && 0x1p-500 < longest && longest < 0x1p500 {
		longest = 1
	}
	return c.in(longest)
}

// in returns the cost with the given unit and without the bound most.
func (c cost) in(unit float64) cost {
	c.unit, c.most, c.formula = unit, math.Inf(1), general
	switch {
	case unit != 1:
	case c.norm == 2 && c.order == 2:
		c.formula = squares
	case c.norm == supNorm && c.order == 1:
		c.formula = longer
	}
	return c
}

// A formula is a quick way to compute costs.
type formula int

const (
	general formula = iota
	squares         // x² + y²
	longer          // max(x, y)
)

// move returns the cost of a move by (x, y), both of which are at least 0.
func (c *cost) move(x, y float64) float64 {
	switch c.formula {
	case squares:
		return x*x + y*y
	case longer:
		return max(x, y)
	}
	return c.along(c.norm.length(x, y))
}

// diagonal returns the cost of the move to the diagonal of a bar of length 2h.
func (c *cost) diagonal(h float64) float64 { return min(2*c.most, c.move(h, h)) }

// length returns the length of a move whose cost is x.
func (c *cost) length(x float64) float64 { return c.root(x) * c.unit }

func (c *cost) power(x float64) float64 {
	switch c.order {
	case 1:
		return x
	case 2:
		return x * x
	}
	return math.Pow(x, c.order)
}

func (c *cost) root(x float64) float64 {
	switch c.order {
	case 1:
		return x
	case 2:
		return math.Sqrt(x)
	}
	return math.Pow(x, 1/c.order)
}

// A powerSum computes (Σ xᵢ^order)^(1/order). It divides each x by a unit of about the
// greatest x. So no term overflows, and terms that underflow do not matter. The sum is
// compensated
// (Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen,
// 1974).
type powerSum struct {
	cost
	sum, correction float64
}

// newPowerSum returns an empty sum. Each x to be added must be finite and at most largest.
func newPowerSum(c cost, largest float64) powerSum {
	c.unit = largest
	if c.order <= 64 && largest > 0 { // a power of 2 divides without rounding
		_, exponent := math.Frexp(largest)
		c.unit = math.Ldexp(1, exponent-1)
	}
	return powerSum{cost: c}
}

func (s *powerSum) add(x float64) {
	if x == 0 {
		return
	}
	term := s.along(x)
	sum := s.sum + term
	s.correction += min(s.sum, term) - (sum - max(s.sum, term))
	s.sum = sum
}

// value returns (Σ xᵢ^order)^(1/order), +Inf if this number overflows.
func (s *powerSum) value() float64 { return s.length(s.sum + s.correction) }

// slope returns the derivative of the value with respect to a term's x.
func (s *powerSum) slope(x float64) float64 {
	if x == 0 {
		return 0
	}
	return math.Pow(x/s.unit, s.order-1) * math.Pow(s.sum+s.correction, 1/s.order-1)
}

// along returns the cost of a move of length x, for example by x along one axis.
func (c *cost) along(x float64) float64 {
	if c.unit != 1 {
		x /= c.unit
	}
	return c.power(x)
}
