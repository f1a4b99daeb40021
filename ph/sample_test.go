package ph

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSample: however few lengths are looked at, and however many each of these
// stands for, they tell about how many edges there are.
func TestSample(t *testing.T) {
	for _, n := range []int{2, 10, 100, 300} {
		for _, lower := range []bool{false, true} {
			data := make([]float32, n*n)
			if lower {
				data = data[:triangle(n)]
			}
			for i := range data {
				data[i] = 1
			}
			for _, count := range []int{16, 64, 100_000} {
				d := dense[float32]{n: n, data: data, lower: lower}
				d.lengths.begin(1)
				d.sample(count)
				require.InEpsilon(t, triangle(n), d.total(), 0.1, "%d lengths of %d points", count, n)
			}
		}
	}
}
