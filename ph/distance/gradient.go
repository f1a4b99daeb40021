package distance

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
)

// WassersteinGradient returns what [Matcher.Wasserstein] does, and sets grad[i] to the
// gradient of the distance with respect to bar i of the first diagram, along the
// optimal matching found. grad has one element for each bar of a.
//
// The order must be finite. Where the distance has no derivative, the gradient is a
// subgradient: a move of length 0 has the gradient 0, and the sup-norm of (x, x) has the
// derivative 1/2 by each coordinate. A distance of 0 or +Inf has the gradient 0.
//
// The gradient of the cost Σ moveᵒʳᵈᵉʳ is the gradient of the distance times
// order · distance^(order−1).
func (m *Matcher) WassersteinGradient(ctx context.Context, a, b []ph.Bar, order, norm float64, grad []ph.Gradient) (float64, error) {
	if math.IsInf(order, 1) {
		return m.fail(errors.New("distance: the gradient of a Wasserstein distance of order +Inf: want a finite order"))
	}
	checkGradient(a, grad)
	clear(grad)
	distance, err := m.Wasserstein(ctx, a, b, order, norm)
	if err != nil || distance == 0 || math.IsInf(distance, 1) {
		return distance, err
	}
	sum := &m.latest
	for i, j := range m.partnerA {
		bar := a[i]
		switch {
		case bar.Essential():
			x := bar.Birth - b[j].Birth
			if x != 0 {
				grad[i].Birth = math.Copysign(sum.slope(math.Abs(x)), x)
			}
		case j == Diagonal:
			h := half(&bar)
			x, y := sum.norm.gradient(h, h)
			s := sum.slope(sum.norm.diagonal(h)) * (x + y) / 2
			grad[i] = ph.Gradient{Birth: -s, Death: s}
		default:
			x, y := bar.Birth-b[j].Birth, bar.Death-b[j].Death
			dx, dy := sum.norm.gradient(x, y)
			s := sum.slope(sum.norm.length(math.Abs(x), math.Abs(y)))
			grad[i] = ph.Gradient{Birth: s * dx, Death: s * dy}
		}
	}
	return distance, nil
}

// SlicedWassersteinGradient returns what [Matcher.SlicedWasserstein] does, and sets
// grad[i] to the gradient of the distance with respect to bar i of the first diagram.
// grad has one element for each bar of a. In a direction in which two projections uᵢ and
// vᵢ are equal, |uᵢ − vᵢ| contributes 0.
func (m *Matcher) SlicedWassersteinGradient(ctx context.Context, a, b []ph.Bar, directions int, grad []ph.Gradient) (float64, error) {
	checkGradient(a, grad)
	clear(grad)
	if err := m.beginSliced(ctx, a, b, directions); err != nil {
		return m.fail(err)
	}
	m.slicer.center(&m.sides[0], &m.sides[1])
	sum, err := m.slicedByDifferences(ctx, directions, grad)
	if err != nil {
		return m.fail(err)
	}
	sum = m.finishSliced(sum)
	if math.IsInf(sum, 1) {
		clear(grad)
		return sum, nil
	}
	for i, j := range m.partnerA {
		if x := a[i].Birth; j != Diagonal && x != b[j].Birth { // a pair of essential bars
			grad[i].Birth = math.Copysign(1, x-b[j].Birth)
		}
	}
	return sum, nil
}

func checkGradient(a []ph.Bar, grad []ph.Gradient) {
	if len(a) != len(grad) {
		panic(fmt.Sprintf("distance: the gradient has %d elements for %d bars", len(grad), len(a)))
	}
}
