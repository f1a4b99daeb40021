package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// An Interval is an estimate with a confidence interval.
type Interval struct {
	Estimate      float64 // the statistic of the sample itself
	Low, High     float64
	StandardError float64 // the deviation of the statistic over resamples
}

// Bootstrap returns the percentile interval of a statistic at a confidence level
// between 0 and 1. It draws the given number of resamples of x, with
// replacement; the seed decides them. The statistic must not keep or change its
// argument, which may be in any order. Bootstrap panics if the standard error is too large
// for a float64.
func Bootstrap(x []float64, statistic func([]float64) float64, resamples int, confidence float64, seed uint64) Interval {
	check("sample", x, 1)
	if resamples < 2 {
		panic(fmt.Sprintf("stats: Bootstrap: %d resamples, want at least 2", resamples))
	}
	random := rand.New(rand.NewPCG(seed, 0))
	return bootstrap(x, statistic, resamples, confidence, func(index []int) {
		for i := range index {
			index[i] = random.IntN(len(x))
		}
	})
}

// bootstrap is [Bootstrap] with resamples as draw chooses them.
func bootstrap(x []float64, statistic func([]float64) float64, resamples int, confidence float64, draw func(index []int)) Interval {
	if !(confidence > 0 && confidence < 1) {
		panic(fmt.Sprintf("stats: Bootstrap: confidence %v, want a number between 0 and 1", confidence))
	}
	index, sample := make([]int, len(x)), make([]float64, len(x))
	values := make([]float64, resamples)
	for k := range values {
		draw(index)
		for i, j := range index {
			sample[i] = x[j]
		}
		values[k] = statistic(sample)
	}
	_, deviation := moments(values)
	r := Interval{Estimate: statistic(slices.Clone(x)), StandardError: deviation.checked("Bootstrap", "the standard error", x, values)}
	slices.Sort(values)
	r.Low, r.High = Quantile(values, (1-confidence)/2), Quantile(values, (1+confidence)/2)
	return r
}

// Median returns the median of x: the mean of the two middle values where their
// number is even. It panics if x is empty.
func Median(x []float64) float64 {
	check("sample", x, 1)
	return Quantile(slices.Sorted(slices.Values(x)), 0.5)
}

// Quantile returns the p-quantile of values in ascending order, for p from 0 to 1. It
// interpolates linearly between the values around place p·(n−1), counted from 0, as
// numpy does by default. It checks nothing: an empty slice or another p panics, and NaN
// or another order gives a number without meaning.
func Quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	below := int(math.Floor(at))
	above := min(below+1, len(sorted)-1)
	part := at - float64(below)
	if part == 0 || sorted[below] == sorted[above] {
		return sorted[below] // not NaN where a value is infinite
	}
	if step := sorted[above] - sorted[below]; !math.IsInf(step, 0) {
		return sorted[below] + part*step
	}
	return (1-part)*sorted[below] + part*sorted[above]
}
