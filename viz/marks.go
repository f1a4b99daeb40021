package viz

import (
	"image"
	"math"
)

// A canvas is a picture in the colours of the table. Everything drawn on it is
// antialiased.
type canvas struct{ *image.Paletted }

func newCanvas(width, height int) canvas {
	return canvas{image.NewPaletted(image.Rect(0, 0, width, height), table().colors)}
}

// clip returns the part of the canvas within r.
func (c canvas) clip(r image.Rectangle) canvas {
	return canvas{c.SubImage(r).(*image.Paletted)}
}

// blend lays ink over a pixel, covering the given part of it. Outside of the
// canvas it does nothing.
func (c canvas) blend(x, y int, i ink, cover float64) {
	level := int(cover*coverLevels + 0.5)
	if level <= 0 || !(image.Point{X: x, Y: y}).In(c.Rect) {
		return
	}
	at := c.PixOffset(x, y)
	c.Pix[at] = table().over[i][min(level, coverLevels)][c.Pix[at]]
}

// A mark is something drawn at a place in pixels; the centre of the top left pixel
// is at (½, ½).
type mark interface {
	draw(canvas)   // as pixels
	trace(drawing) // as lines and areas
}

// A shape of a glyph.
type shape uint8

const (
	disc shape = iota
	triangle
	square
	diamond
	numShapes
)

// distance returns how far (x, y) lies outside of the shape with the given radius
// around the origin, negative inside. All shapes have nearly the same area.
func (s shape) distance(x, y, radius float64) float64 {
	switch s {
	case triangle:
		return max(y, math.Abs(x)*math.Sqrt(3)/2-y/2) - 0.72*radius
	case square:
		return max(math.Abs(x), math.Abs(y)) - 0.88*radius
	case diamond:
		return (math.Abs(x)+math.Abs(y))/math.Sqrt2 - 0.88*radius
	}
	return math.Sqrt(x*x+y*y) - radius
}

// reaches says how far the corners of a shape of radius 1 lie from its centre.
var reaches = [numShapes]float64{disc: 1, triangle: 1.44, square: 1.25, diamond: 1.25}

// A glyph marks a place.
type glyph struct {
	x, y   float64
	shape  shape
	radius float64
	ink    ink
	line   float64 // width of the outline of a hollow glyph; 0: a solid one
	cover  float64 // opacity; 0 is 1
	edge   bool    // whether a thin white edge keeps the glyph apart from its neighbors
}

// rim returns the width of the white edge at a resolution, 0 if the glyph has none.
func (g glyph) rim(dpi float64) float64 {
	if !g.edge {
		return 0
	}
	return min(0.6*dpi/72, g.radius/4)
}

func (g glyph) draw(c canvas) {
	cover := g.cover
	if cover == 0 {
		cover = 1
	}
	edge := g.rim(stillDPI)
	reach := reaches[g.shape]*g.radius + g.line + edge + 1
	x0, x1 := within(g.x-reach, g.x+reach, c.Rect.Min.X, c.Rect.Max.X)
	y0, y1 := within(g.y-reach, g.y+reach, c.Rect.Min.Y, c.Rect.Max.Y)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			d := g.shape.distance(float64(x)+0.5-g.x, float64(y)+0.5-g.y, g.radius)
			if g.line > 0 {
				d = math.Abs(d) - g.line/2
			}
			if d >= edge+0.5 {
				continue
			}
			if g.edge {
				c.blend(x, y, paper, clamp(0.5-(d-edge)))
			}
			c.blend(x, y, g.ink, cover*clamp(0.5-d))
		}
	}
}

// A segment is a straight line, dashed if dash is not 0.
type segment struct {
	x0, y0, x1, y1 float64
	width          float64
	ink            ink
	dash           float64 // length of a dash and of a gap
	cover          float64 // opacity; 0 is 1
}

func (s segment) draw(c canvas) {
	dx, dy := s.x1-s.x0, s.y1-s.y0
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	dx, dy = dx/length, dy/length
	cover := s.cover
	if cover == 0 {
		cover = 1
	}
	dot := func(x, y int) {
		px, py := float64(x)+0.5-s.x0, float64(y)+0.5-s.y0
		along, across := px*dx+py*dy, math.Abs(py*dx-px*dy)
		if s.dash > 0 && math.Mod(along, 2*s.dash) >= s.dash {
			return
		}
		ends := clamp(along+0.5) * clamp(length-along+0.5)
		c.blend(x, y, s.ink, cover*ends*(clamp(s.width/2-across+0.5)-clamp(-s.width/2-across+0.5)))
	}
	// Walk along the longer axis; the other one needs few pixels at each step.
	reach := s.width/2 + 1
	if math.Abs(dx) >= math.Abs(dy) {
		half := int(math.Ceil(reach / math.Abs(dx)))
		from, to := within(min(s.x0, s.x1)-1, max(s.x0, s.x1)+1, c.Rect.Min.X, c.Rect.Max.X)
		for x := from; x < to; x++ {
			y := int(s.y0 + (float64(x)+0.5-s.x0)*dy/dx)
			for k := -half; k <= half; k++ {
				dot(x, y+k)
			}
		}
		return
	}
	half := int(math.Ceil(reach / math.Abs(dy)))
	from, to := within(min(s.y0, s.y1)-1, max(s.y0, s.y1)+1, c.Rect.Min.Y, c.Rect.Max.Y)
	for y := from; y < to; y++ {
		x := int(s.x0 + (float64(y)+0.5-s.y0)*dx/dy)
		for k := -half; k <= half; k++ {
			dot(x+k, y)
		}
	}
}

// within returns the pixels from low to high that lie in a canvas from first to
// end, however far away the mark is. There are none if to ≤ from.
func within(low, high float64, first, end int) (from, to int) {
	low, high = min(max(low, float64(first)), float64(end)), max(min(high, float64(end-1)), float64(first-1))
	return int(math.Floor(low)), int(math.Floor(high)) + 1
}

func clamp(v float64) float64 { return min(max(v, 0), 1) }
