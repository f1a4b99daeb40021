package viz

import (
	"encoding/binary"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// newPlot returns an empty plot in the style of this package.
func newPlot(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color = grey.color()
		axis.Label.TextStyle.Font.Variant = fontVariant
		axis.Label.TextStyle.Font.Size = textSize
		axis.Label.TextStyle.Color = black.color()
		axis.Label.Padding = vg.Points(3)
		axis.Tick.Color = grey.color()
		axis.Tick.Label.Font.Variant = fontVariant
		axis.Tick.Label.Font.Size = textSize - 1
		axis.Tick.Label.Color = black.color()
		axis.Tick.Marker = ticks{}
		axis.Tick.Length = 4
		axis.Padding = 0
	}
	return p
}

func gridLines() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = faint.color(), faint.color()
	return g
}

// A proportion says how the axes of a panel relate.
type proportion int

const (
	free     proportion = iota
	widened             // one unit is as long on both axes; one axis shows more than asked for
	narrowed            // the same, but the panel gets narrower or lower
)

// A panel is a plot on a picture: its axes, and where a point lies in pixels.
type panel struct {
	area image.Rectangle // where data is
	x, y func(float64) float64
}

// A picture is a canvas with panels. newPicture draws the axes; the caller draws marks
// over them.
type picture struct {
	canvas canvas     // the pixels; empty for an SVG
	svg    *svgCanvas // nil for a picture of pixels
	dpi    float64
	panels []panel
}

// px returns a length in pixels.
func (p *picture) px(points float64) float64 { return points * p.dpi / vg.Inch.Points() }

// A cell says where a plot stands on a picture: how far its sides are from the left and
// from the top.
type cell struct {
	plot       *plot.Plot
	proportion proportion
	x0, x1     vg.Length // from the left
	y0, y1     vg.Length // from the top
}

// stillDPI is the resolution of pixels that do not move.
const stillDPI = 144

// newPicture draws plots in their places, on a picture of a format that does not move.
func newPicture(format Format, width, height vg.Length, cells ...cell) *picture {
	if format != SVG {
		return newPixels(width, height, stillDPI, cells...)
	}
	svg := newSVG(width, height)
	p := &picture{svg: &svg, dpi: drawingDPI}
	p.drawPlots(svg, width, height, cells)
	return p
}

// newPixels draws plots in their places, on a picture of pixels.
func newPixels(width, height vg.Length, dpi float64, cells ...cell) *picture {
	base := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(int(dpi)))
	p := &picture{dpi: dpi}
	p.drawPlots(base, width, height, cells)
	p.canvas = quantized(base.Image())
	return p
}

// drawPlots draws plots on a canvas and makes a panel of each.
func (p *picture) drawPlots(on vg.CanvasSizer, width, height vg.Length, cells []cell) {
	whole := draw.New(on)
	for _, cell := range cells {
		c := draw.Crop(whole, cell.x0, cell.x1-width, height-cell.y1, -cell.y0)
		c = fit(cell.plot, c, cell.proportion)
		cell.plot.BackgroundColor = nil
		cell.plot.Draw(c)
		data := cell.plot.DataCanvas(c)
		x, y := cell.plot.Transforms(&data)
		p.panels = append(p.panels, panel{
			area: image.Rect(
				int(math.Floor(p.px(float64(data.Min.X)))), int(math.Floor(p.px(float64(height-data.Max.Y)))),
				int(math.Ceil(p.px(float64(data.Max.X)))), int(math.Ceil(p.px(float64(height-data.Min.Y)))),
			),
			x: func(v float64) float64 { return pixel(p.px(float64(x(v)))) },
			y: func(v float64) float64 { return pixel(p.px(float64(height - y(v)))) },
		})
	}
}

// add draws marks anywhere on the picture.
func (p *picture) add(marks ...mark) {
	if p.svg != nil {
		whole := draw.New(p.svg)
		for _, m := range marks {
			m.trace(drawing{whole, whole.Max.Y})
		}
		return
	}
	for _, m := range marks {
		m.draw(p.canvas)
	}
}

// draw draws marks in a panel, cut off at its borders.
func (p *picture) draw(panel int, marks []mark) {
	area := p.panels[panel].area
	if p.svg != nil {
		whole := draw.New(p.svg)
		part := drawing{whole, whole.Max.Y}.clip(area)
		for _, m := range marks {
			m.trace(part)
		}
		return
	}
	part := p.canvas.clip(area)
	for _, m := range marks {
		m.draw(part)
	}
}

// encode writes the picture in its format.
func (p *picture) encode(w io.Writer) error {
	if p.svg != nil {
		_, err := p.svg.WriteTo(w)
		return err
	}
	return png.Encode(w, p.canvas)
}

// fit makes one unit equally long on both axes, where that is wanted.
func fit(p *plot.Plot, c draw.Canvas, how proportion) draw.Canvas {
	if how == free {
		return c
	}
	for range 3 { // tick labels, and with them the room for data, may change
		size := p.DataCanvas(c).Size()
		x, y := p.X.Max-p.X.Min, p.Y.Max-p.Y.Min
		unit := min(float64(size.X)/x, float64(size.Y)/y)
		if how == narrowed {
			spareX, spareY := size.X-vg.Length(unit*x), size.Y-vg.Length(unit*y)
			c = draw.Crop(c, spareX/2, -spareX/2, spareY/2, -spareY/2)
			continue
		}
		widen(&p.X, float64(size.X)/unit)
		widen(&p.Y, float64(size.Y)/unit)
	}
	return c
}

// widen makes an axis show a range of the given size, with the same middle.
func widen(axis *plot.Axis, size float64) {
	middle := (axis.Min + axis.Max) / 2
	axis.Min, axis.Max = middle-size/2, middle+size/2
}

// quantized returns an image in the nearest colours of the table.
func quantized(m image.Image) canvas {
	rgba := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	imagedraw.Draw(rgba, rgba.Rect, m, m.Bounds().Min, imagedraw.Src)
	c := newCanvas(rgba.Rect.Dx(), rgba.Rect.Dy())
	nearest := map[uint32]uint8{}
	for i := range c.Pix {
		pixel := rgba.Pix[4*i : 4*i+4]
		key := binary.LittleEndian.Uint32(pixel)
		if key == math.MaxUint32 { // most are white
			continue
		}
		entry, ok := nearest[key]
		if !ok {
			entry = table().nearest(color.RGBA{pixel[0], pixel[1], pixel[2], 255})
			nearest[key] = entry
		}
		c.Pix[i] = entry
	}
	return c
}

// A key is an entry of a legend: a sample mark at the origin, and its name.
type key struct {
	sample glyph
	name   string
}

// legend draws entries below each other, the first at (x, y) in pixels.
func (p *picture) legend(x, y float64, keys []key) {
	face := newTypeface(textSize, p.dpi)
	for i, k := range keys {
		at := y + float64(i)*p.px(legendLine)
		g := k.sample
		g.x, g.y = x+p.px(5), at
		p.add(g, label{x + p.px(14), at + face.height()/2, k.name, face, black})
	}
}

const legendLine = 15 // points from one line of a legend to the next

// legendWidth returns the room that a legend needs, in points.
func legendWidth(keys []key) vg.Length {
	face := newTypeface(textSize, vg.Inch.Points())
	var width float64
	for _, k := range keys {
		width = max(width, face.width(k.name))
	}
	return vg.Points(14 + width)
}
