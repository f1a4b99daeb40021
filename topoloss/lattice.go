package topoloss

import (
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// A lattice computes Σ exp(−(d−d′)²/8σ) over pairs of deaths d and d′ in linear time. A
// Gaussian is the convolution of two narrower ones,
//
//	exp(−(d−d′)²/8σ) = 1/√(2πσ) ∫ exp(−(d−t)²/4σ) exp(−(t−d′)²/4σ) dt,
//
// and the trapezoidal rule on a lattice of spacing √(σ/2) computes this integral
// up to a relative error of 2·exp(−4π²) (Poisson summation), less than the rounding error
// of a float64. The mark of a bar with death d is exp(−(d−t)²/4σ), a function of the
// lattice points t near d. So a sum over pairs of bars becomes a sum over lattice points of
// products of sums of marks.
//
// Let the death of a bar lie s spacings above a lattice point, 0 ≤ s < 1. At the j-th
// point above that one, or below it for j < 0, the mark is exp(−(s−j)²/8).
type lattice struct {
	spacing float64 // √(σ/2), a length
	least   float64 // the least death, which lies at the lattice point of index reach

	// By lattice point: marks has the sum of the marks of the learnable bars. gaps first
	// has the sum of the marks of the true bars, then marks less that sum.
	marks, gaps []float64
}

// A mark extends over window lattice points. The first lies reach points below the last
// point that is not above the death. Outside, the mark is below exp(−reach²/8) < 3e-18
// and counts as 0.
const (
	reach  = 18
	window = 2 * (reach + 1)
)

// markShape holds exp(−j²/8) for 0 ≤ j ≤ reach+1.
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
	l.marks, l.gaps = reuse.Slice(l.marks, int(points)), reuse.Slice(l.gaps, int(points))
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

// at returns the window of points around a death, and the distance s, in spacings, from the
// last lattice point not above the death. It also returns two factors of the mark,
// peak = exp(−s²/8) and ratio = exp(−s/4). The mark at the j-th point above that one is
//
//	exp(−(s−j)²/8) = exp(−s²/8) · exp(−s/4)⁻ʲ · exp(−j²/8).
func (l *lattice) at(points []float64, death float64) (around *[window]float64, s, peak, ratio float64) {
	units := (death - l.least) / l.spacing
	k := int(units)
	s = units - float64(k)
	return (*[window]float64)(points[k:]), s, expNegative(s * s / 8), expNegative(s / 4)
}

// mark adds the mark of a bar with the given death to points.
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

// slope returns Σ (s−j)·exp(−(s−j)²/8)·gaps[k+j] over the window of a death that lies s
// spacings above lattice point k.
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
