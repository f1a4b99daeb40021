package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Sums and squares of numbers near the largest float64 overflow, and squares of numbers
// near the least underflow. So means and deviations are computed of numbers that are divided
// by a power of two, such that the largest magnitude is between ½ and 1. The division rounds
// only numbers that are less than 2⁻⁹⁰⁰ of the largest. It changes no other digit of a result.

// Mean returns the arithmetic mean of x. It panics if x is empty.
func Mean(x []float64) float64 {
	check("sample", x, 1)
	sum := floats.Sum(x)
	if overflows := sum-sum != 0; overflows && !anyInfinite(x) {
		mean, _ := moments(x)
		return mean.float()
	}
	return sum / float64(len(x))
}

// StandardDeviation returns the deviation of a sample, √(Σ (x − mean)²/(n−1)). It panics if
// there are fewer than two values, and if the deviation is too large for a float64.
func StandardDeviation(x []float64) float64 {
	check("sample", x, 2)
	_, deviation := moments(x)
	return deviation.checked("StandardDeviation", "the standard deviation", x)
}

// moments returns the mean of x and its standard deviation, which is 0 if x has one value. If a
// value is infinite, the deviation is NaN.
func moments(x []float64) (mean, deviation quantity) {
	e := exponent(largest(x))
	unit := inUnits(x, e)
	low, high := slices.Min(unit), slices.Max(unit)
	if low == high {
		return quantity{low, e}, quantity{0 * low, e}
	}
	n := float64(len(x))
	m := floats.Sum(unit) / n
	_, rest := deviations(unit, m)
	m = min(max(m+rest/n, low), high) // less what rounding of the sum added
	squares, rest := deviations(unit, m)
	return quantity{m, e}, quantity{math.Sqrt(max(0, squares-rest*rest/n) / (n - 1)), e}
}

// inUnits returns x·2⁻ᵉ.
func inUnits(x []float64, e int) []float64 {
	unit := make([]float64, len(x))
	for i, v := range x {
		unit[i] = math.Ldexp(v, -e)
	}
	return unit
}

// deviations returns Σ (x−mean)² and Σ (x−mean).
func deviations(x []float64, mean float64) (squares, sum float64) {
	for _, v := range x {
		d := v - mean
		squares += d * d
		sum += d
	}
	return squares, sum
}

// exponent returns the e for which v·2⁻ᵉ is at least ½ and less than 1, 0 if there is none.
func exponent(v float64) int {
	_, e := math.Frexp(v)
	return e
}

// largest returns the largest magnitude of x.
func largest(x []float64) float64 {
	most := 0.0
	for _, v := range x {
		most = max(most, math.Abs(v))
	}
	return most
}

// anyInfinite reports whether a value of the samples is infinite.
func anyInfinite(samples ...[]float64) bool {
	return slices.ContainsFunc(samples, func(x []float64) bool { return math.IsInf(largest(x), 0) })
}

// A quantity is value·2ᵉ, which may be too large or too small for a float64.
type quantity struct {
	value float64
	e     int
}

// float returns the quantity as a float64, infinite if it is too large.
func (q quantity) float() float64 { return math.Ldexp(q.value, q.e) }

// checked returns the quantity as a float64. It panics, in the name of a function, if the quantity
// is too large although all values of the samples are finite.
func (q quantity) checked(function, what string, samples ...[]float64) float64 {
	v := q.float()
	if math.IsInf(v, 0) && !anyInfinite(samples...) {
		panic(fmt.Sprintf("stats: %s: %s is too large for a float64: scale the values down", function, what))
	}
	return v
}

// aligned returns the values of two quantities in units of one power of two, 2ᵉ, such that the
// larger magnitude is at least ½ and less than 1.
func aligned(p, q quantity) (u, v float64, e int) {
	var exponents []int
	for _, r := range [2]quantity{p, q} {
		if r.value != 0 {
			exponents = append(exponents, r.e+exponent(r.value))
		}
	}
	if len(exponents) > 0 {
		e = slices.Max(exponents)
	}
	return math.Ldexp(p.value, p.e-e), math.Ldexp(q.value, q.e-e), e
}

// dividedBy returns the quantity divided by a number.
func (q quantity) dividedBy(by float64) quantity { return quantity{q.value / by, q.e} }

// over returns the quotient of two quantities, infinite or 0 if it is too large or too small for
// a float64.
func (q quantity) over(p quantity) float64 { return math.Ldexp(q.value/p.value, q.e-p.e) }
