package stats

import (
	"cmp"
	"fmt"
	"slices"
)

// Holm returns the p-values of a family of tests, adjusted by Holm's step-down
// procedure: rejecting where the adjusted value is at most α keeps the
// probability of any false rejection at most α, however the tests depend on each
// other. It panics if a p-value is not between 0 and 1.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			panic(fmt.Sprintf("stats: Holm: p-value %d is %v, want a number from 0 to 1", i, v))
		}
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	running := 0.0
	for rank, i := range order {
		running = max(running, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = running
	}
	return adjusted
}
