package topoloss

import (
	"math"

	"github.com/topogen/topogen/ph"
)

// A lattice sums Gaussians of the differences of deaths, one for each pair of
// bars, in linear time. A Gaussian is the convolution of two narrower ones,
//
//	exp(−(d−d′)²/8σ) = 1/√(2πσ) ∫ exp(−(d−t)²/4σ) exp(−(t−d′)²/4σ) dt,
//
// and the trapezoidal rule on a lattice of spacing √(σ/2) computes this integral
// up to a relative error of 2·exp(−4π²), below rounding (Poisson summation). So
// every bar leaves its mark exp(−(d−t)²/4σ) on the few lattice points t around
// it, and sums over pairs of bars become sums over lattice points.
//
// In units of the spacing, the mark of a bar at s beyond a lattice point is
// exp(−(s−j)²/8) at the j-th point from there.
type lattice struct {
	spacing float64
	least   float64 // the least death, which lies at the lattice point of index reach

	// marks has, at each lattice point, the sum of the marks of the learnable bars. gaps
	// first has that of the true bars, later the sum in marks less that of the true bars.
	marks, gaps []float64
}

// A mark extends over window points, beginning reach points below the one before
// its bar: exp(−reach²/8) is below 3e-18.
const (
	reach  = 18
	window = 2 * (reach + 1)
)

// markShape holds exp(−j²/8).
var markShape = func() (m [reach + 2]float64) {
	for j := range m {
		m[j] = math.Exp(-float64(j*j) / 8)
	}
	return m
}()

// fits reports whether a lattice for the bars has at most four points for each pair of
// bars, and if so prepares it. Deaths that are far apart need a larger lattice: scaleSpace
// then sums over the pairs instead.
func (l *lattice) fits(sigma float64, learnable, truth []ph.Bar) bool {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, bars := range [...][]ph.Bar{learnable, truth} {
		for _, b := range bars {
			lo, hi = min(lo, b.Death), max(hi, b.Death)
		}
	}
	l.spacing, l.least = math.Sqrt(sigma/2), lo
	points := math.Floor((hi-lo)/l.spacing) + window
	if !(points <= 4*float64(len(learnable))*float64(len(learnable)+len(truth))) {
		return false
	}
	l.marks, l.gaps = resize(l.marks, int(points)), resize(l.gaps, int(points))
	clear(l.marks)
	clear(l.gaps)
	return true
}

// near returns Σ exp(−(d−d′)²/8σ) over the pairs of learnable bars, less twice that sum
// over the pairs of a learnable and a true bar. It adds the derivatives to gradients. Sum
// and derivatives lack the same factors as in scaleSpace.
func (l *lattice) near(learnable, truth []ph.Bar, gradients []BarGradient) float64 {
	for _, b := range learnable {
		l.mark(l.marks, b.Death)
	}
	for _, b := range truth {
		l.mark(l.gaps, b.Death)
	}
	var sum float64
	for k, m := range l.marks {
		sum += m * (m - 2*l.gaps[k])
		l.gaps[k] = m - l.gaps[k]
	}
	for i, b := range learnable {
		gradients[i].Death -= l.spacing / math.Sqrt(math.Pi) * l.slope(b.Death)
	}
	return sum / (2 * math.Sqrt(math.Pi))
}

// at returns the window of points around a death, and the distance s of the death from the
// lattice point before it. It also returns two factors of the mark of the bar, exp(−s²/8)
// and exp(−s/4):
//
//	exp(−(s−j)²/8) = exp(−s²/8) · exp(−s/4)⁻ʲ · exp(−j²/8).
func (l *lattice) at(points []float64, death float64) (around *[window]float64, s, peak, ratio float64) {
	units := (death - l.least) / l.spacing
	k := int(units)
	s = units - float64(k)
	return (*[window]float64)(points[k:]), s, expNegative(s * s / 8), expNegative(s / 4)
}

// mark adds the mark of a bar.
func (l *lattice) mark(points []float64, death float64) {
	around, _, below, down := l.at(points, death)
	up := 1 / down
	above := below * up
	for j := range reach + 1 {
		around[reach-j] += below * markShape[j]
		around[reach+1+j] += above * markShape[j+1]
		below *= down
		above *= up
	}
}

// slope returns Σ (s−j)·exp(−(s−j)²/8)·gap over the points around a death.
func (l *lattice) slope(death float64) (sum float64) {
	around, s, below, down := l.at(l.gaps, death)
	up := 1 / down
	above := below * up
	for j := range reach + 1 {
		sum += (s+float64(j))*below*markShape[j]*around[reach-j] +
			(s-float64(j+1))*above*markShape[j+1]*around[reach+1+j]
		below *= down
		above *= up
	}
	return sum
}
