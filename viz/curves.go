package viz

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// A Series is a named curve. Values of NaN leave a gap.
type Series struct {
	Name string
	X, Y []float64
}

// Curves draws series over common axes as a PNG, with a legend beside them.
func Curves(w io.Writer, title, xLabel, yLabel string, series ...Series) error {
	p := newPlot(title, xLabel, yLabel)
	p.Add(grid())
	for i, s := range series {
		if len(s.X) != len(s.Y) {
			return fmt.Errorf("viz: curve %q has %d x and %d y", s.Name, len(s.X), len(s.Y))
		}
		style := draw.LineStyle{Color: seriesColor(i), Width: vg.Points(1.6)}
		for _, part := range unbroken(s) {
			line, err := plotter.NewLine(part)
			if err != nil {
				return fmt.Errorf("viz: curve %q: %w", s.Name, err)
			}
			line.LineStyle = style
			p.Add(line)
			if len(part) <= 12 { // a few points are lost in a line
				dots, err := plotter.NewScatter(part)
				if err != nil {
					return fmt.Errorf("viz: curve %q: %w", s.Name, err)
				}
				dots.GlyphStyle = draw.GlyphStyle{Color: seriesColor(i), Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}
				p.Add(dots)
			}
		}
		p.Legend.Add(s.Name, sample{style})
	}
	return writePNG(w, p, 7*vg.Inch, 4*vg.Inch)
}

// unbroken divides a curve where a value is missing.
func unbroken(s Series) []plotter.XYs {
	var parts []plotter.XYs
	var part plotter.XYs
	for i, y := range s.Y {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			if len(part) > 0 {
				parts = append(parts, part)
			}
			part = nil
			continue
		}
		part = append(part, plotter.XY{X: s.X[i], Y: y})
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// sample is a curve's line in the legend.
type sample struct{ style draw.LineStyle }

// Thumbnail draws the line.
func (s sample) Thumbnail(c *draw.Canvas) {
	c.StrokeLine2(s.style, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
}

func newPlot(title, xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font.Size = vg.Points(13)
	p.Title.Padding = vg.Points(8)
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	p.BackgroundColor = plotBackground
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(3)
	return p
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = faint, faint
	return g
}

// writePNG draws the plot, and its legend to the right of it where it covers
// nothing.
func writePNG(w io.Writer, p *plot.Plot, width, height vg.Length) error {
	legend := p.Legend
	p.Legend = plot.NewLegend()
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(110))
	c := draw.New(canvas)
	legend.Top, legend.Left = true, false
	side := legend.Rectangle(c).Max.X - legend.Rectangle(c).Min.X
	if side > 0 {
		side += vg.Points(14)
	}
	plotArea := draw.Crop(c, vg.Points(6), -side-vg.Points(10), vg.Points(6), -vg.Points(4))
	p.Draw(plotArea)
	legendArea := draw.Crop(c, width-side, -vg.Points(8), 0, -vg.Points(34))
	legend.Draw(legendArea)
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	if err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}
