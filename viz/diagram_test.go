package viz

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/ph"
)

func TestDiagramShowsBarsWhereTheyAre(t *testing.T) {
	s := example()
	s.Matches = nil
	p, marks := drawDiagram(PNG, &s)
	p.draw(0, marks)
	at := p.panels[0]
	solid := func(i ink) ink { return inkUnder(i, 0.8) }
	require.Equal(t, solid(blue), p.canvas.inkAt(at.x(0), at.y(2.2)))
	require.Equal(t, solid(blue), p.canvas.inkAt(at.x(0), at.y(3)))
	require.Equal(t, solid(vermillion), p.canvas.inkAt(at.x(4), at.y(5)))
	require.Equal(t, paper, p.canvas.inkAt(at.x(2), at.y(3.5)), "the target is hollow")
	require.Len(t, marksOf[glyph](marks), 4+3)
	require.InEpsilon(t, at.x(1)-at.x(0), at.y(0)-at.y(1), 1e-3, "equal axes")
	require.Equal(t, shadow, p.canvas.inkAt(at.x(5), at.y(4)), "no bar dies before it is born")

	// Degrees differ by shape as well as by colour.
	shapes := map[ink]shape{}
	for _, g := range marksOf[glyph](marks) {
		shapes[g.ink] = g.shape
	}
	require.Equal(t, map[ink]shape{blue: disc, vermillion: triangle}, shapes)
}

func TestDiagramShowsEssentialBarsAboveAllOthers(t *testing.T) {
	s := example()
	p, marks := drawDiagram(PNG, &s)
	highest := 1e9
	essential := 0
	for _, g := range marksOf[glyph](marks) {
		highest = min(highest, g.y)
	}
	for _, g := range marksOf[glyph](marks) {
		if g.y == highest {
			essential++
		}
		require.Greater(t, g.y, float64(p.panels[0].area.Min.Y))
	}
	require.Equal(t, 2, essential, "one of the diagram, one of the target")
	require.Less(t, highest, p.panels[0].y(6.4)-2)

	finite := Scene{Diagrams: []ph.Diagram{{Degree: 1, Bars: []ph.Bar{{Birth: 1, Death: 2}}}}}
	require.Zero(t, newChart([]Scene{finite}).infinity)
}

func TestDiagramJoinsMatchedBars(t *testing.T) {
	s := example()
	p, marks := drawDiagram(PNG, &s)
	at := p.panels[0]
	joins := marksOf[segment](marks)
	require.Len(t, joins, 2)
	ends := func(j segment) []float64 { return []float64{j.x0, j.y0, j.x1, j.y1} }
	require.Equal(t, []float64{at.x(0), at.y(3), at.x(0), at.y(6.4)}, ends(joins[0]))
	require.Equal(t, []float64{at.x(4), at.y(5), at.x(4.5), at.y(4.5)}, ends(joins[1]), "to the nearest point of the diagonal")
	rings := 0
	for _, g := range marksOf[glyph](marks) {
		if g.ink == black && g.line > 0 {
			rings++
		}
	}
	require.Equal(t, 3, rings, "every matched bar has one, the diagonal has none")
	p.draw(0, marks)
	require.Equal(t, black, p.canvas.inkAt(at.x(0), at.y(5)))
}

// The legend stands where no bar can be.
func TestDiagramLegendCoversNoData(t *testing.T) {
	s := example()
	s.Diagrams = append(s.Diagrams, ph.Diagram{Degree: 2, Bars: []ph.Bar{{Birth: 1, Death: 2}}})
	c := newChart([]Scene{s})
	bare := newPicture(PNG, 374, 374, cell{c.plot, narrowed, 8, 366, 28, 368})
	with := *bare
	with.canvas = newCanvas(bare.canvas.Rect.Dx(), bare.canvas.Rect.Dy())
	copy(with.canvas.Pix, bare.canvas.Pix)
	c.legend(&with, 0)
	at := bare.panels[0]
	written := 0
	for y := range bare.canvas.Rect.Dy() {
		for x := range bare.canvas.Rect.Dx() {
			if bare.canvas.ColorIndexAt(x, y) == with.canvas.ColorIndexAt(x, y) {
				continue
			}
			written++
			birth := (float64(x) - at.x(0)) / (at.x(1) - at.x(0))
			death := (at.y(0) - float64(y)) / (at.y(0) - at.y(1))
			require.Greater(t, birth, death, "the pixel (%d, %d) of the legend is above the diagonal", x, y)
		}
	}
	require.Greater(t, written, 200)
}

func TestDiagramLimit(t *testing.T) {
	s := example()
	s.Limit = 20
	p, _ := drawDiagram(PNG, &s)
	at := p.panels[0]
	require.Greater(t, float64(at.area.Max.X), at.x(20))
	require.Less(t, float64(at.area.Min.Y), at.y(20))
	require.Less(t, float64(at.area.Max.X), at.x(22))
}

func TestBarcode(t *testing.T) {
	s := example()
	p, marks := drawBarcode(PNG, &s)
	p.draw(0, marks)
	at := p.panels[0]
	bars := marksOf[segment](marks)
	require.Len(t, bars, 4+2, "an arrow has two more strokes")
	ends := map[float64]bool{}
	for _, b := range bars {
		if b.y0 == b.y1 {
			ends[b.x1] = true
			require.NotEqual(t, paper, p.canvas.inkAt((b.x0+b.x1)/2, b.y0))
		}
	}
	for _, death := range []float64{2.2, 3, 5} {
		require.True(t, ends[at.x(death)], "a bar ends at %v", death)
	}
	rows := map[float64]ink{}
	for _, b := range bars {
		if b.y0 == b.y1 {
			rows[b.y0] = b.ink
		}
	}
	require.Len(t, rows, 4, "each bar has a row")
	for _, b := range bars[:1] {
		require.Equal(t, at.x(0), b.x0)
	}
}

func TestBarcodeOfManyBars(t *testing.T) {
	var bars []ph.Bar
	for i := range 5000 {
		bars = append(bars, ph.Bar{Death: 1 + float64(i)})
	}
	p, marks := drawBarcode(PNG, &Scene{Diagrams: []ph.Diagram{{Bars: bars}}})
	p.draw(0, marks)
	at := p.panels[0]
	require.Len(t, marks, 5000)
	require.Equal(t, paper, p.canvas.inkAt(at.x(4300), at.y(-1000)))
	require.NotEqual(t, paper, p.canvas.inkAt(at.x(500), at.y(-4000)))
}
