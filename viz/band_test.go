package viz

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBands(t *testing.T) {
	x := []float64{0, 1, 2}
	var b bytes.Buffer
	err := Curves(&b, "bands", "step", "loss",
		Series{Name: "first", X: x, Y: []float64{3, 2, 1}, Low: []float64{2, 1, 0.5}, High: []float64{4, 3, 2}},
		Series{Name: "second", X: x, Y: []float64{2.5, 1.5, 1.2}, Low: []float64{2.2, 1.2, 1}, High: []float64{3.5, 2, 1.5}})
	require.NoError(t, err)
	_, err = png.Decode(&b)
	require.NoError(t, err)
	require.ErrorContains(t, Curves(io.Discard, "", "", "", Series{Name: "a", X: x, Y: x, Low: x[:2], High: x}), `curve "a" has 3 values and a band of 2 and 3`)
	require.ErrorContains(t, Curves(io.Discard, "", "", "", Series{Name: "a", X: x, Y: x, Low: []float64{0, 3, 0}, High: x}), `the band of curve "a" goes from 3 to 1 at 1`)
}

func TestDifferences(t *testing.T) {
	var b bytes.Buffer
	rows := []Paired{
		{Name: "better", Values: []float64{-1, -2, -1.5}, Mean: -1.5, Low: -2, High: -1},
		{Name: "none", Values: []float64{0.5, -0.5, 0}, Mean: 0, Low: -0.5, High: 0.5},
	}
	require.NoError(t, Differences(&b, "loss", "difference", rows...))
	m, err := png.Decode(&b)
	require.NoError(t, err)
	require.Greater(t, m.Bounds().Dx(), 500)
	rows[1].Values[2] = math.NaN()
	require.ErrorContains(t, Differences(io.Discard, "", "", rows...), `differences of "none": value 2 is NaN`)
	rows[1].Values[2], rows[1].Low = 0, math.Inf(-1)
	require.ErrorContains(t, Differences(io.Discard, "", "", rows...), `differences of "none": the mean is 0 in [-Inf, 0.5]`)
	require.NoError(t, Differences(io.Discard, "no rows", ""))
}
