package study

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Values whose differences would overflow count as missing.
func TestCompareHugeValues(t *testing.T) {
	m := Metric{Name: "loss"}
	c := compare("arm", m, []float64{1e308, 1, 2, math.NaN(), 1e300}, []float64{-1e308, 3, 5, 1, -1e300})
	require.Equal(t, 3, c.N)
	require.InDelta(t, 2e300/3, c.Difference, 1e290)
	require.Equal(t, Missing, compare("arm", m, []float64{1e308, 1}, []float64{-1e308, 2}).Verdict)
}
