package viz

import (
	"bytes"
	"image/gif"
	"image/png"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// extremes are ranges of values at and beyond which differences overflow, steps underflow,
// or float64 does not tell places apart.
var extremes = map[string][2]float64{
	"all floats":    {-math.MaxFloat64, math.MaxFloat64},
	"1e308":         {-1e308, 1e308},
	"huge":          {0, 1e300},
	"huge, negated": {-1e300, -1e299},
	"tiny":          {0, 1e-300},
	"denormal":      {0, 5e-324},
	"denormals":     {-2e-322, 5e-324},
	"mixed":         {1e-300, 1e300},
	"next to 1":     {1, math.Nextafter(1, 2)},
	"next to 1e300": {1e300, math.Nextafter(1e300, math.Inf(1))},
	"equal":         {1e-310, 1e-310},
	"equal, huge":   {-1e305, -1e305},
	"zero":          {0, 0},
}

// decoded draws a PNG and requires that it can be read.
func decoded(t *testing.T, draw func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, draw(&b))
	_, err := png.Decode(&b)
	require.NoError(t, err)
}

// TestExtremeValues: whatever finite numbers there are, pictures are drawn, and bars stand in
// their order within the axes.
func TestExtremeValues(t *testing.T) {
	for name, r := range extremes {
		t.Run(name, func(t *testing.T) {
			low, high := r[0], r[1]
			bars := []ph.Bar{{Birth: low, Death: high}, {Birth: low, Death: math.Inf(1)}}
			s := Scene{
				Title:    name,
				Diagrams: []ph.Diagram{{Bars: bars}, {Degree: 1, Bars: bars[:1]}},
				Target:   []ph.Diagram{{Bars: bars[:1]}},
				Matches:  []Match{{Match: distance.Match{A: 0, B: distance.Diagonal}}, {Match: distance.Match{A: 0, B: 0}}},
			}
			requireDrawn(t, Barcode, s)
			requireDrawn(t, Diagram, s)
			if name == "all floats" || name == "denormal" {
				var animation bytes.Buffer
				require.NoError(t, Animate(&animation, []Scene{s, s}, time.Second))
				_, err := gif.DecodeAll(&animation)
				require.NoError(t, err)
			}

			p, marks := drawDiagram(PNG, &s)
			p.draw(0, marks)
			area := p.panels[0].area
			for _, g := range marksOf[glyph](marks) {
				require.True(t, float64(area.Min.X) <= g.x && g.x <= float64(area.Max.X) && float64(area.Min.Y) <= g.y && g.y <= float64(area.Max.Y),
					"(%v, %v) in %v", g.x, g.y, area)
			}

			y := []float64{low, high, low, math.NaN(), high}
			x := []float64{1, 2, 3, 4, 5}
			band := Series{Name: "band", X: x[:1], Y: y[:1], Low: []float64{low}, High: []float64{high}}
			decoded(t, func(w io.Writer) error { return Curves(w, name, "x", "y", Series{Name: "y", X: x, Y: y}, band) })
			decoded(t, func(w io.Writer) error {
				return Curves(w, name, "x", "y", Series{Name: "x", X: []float64{low, high}, Y: x[:2]})
			})
			decoded(t, func(w io.Writer) error {
				return Curves(w, name, "x", "y", Series{Name: "x", X: []float64{low}, Y: []float64{high}})
			})
			decoded(t, func(w io.Writer) error {
				return Differences(w, name, "x", Paired{Name: "a", Values: []float64{low, high}, Mean: low, Low: low, High: high})
			})

			// A limit cuts off bars, wherever they are.
			for _, limit := range []float64{1e-300, 1e300} {
				s.Limit = limit
				p, marks := drawDiagram(PNG, &s)
				p.draw(0, marks)
				p, marks = drawBarcode(PNG, &s)
				p.draw(0, marks)
			}
		})
	}
}

// TestExtremeClouds: clouds of all float32, and windows far smaller or larger than they.
func TestExtremeClouds(t *testing.T) {
	for name, c := range map[string][]float32{
		"huge": {-math.MaxFloat32, -math.MaxFloat32, math.MaxFloat32, math.MaxFloat32}, "tiny": {0, 0, 1e-45, 1e-45},
		"next": {1e30, 1e30, math.Nextafter32(1e30, 2e30), 1e30}, "usual": {-10, 3, 4, 5}, "one": {7, 7},
	} {
		for _, window := range []Window{
			{}, {XMin: 0, XMax: 1e-20, YMin: 0, YMax: 1e-20}, {XMin: -1e-20, XMax: 1e20, YMin: -1, YMax: 1},
			{XMin: -1e99, XMax: 0, YMin: -1e-99, YMax: 0}, {XMin: 9, XMax: 9.0001, YMin: -1e-20, YMax: 1e-20},
		} {
			s := Scene{Title: name, Cloud: &ph.Points[float32]{Dim: 2, Coords: c}, Window: window}
			if len(c) > 2 {
				s.Edges = []ph.Cell{{U: 1, V: 0}}
			}
			require.NoError(t, s.check())
			requireDrawn(t, Cloud, s)
			requireDrawn(t, Representatives, s)
		}
		points := append(append([]float32{}, c...), 1, 2)
		decoded(t, func(w io.Writer) error { return Latent(w, name, points, 2, make([]int, len(points)/2), []string{"a"}) })
		decoded(t, func(w io.Writer) error {
			return Latent(w, name, points[:len(points)/3*3], 1, make([]int, len(points)/3*3), []string{"a"})
		})
	}
	for want, w := range map[string]Window{
		"has no area":                           {XMin: 1, XMax: 1, YMin: 0, YMax: 1},
		"has no area ":                          {XMin: 0, XMax: math.NaN(), YMin: 0, YMax: 1},
		"has a side from 0 to 1e-320":           {XMin: 0, XMax: 1e-320, YMin: 0, YMax: 1},
		"has a side from -1e+308 to 1e+308":     {XMin: -1e308, XMax: 1e308, YMin: 0, YMax: 1},
		"has a side from 1 to 1.0000000000001:": {XMin: 0, XMax: 1, YMin: 1, YMax: 1.0000000000001},
	} {
		require.ErrorContains(t, Cloud(io.Discard, PNG, Scene{Window: w}), want[:len(want)-1], "%v", w)
	}
}

// TestTicksOfExtremeRanges: labels are the values, not those on the axis, and differ.
func TestTicksOfExtremeRanges(t *testing.T) {
	for name, r := range extremes {
		low, high := apart(r[0], r[1])
		u := unitOf(low, high)
		low, high = apart(u.of(low), u.of(high))
		var labels []string
		for _, tick := range (ticks{unit: u}).Ticks(low, high) {
			require.NotContains(t, labels, tick.Label, name)
			labels = append(labels, tick.Label)
		}
		require.GreaterOrEqual(t, len(labels), 3, name)
		require.LessOrEqual(t, len(labels), 9, name)
	}
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{0, 1e300, []string{"0", "2e299", "4e299", "6e299", "8e299", "1e300"}},
		{0, 5e-324, []string{"0", "1e-324", "2e-324", "3e-324", "4e-324"}},
		{-1e308, 1e308, []string{"-1e308", "-5e307", "0", "5e307", "1e308"}},
		{1, 1.00001, []string{"1", "1.000002", "1.000004", "1.000006", "1.000008", "1.00001"}},
	} {
		u := unitOf(c.low, c.high)
		var labels []string
		for _, tick := range (ticks{unit: u}).Ticks(u.of(c.low), u.of(c.high)) {
			labels = append(labels, tick.Label)
		}
		require.Equal(t, c.want, labels)
	}
}
