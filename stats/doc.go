// Package stats compares two sets of measurements, such as the scores of two
// ways of training over several seeds.
//
// # Which function
//
// Measurements that share a seed are paired: use [Paired] for the mean
// difference with its t interval, [Wilcoxon] for a test that assumes no normal
// distribution, and [Bootstrap] of the differences for an interval that assumes
// none either. Measurements without pairs take [Welch] and [MannWhitney].
// [CliffsDelta] and [AlmostStochasticOrder] say how large a difference is, which
// no p-value does. [Holm] corrects the p-values of several comparisons.
//
//	differences := stats.Differences(withTopology, without)
//	test := stats.Wilcoxon(differences)
//	interval := stats.Bootstrap(differences, stats.Mean, 10000, 0.95, 1)
//	fmt.Printf("%.3f [%.3f, %.3f], p = %.4f", interval.Estimate, interval.Low, interval.High, test.TwoSided)
//
// # Exactness
//
// The p-values of [Wilcoxon] and [MannWhitney] are exact, with ties as well: they
// are shares of all arrangements of the ranks that were observed. Rank sums are
// whole numbers of half-ranks, so that equal sums compare equal. Only the shares
// are rounded, as floats are.
//
// # Input
//
// Functions panic where a sample holds NaN, and name its index. They panic, too,
// where a slice is too short and where paired slices differ in length. [Quantile]
// alone checks nothing.
//
// Finite input may be as large or small as float64 allows: sums and squares are computed in
// units of the largest magnitude. Where a result itself is too large for a float64, such as
// the difference of 1e308 and −1e308, a function panics and says so. Only T, without variance
// or beside almost none, and bounds of t-intervals may be infinite.
//
// # References
//
// F. Wilcoxon, Individual comparisons by ranking methods (1945). H. B. Mann and
// D. R. Whitney, On a test of whether one of two random variables is
// stochastically larger than the other (1947). S. Holm, A simple sequentially
// rejective multiple test procedure (1979). N. Cliff, Dominance statistics
// (1993). B. Efron and R. Tibshirani, An introduction to the bootstrap (1993).
// E. del Barrio, J. Cuesta-Albertos and C. Matrán, An optimal transportation
// approach for assessing almost stochastic order (2018, arXiv:1705.01788).
package stats
