package viz

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// rings returns a scene of two rings, the cycles of both, and one bar that has none.
func rings() Scene {
	s := Scene{Title: "rings", Cloud: &ph.Points[float32]{Dim: 2}, Representatives: []Representative{{Degree: 1, Bar: 2}, {Degree: 1, Bar: 1}}}
	for ring := range 2 {
		for i := range 12 {
			sin, cos := math.Sincos(float64(i) * math.Pi / 6)
			s.Cloud.Coords = append(s.Cloud.Coords, float32(cos+3*float64(ring)), float32(sin))
			r := &s.Representatives[ring]
			r.Edges = append(r.Edges, ph.Cell{U: int32(12*ring + i), V: int32(12*ring + (i+1)%12)})
		}
	}
	s.Diagrams = []ph.Diagram{
		{Degree: 0, Bars: []ph.Bar{{Death: 0.5}, {Death: inf}}},
		{Degree: 1, Bars: []ph.Bar{{Birth: 0.5, Death: 0.7}, {Birth: 0.6, Death: 1.6}, {Birth: 0.5, Death: inf}}},
	}
	return s
}

// TestRepresentatives: a bar and its chain have one colour, which no other has.
func TestRepresentatives(t *testing.T) {
	s := rings()
	p := drawRepresentatives(PNG, &s)
	bars, cloud := p.panels[0], p.panels[1]
	require.Less(t, bars.area.Max.X, cloud.area.Min.X)
	inks := func(area panel, x, y float64) ink { return p.canvas.inkAt(area.x(x), area.y(y)) }
	for ring, row := range []float64{2, 1} {
		want := representativeInk(ring)
		require.NotEqual(t, blue, want, "the colour of points")
		require.Equal(t, want, inks(bars, 0.65, -row))
		// Half-way along an edge. The number, at the highest point, covers others.
		sin, cos := math.Sincos(-math.Pi / 12)
		apothem := math.Cos(math.Pi / 12)
		require.Equal(t, want, inks(cloud, apothem*cos+3*float64(ring), apothem*sin))
	}
	require.NotEqual(t, representativeInk(0), representativeInk(1))
	require.Equal(t, inkUnder(grey, 0.6), inks(bars, 0.6, 0), "without a representative")
	require.Equal(t, blue, inks(cloud, 0, -1))

	// The numbers: paper in a disc of the colour, at the highest point and far from it.
	require.Equal(t, representativeInk(0), p.canvas.inkAt(cloud.x(0)-p.px(numberRadius-1.5), cloud.y(1)))
	all := requireDrawn(t, Representatives, s)
	var numbers []string
	for _, e := range all {
		if e.name == "text" && (e.text == "1" || e.text == "2") && e.attributes["style"] != "" && bytes.Contains([]byte(e.attributes["style"]), []byte("fill:#FFFFFF")) {
			numbers = append(numbers, e.text)
		}
	}
	require.Equal(t, []string{"1", "2", "1", "2"}, numbers)

	// A barcode alone, and a cloud alone, have the same colours.
	q, marks := drawBarcode(PNG, &s)
	q.draw(0, marks)
	require.Equal(t, representativeInk(1), q.canvas.inkAt(q.panels[0].x(1), q.panels[0].y(-4.5)))
	found := map[ink]int{}
	_, marks = drawCloud(PNG, &s)
	for _, m := range marksOf[segment](marks) {
		found[m.ink]++
	}
	require.Equal(t, map[ink]int{representativeInk(0): 12, representativeInk(1): 12}, found)
}

// TestNumbersKeepApart: no number covers another, however many bars there are.
func TestNumbersKeepApart(t *testing.T) {
	var taken [][2]float64
	p := picture{dpi: drawingDPI}
	for i := range 30 {
		at := p.rightOf([2]float64{float64(i%3) * 5, float64(i % 2)}, taken)
		for _, other := range taken {
			require.GreaterOrEqual(t, math.Hypot(at[0]-other[0], at[1]-other[1]), 2*numberRadius)
		}
		taken = append(taken, at)
	}
	places := [][2]float64{{0, 5}, {1, 2}, {9, 9}}
	require.Equal(t, [2]float64{1, 2}, roomiest(places, nil), "the highest")
	require.Equal(t, [2]float64{9, 9}, roomiest(places, [][2]float64{{1, 2}}))
}

// TestRepresentativesOfSurfaces: in space, edges of a surface are thin, and a window may show
// no point of a chain.
func TestRepresentativesOfSurfaces(t *testing.T) {
	s := Scene{
		Cloud:           &ph.Points[float32]{Dim: 3, Coords: []float32{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}},
		Diagrams:        []ph.Diagram{{Degree: 2, Bars: []ph.Bar{{Birth: 1, Death: 2}}}, {Degree: 1, Bars: []ph.Bar{{Death: 2}}}},
		Representatives: []Representative{{Degree: 2, Edges: []ph.Cell{{U: 0, V: 1}}}, {Degree: 1, Edges: []ph.Cell{{U: 2, V: 1}}}},
	}
	_, marks := drawCloud(PNG, &s)
	widths := map[ink]float64{}
	for _, m := range marksOf[segment](marks) {
		widths[m.ink] = m.width
	}
	require.Less(t, widths[representativeInk(0)], widths[representativeInk(1)])
	requireDrawn(t, Representatives, s)

	// Among many points, lines are in front of points; among few they end at them.
	many := rings()
	for range manyPoints {
		many.Cloud.Coords = append(many.Cloud.Coords, 1, 0)
	}
	for _, c := range []struct {
		Scene
		linesLast bool
	}{{rings(), false}, {many, true}} {
		_, marks := drawCloud(PNG, &c.Scene)
		_, line := marks[len(marks)-1].(segment)
		require.Equal(t, c.linesLast, line)
	}

	far := rings()
	far.Window = Window{XMin: 100, XMax: 101, YMin: 0, YMax: 1}
	requireDrawn(t, Representatives, far)

	var b bytes.Buffer
	require.NoError(t, Representatives(&b, PNG, rings()))
	config, err := png.DecodeConfig(&b)
	require.NoError(t, err)
	require.Greater(t, config.Width, config.Height)
}
