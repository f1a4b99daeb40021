package reduced

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
)

// TestRanksOfRuns: each edge has its rank, before and after its run has an index, however the
// lengths of the run lie.
func TestRanksOfRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	lengths := map[string]func() float64{
		"uniform":         r.Float64,
		"ties":            func() float64 { return float64(r.IntN(5)) },
		"equal":           func() float64 { return 1 },
		"far apart":       func() float64 { return math.Exp(600 * r.NormFloat64() / 3) },
		"one far":         func() float64 { return math.Floor(r.Float64()*1000/999) * 1e300 },
		"infinitely many": func() float64 { return 1 / float64(r.IntN(3)) },
		"subnormal":       func() float64 { return 5e-324 * float64(r.IntN(100)) },
	}
	for name, length := range lengths {
		t.Run(name, func(t *testing.T) {
			var all runs[float64]
			for again := range 2 { // the second time in the memory of the first
				all.reset()
				low := 0.0
				for range 3 {
					var band metric.Band[float64]
					high := low
					for i := range int32(40) {
						for j := range i {
							e := metric.EdgeOf(low+length(), i, j)
							band.Unsorted = append(band.Unsorted, e)
							high = max(high, e.Length)
						}
					}
					all.add(&band)
					if low = high; math.IsInf(low, 1) {
						break
					}
					low = math.Nextafter(low, math.Inf(1))
				}
				for range 2 + again {
					for rank := range int32(all.count) {
						require.Equal(t, rank, all.rank(all.edge(rank)))
					}
				}
			}
		})
	}
	var all runs[float64]
	all.addSorted([]metric.Edge[float64]{metric.EdgeOf(1.0, 1, 0), metric.EdgeOf(2.0, 2, 0)})
	require.Panics(t, func() { all.rank(metric.EdgeOf(1.5, 2, 1)) })
}
