package viz

import (
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/math/fixed"
)

// blackArea returns how many pixels black covers.
func blackArea(c canvas) (area float64) {
	full := float64(paper.color().G) - float64(black.color().G)
	for y := range c.Rect.Dy() {
		for x := range c.Rect.Dx() {
			_, g, _, _ := c.At(x, y).RGBA()
			area += (255 - float64(g>>8)) / full
		}
	}
	return area
}

// inkAt returns the entry of the pixel around a place.
func (c canvas) inkAt(x, y float64) ink {
	return ink(c.ColorIndexAt(int(math.Floor(x)), int(math.Floor(y))))
}

func TestGlyphsHaveTheirAreaAndPlace(t *testing.T) {
	for s := range numShapes {
		for _, radius := range []float64{3, 7.3, 12} {
			c := newCanvas(60, 60)
			g := glyph{x: 30.2, y: 29.6, shape: s, radius: radius, ink: black}
			g.draw(c)
			area := map[shape]float64{
				disc: math.Pi, triangle: 3 * math.Sqrt(3) * 0.72 * 0.72, square: 4 * 0.88 * 0.88, diamond: 4 * 0.88 * 0.88,
			}[s] * radius * radius
			require.InEpsilon(t, area, blackArea(c), 0.06, "shape %d, radius %v", s, radius)
			require.Equal(t, black, c.inkAt(g.x, g.y))

			ring := newCanvas(60, 60)
			hollow := g.hollow(1.5)
			hollow.draw(ring)
			require.Equal(t, paper, ring.inkAt(g.x, g.y), "hollow")
			require.Greater(t, blackArea(ring), 3*radius)
		}
	}
}

func TestGlyphEdgeKeepsNeighborsApart(t *testing.T) {
	c := newCanvas(40, 20)
	glyph{x: 15, y: 10, radius: 5, ink: blue, edge: true}.draw(c)
	glyph{x: 21, y: 10, radius: 5, ink: vermillion, edge: true}.draw(c)
	require.Equal(t, blue, c.inkAt(12, 10))
	require.Equal(t, vermillion, c.inkAt(21, 10))
	require.Equal(t, paper, c.inkAt(15.4, 10))
}

func TestCoverIsOpacity(t *testing.T) {
	c := newCanvas(20, 20)
	glyph{x: 10, y: 10, radius: 5, ink: blue, cover: 0.5}.draw(c)
	require.Equal(t, ink(table().over[blue][coverLevels/2][paper]), c.inkAt(10, 10))
}

func TestSegments(t *testing.T) {
	for _, test := range []struct {
		name string
		segment
		area float64
	}{
		{"horizontal", segment{x0: 10, y0: 20.5, x1: 50, y1: 20.5, width: 3}, 120},
		{"backwards", segment{x0: 50, y0: 20.5, x1: 10, y1: 20.5, width: 3}, 120},
		{"vertical", segment{x0: 20, y0: 10, x1: 20, y1: 50, width: 1}, 40},
		{"diagonal", segment{x0: 10, y0: 10, x1: 40, y1: 50, width: 4}, 200},
		{"flat slope", segment{x0: 5, y0: 30, x1: 55, y1: 33, width: 2}, 100.2},
		{"dashed", segment{x0: 10, y0: 20.5, x1: 50, y1: 20.5, width: 2, dash: 4}, 40},
		{"beyond the canvas", segment{x0: -1e12, y0: 20, x1: 1e12, y1: 20, width: 2}, 120},
		{"outside of it", segment{x0: -1e12, y0: 1e12, x1: 1e12, y1: 1e12, width: 2}, 0},
		{"a point", segment{x0: 20, y0: 20, x1: 20, y1: 20, width: 9}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCanvas(60, 60)
			test.ink = black
			test.draw(c)
			require.InDelta(t, test.area, blackArea(c), 0.06*test.area)
		})
	}
}

func TestMarksStayWithinTheirClip(t *testing.T) {
	c := newCanvas(60, 60)
	inner := image.Rect(20, 20, 40, 40)
	for _, m := range []mark{
		glyph{x: 20, y: 20, radius: 30, ink: blue, edge: true},
		glyph{x: 1e300, y: -1e300, radius: 3, ink: blue},
		segment{x0: 0, y0: 0, x1: 60, y1: 60, width: 8, ink: green},
		label{x: 22, y: 30, text: "outside", face: newTypeface(20, 72), ink: black},
	} {
		m.draw(c.clip(inner))
	}
	for y := range 60 {
		for x := range 60 {
			if !(image.Point{X: x, Y: y}).In(inner) {
				require.Equal(t, paper, c.inkAt(float64(x), float64(y)))
			}
		}
	}
	require.Equal(t, green, c.inkAt(38, 38))
}

func TestLabel(t *testing.T) {
	face := newTypeface(12, 96)
	c := newCanvas(200, 40)
	label{x: 10, y: 30, text: "step ∞", face: face, ink: black}.draw(c)
	var box image.Rectangle
	for y := range 40 {
		for x := range 200 {
			if c.ColorIndexAt(x, y) != uint8(paper) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	require.InDelta(t, 10, box.Min.X, 2)
	require.InDelta(t, 10+face.width("step ∞"), box.Max.X, 2)
	require.Greater(t, 31+int(face.height()/2), box.Max.Y)
	for _, r := range "0123456789∞,." {
		_, _, _, _, ok := face.Glyph(fixed.Point26_6{}, r)
		require.True(t, ok, string(r))
	}
}
