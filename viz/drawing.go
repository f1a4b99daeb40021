package viz

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// drawingDPI is the resolution at which marks are laid out that become lines and areas
// instead of pixels: that of points.
const drawingDPI = 72

// A drawing is a picture of lines and areas. Places are given as on a canvas, from the top
// left corner; what lies outside of its rectangle is cut off.
type drawing struct {
	draw.Canvas
	height vg.Length // of the whole picture
}

// clip returns the part of the drawing within r.
func (d drawing) clip(r image.Rectangle) drawing {
	d.Rectangle = vg.Rectangle{
		Min: d.at(float64(r.Min.X), float64(r.Max.Y)),
		Max: d.at(float64(r.Max.X), float64(r.Min.Y)),
	}
	return d
}

func (d drawing) at(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x), Y: d.height - vg.Length(y)}
}

// opaque returns an ink's colour with an opacity, where 0 stands for 1.
func (i ink) opaque(cover float64) color.Color {
	c := i.color()
	if cover == 0 {
		cover = 1
	}
	return color.NRGBA{c.R, c.G, c.B, uint8(math.Round(255 * cover))}
}

// outline returns the outline of the shape with the given radius around the position at.
func (s shape) outline(at vg.Point, radius float64) vg.Path {
	var p vg.Path
	if s == disc {
		p.Move(vg.Point{X: at.X + vg.Length(radius), Y: at.Y})
		p.Arc(at, vg.Length(radius), 0, 2*math.Pi)
		p.Close()
		return p
	}
	for k, c := range corners[s] {
		to := vg.Point{X: at.X + vg.Length(c[0]*radius), Y: at.Y + vg.Length(c[1]*radius)}
		if k == 0 {
			p.Move(to)
		} else {
			p.Line(to)
		}
	}
	p.Close()
	return p
}

// corners are those of shapes of radius 1, y upwards. They lie where shape.distance is 0.
var corners = [numShapes][][2]float64{
	triangle: {{0, 1.44}, {-1.247, -0.72}, {1.247, -0.72}}, // 0.72·√3 = 1.247
	square:   {{-0.88, -0.88}, {0.88, -0.88}, {0.88, 0.88}, {-0.88, 0.88}},
	diamond:  {{0, -0.88 * math.Sqrt2}, {0.88 * math.Sqrt2, 0}, {0, 0.88 * math.Sqrt2}, {-0.88 * math.Sqrt2, 0}},
}

func (g glyph) trace(d drawing) {
	at := d.at(g.x, g.y)
	if !d.Contains(at) {
		return
	}
	path := g.shape.outline(at, g.radius)
	if rim := g.rim(drawingDPI); rim > 0 {
		d.SetLineStyle(draw.LineStyle{Color: paper.color(), Width: vg.Length(2*rim + g.line)})
		d.Stroke(path)
		if g.line == 0 {
			d.Fill(path) // what is behind does not shine through
		}
	}
	if g.line > 0 {
		d.SetLineStyle(draw.LineStyle{Color: g.ink.opaque(g.cover), Width: vg.Length(g.line)})
		d.Stroke(path)
		return
	}
	d.SetColor(g.ink.opaque(g.cover))
	d.Fill(path)
}

func (s segment) trace(d drawing) {
	style := draw.LineStyle{Color: s.ink.opaque(s.cover), Width: vg.Length(s.width)}
	if s.dash > 0 {
		style.Dashes = []vg.Length{vg.Length(s.dash), vg.Length(s.dash)}
	}
	d.StrokeLines(style, d.ClipLinesXY([]vg.Point{d.at(s.x0, s.y0), d.at(s.x1, s.y1)})...)
}

func (l label) trace(d drawing) {
	d.SetColor(l.ink.color())
	d.FillString(l.face.font, d.at(l.x, l.y), l.text)
}
