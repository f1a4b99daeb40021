package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// PValues holds the p-values of one statistic for the three alternatives.
type PValues struct {
	TwoSided float64 // the two samples differ
	Greater  float64 // the first is greater
	Less     float64 // the first is less
}

// A TTest is the result of a t-test.
type TTest struct {
	PValues
	Difference       float64 // of the means
	StandardError    float64 // of Difference
	T                float64 // Difference in units of StandardError
	DegreesOfFreedom float64
}

// Interval returns the interval that holds the difference of the expectations with the given
// confidence, between 0 and 1, if values are normally distributed. A bound beyond the range of
// float64 is infinite.
func (t TTest) Interval(confidence float64) Interval {
	if !(confidence > 0 && confidence < 1) {
		panic(fmt.Sprintf("stats: TTest.Interval: confidence %v, want a number between 0 and 1", confidence))
	}
	i := Interval{Estimate: t.Difference, Low: t.Difference, High: t.Difference}
	if t.StandardError > 0 {
		half := student(t.DegreesOfFreedom).Quantile((1+confidence)/2) * t.StandardError
		i.Low, i.High = t.Difference-half, t.Difference+half
	}
	return i
}

func student(degreesOfFreedom float64) distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: degreesOfFreedom}
}

// Differences returns a[i] − b[i]. It panics if the lengths differ, and if the difference of
// finite numbers is too large for a float64.
func Differences(a, b []float64) []float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("stats: %d measurements are paired with %d", len(a), len(b)))
	}
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
		if math.IsInf(d[i], 0) && !math.IsInf(a[i], 0) && !math.IsInf(b[i], 0) {
			panic(fmt.Sprintf("stats: Differences: %v − %v at index %d is too large for a float64: scale the values down", a[i], b[i], i))
		}
	}
	return d
}

// Paired returns Student's t-test of the hypothesis that paired differences have
// mean 0. Equal differences have no variance to divide by. If all of them are 0, T
// and the p-values are NaN; otherwise T is infinite and each p-value is 0 or 1. It
// panics with fewer than two differences.
func Paired(differences []float64) TTest {
	check("differences", differences, 2)
	mean, deviation := moments(differences)
	n := float64(len(differences))
	return newTTest("Paired", mean, deviation.dividedBy(math.Sqrt(n)), n-1, differences)
}

// Welch returns Welch's t-test of the hypothesis that two independent samples
// have equal means, for variances that may differ (Welch 1947). Where neither
// sample has a variance, DegreesOfFreedom is NaN, and T and the p-values are as in [Paired]. It
// panics with fewer than two values in a sample, and if the difference of the means or its standard
// error is too large for a float64.
func Welch(a, b []float64) TTest {
	check("first sample", a, 2)
	check("second sample", b, 2)
	meanA, deviationA := moments(a)
	meanB, deviationB := moments(b)
	na, nb := float64(len(a)), float64(len(b))
	u, v, e := aligned(deviationA.dividedBy(math.Sqrt(na)), deviationB.dividedBy(math.Sqrt(nb)))
	sa, sb := u*u, v*v
	df := (sa + sb) * (sa + sb) / (sa*sa/(na-1) + sb*sb/(nb-1))
	p, q, common := aligned(meanA, meanB)
	return newTTest("Welch", quantity{p - q, common}, quantity{math.Sqrt(sa + sb), e}, df, a, b)
}

// newTTest returns the test of a difference of means with its standard error.
func newTTest(function string, difference, standardError quantity, degreesOfFreedom float64, samples ...[]float64) TTest {
	t := TTest{
		Difference:       difference.checked(function, "the difference of the means", samples...),
		StandardError:    standardError.checked(function, "the standard error", samples...),
		T:                difference.over(standardError),
		DegreesOfFreedom: degreesOfFreedom,
	}
	if standardError.value == 0 {
		t.PValues = PValues{math.NaN(), math.NaN(), math.NaN()}
		if difference.value != 0 {
			t.PValues = PValues{TwoSided: 0, Greater: oneIf(difference.value < 0), Less: oneIf(difference.value > 0)}
		}
		return t
	}
	distribution := student(degreesOfFreedom)
	t.TwoSided = 2 * distribution.CDF(-math.Abs(t.T))
	t.Greater, t.Less = distribution.CDF(-t.T), distribution.CDF(t.T)
	return t
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// check panics unless x has at least the given number of values, none of them NaN.
func check(name string, x []float64, least int) {
	if len(x) < least {
		panic(fmt.Sprintf("stats: the number of values in the %s is %d, want at least %d", name, len(x), least))
	}
	for i, v := range x {
		if math.IsNaN(v) {
			panic(fmt.Sprintf("stats: NaN at index %d of the %s", i, name))
		}
	}
}
