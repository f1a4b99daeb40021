package metric

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSample checks that a histogram estimates the number of edges from few lengths.
func TestSample(t *testing.T) {
	for _, n := range []int{2, 10, 100, 300} {
		for _, lower := range []bool{false, true} {
			data := make([]float32, n*n)
			if lower {
				data = data[:Triangle(n)]
			}
			for i := range data {
				data[i] = 1
			}
			for _, count := range []int{16, 64, 100_000} {
				d := Dense[float32]{n: n, data: data, lower: lower}
				d.histogram.begin(1)
				d.sample(count)
				require.InEpsilon(t, Triangle(n), d.Total(), 0.1, "%d lengths of %d points", count, n)
			}
		}
	}
}
