package viz_test

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/viz"
)

// A map of one value of each sign has its colors where the values are: the first row is the
// lowest.
func TestHeatMaps(t *testing.T) {
	m := viz.HeatMap{Name: "degree 1", XLabel: "birth", YLabel: "length", X: [2]float64{0, 1}, Y: [2]float64{0, 2}, Columns: 2, Rows: 2, Values: []float64{1, 0, 0, -2}}
	var b bytes.Buffer
	require.NoError(t, viz.HeatMaps(&b, viz.PNG, "two values", m, m))
	img, err := png.Decode(&b)
	require.NoError(t, err)
	// Find the centers of what is colored like vermillion and like half of blue.
	type sum struct{ x, y, n int }
	var red, blue sum
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := range bounds.Max.X / 2 { // the first map
			r, _, b, _ := img.At(x, y).RGBA()
			switch {
			case r > b+0x4000:
				red = sum{red.x + x, red.y + y, red.n + 1}
			case b > r+0x4000:
				blue = sum{blue.x + x, blue.y + y, blue.n + 1}
			}
		}
	}
	require.Greater(t, red.n, 10000)
	require.InDelta(t, red.n, blue.n, 0.1*float64(red.n))
	require.Greater(t, red.x/red.n, blue.x/blue.n+50)
	require.Less(t, red.y/red.n, blue.y/blue.n-50)

	b.Reset()
	require.NoError(t, viz.HeatMaps(&b, viz.SVG, "two values", m))
	require.Contains(t, b.String(), "<svg")
	require.Contains(t, b.String(), "degree 1, up to 2")
	for says, change := range map[string]func(m *viz.HeatMap){
		"4 values for 3×2":    func(m *viz.HeatMap) { m.Rows = 3 },
		"value 1 in row 0 is": func(m *viz.HeatMap) { m.Values = []float64{0, math.NaN(), 0, 0} },
		"too large to draw":   func(m *viz.HeatMap) { m.X = [2]float64{-math.MaxFloat64, math.MaxFloat64} },
	} {
		bad := m
		change(&bad)
		require.ErrorContains(t, viz.HeatMaps(&b, viz.PNG, "", bad), says)
	}
	require.NoError(t, viz.HeatMaps(&b, viz.PNG, "one point", viz.HeatMap{Columns: 1, Rows: 1, Values: []float64{0}}))
}

func TestFunctions(t *testing.T) {
	s := viz.Series{Name: "degree 1", X: []float64{0, 0.5, 1}, Y: []float64{0, 0.5, 0}}
	var b bytes.Buffer
	require.NoError(t, viz.Functions(&b, viz.PNG, "landscape", "scale", "", s))
	_, err := png.Decode(&b)
	require.NoError(t, err)
	b.Reset()
	require.NoError(t, viz.Functions(&b, viz.SVG, "landscape", "scale", "", s))
	require.Contains(t, b.String(), ">degree 1<")
	require.Contains(t, b.String(), ">0.5<", "the axis is not that of whole numbers")
	// Functions of many points are not smoothed: one curve each.
	long := viz.Series{Name: "step"}
	for i := range 1000 {
		long.X, long.Y = append(long.X, float64(i)/1000), append(long.Y, float64(i%2))
	}
	b.Reset()
	require.NoError(t, viz.Functions(&b, viz.SVG, "", "scale", "", long))
	longest := 0
	for line := range strings.Lines(b.String()) {
		longest = max(longest, strings.Count(line, "L"))
	}
	require.Equal(t, 999, longest)
	require.Error(t, viz.Functions(&b, viz.SVG, "", "", "", viz.Series{X: []float64{1}}))
}
