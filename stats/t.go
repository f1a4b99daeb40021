package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// P holds the p-values of one statistic for the three alternatives.
type P struct {
	TwoSided float64 // the two samples differ
	Greater  float64 // the first is greater
	Less     float64 // the first is less
}

// A T is the result of a t-test.
type T struct {
	P
	Mean      float64 // the difference of the means
	T         float64 // Mean in units of its standard error
	DF        float64 // degrees of freedom
	Low, High float64 // the 95 % confidence interval of Mean
}

// Differences returns a[i] − b[i]. It panics if the lengths differ.
func Differences(a, b []float64) []float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("stats: %d measurements are paired with %d", len(a), len(b)))
	}
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	return d
}

// Paired returns Student's t-test of the hypothesis that paired differences have
// mean 0. Equal differences have no variance to divide by. If all of them are 0, T
// and the p-values are NaN; otherwise T is infinite and each p-value is 0 or 1. It
// panics with fewer than two differences.
func Paired(differences []float64) T {
	check("differences", differences, 2)
	mean, variance := stat.MeanVariance(differences, nil)
	n := float64(len(differences))
	return newT(mean, math.Sqrt(variance/n), n-1)
}

// Welch returns Welch's t-test of the hypothesis that two independent samples
// have equal means, for variances that may differ (Welch 1947). Where neither
// sample has a variance, DF is NaN, and T and the p-values are as in [Paired]. It
// panics with fewer than two values in a sample.
func Welch(a, b []float64) T {
	check("first sample", a, 2)
	check("second sample", b, 2)
	meanA, varA := stat.MeanVariance(a, nil)
	meanB, varB := stat.MeanVariance(b, nil)
	na, nb := float64(len(a)), float64(len(b))
	sa, sb := varA/na, varB/nb
	df := (sa + sb) * (sa + sb) / (sa*sa/(na-1) + sb*sb/(nb-1))
	return newT(meanA-meanB, math.Sqrt(sa+sb), df)
}

// newT returns the test of a mean difference with its standard error.
func newT(mean, standardError, df float64) T {
	t := T{Mean: mean, T: mean / standardError, DF: df}
	if standardError == 0 {
		t.Low, t.High = mean, mean
		t.P = P{math.NaN(), math.NaN(), math.NaN()}
		if mean != 0 {
			t.P = P{TwoSided: 0, Greater: oneIf(mean < 0), Less: oneIf(mean > 0)}
		}
		return t
	}
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	t.TwoSided = 2 * student.CDF(-math.Abs(t.T))
	t.Greater, t.Less = student.CDF(-t.T), student.CDF(t.T)
	half := student.Quantile(0.975) * standardError
	t.Low, t.High = mean-half, mean+half
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
