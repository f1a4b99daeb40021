package stats_test

import (
	"fmt"

	"github.com/topogen/topogen/stats"
)

// Cross-entropies of two ways of training over the same seeds.
func Example() {
	plain := []float64{227.3, 226.9, 227.8, 226.4, 227.5, 227.0, 226.8, 227.9}
	topology := []float64{225.9, 225.2, 226.9, 225.0, 225.8, 226.1, 225.3, 226.2}
	differences := stats.Differences(topology, plain)
	test := stats.Wilcoxon(differences)
	interval := stats.Bootstrap(differences, stats.Mean, 2000, 0.95, 1)
	fmt.Printf("%.2f [%.2f, %.2f], p = %.4f, δ = %.2f\n", interval.Estimate, interval.Low, interval.High,
		test.TwoSided, stats.CliffsDelta(topology, plain))
	// Output:
	// -1.40 [-1.59, -1.16], p = 0.0078, δ = -0.92
}
