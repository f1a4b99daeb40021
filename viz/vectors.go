package viz

import (
	"fmt"
	"image"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Functions draws series as functions of a real number over common axes, in the style of
// [Curves]: landscapes, silhouettes and Betti curves of diagrams, for instance.
func Functions(w io.Writer, format Format, title, xLabel, yLabel string, series ...Series) error {
	canvas, err := curves(title, xLabel, yLabel, false, series, format.canvas)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}

// A HeatMap is a function of two numbers, as a grid of values.
type HeatMap struct {
	Name           string
	XLabel, YLabel string
	X, Y           [2]float64 // the first and the last grid point along each axis
	Columns, Rows  int
	Values         []float64 // row by row from the lowest, each from the left
}

// HeatMaps draws functions of two numbers side by side, such as persistence images of several
// degrees. A value 0 is white. The largest magnitude of a map, which its heading tells, is dark
// blue if positive and vermillion if negative.
func HeatMaps(w io.Writer, format Format, title string, maps ...HeatMap) error {
	const side, gap, head = 3.4 * vg.Inch, 14, 30
	width := vg.Length(max(len(maps), 1))*(side+gap) + gap
	canvas := format.canvas(width, side+2*head)
	c := draw.New(canvas)
	for i, m := range maps {
		if m.Columns < 1 || m.Rows < 1 || len(m.Values) != m.Columns*m.Rows {
			return fmt.Errorf("viz: heat map %q has %d values for %d×%d", m.Name, len(m.Values), m.Rows, m.Columns)
		}
		most := 0.0
		for k, v := range m.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("viz: heat map %q: value %d in row %d is %v", m.Name, k%m.Columns, k/m.Columns, v)
			}
			most = max(most, math.Abs(v))
		}
		if r := (&raster{m, most}); !r.finite() {
			return fmt.Errorf("viz: heat map %q: the grid from %v to %v is too large to draw", m.Name, m.X, m.Y)
		}
		p := newPlot(m.XLabel, m.YLabel)
		p.BackgroundColor = nil
		p.Title.Text = fmt.Sprintf("%s, up to %.4g", m.Name, most)
		p.Title.TextStyle.Font.Variant, p.Title.TextStyle.Font.Size = fontVariant, textSize
		p.Title.Padding = 4
		p.Add(&raster{m, most})
		left := gap + vg.Length(i)*(side+gap)
		p.Draw(draw.Crop(c, left, left+side-width, gap/2, -head))
	}
	heading := draw.TextStyle{Color: black.color(), Font: plot.DefaultFont, Handler: plot.DefaultTextHandler}
	heading.Font.Variant, heading.Font.Size = fontVariant, titleSize
	c.FillText(heading, vg.Point{X: 12, Y: side + 2*head - 19}, title)
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}

// A raster draws a heat map as an image, each value as a rectangle around its grid point.
type raster struct {
	HeatMap
	most float64 // the largest magnitude
}

// DataRange implements [plot.DataRanger].
func (r *raster) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax = extent(r.X, r.Columns)
	ymin, ymax = extent(r.Y, r.Rows)
	return xmin, xmax, ymin, ymax
}

// finite reports whether the size of the map is a finite number.
func (r *raster) finite() bool {
	xmin, xmax, ymin, ymax := r.DataRange()
	return !math.IsInf(xmax-xmin, 0) && !math.IsInf(ymax-ymin, 0)
}

// extent returns the ends of the rectangles around n grid points.
func extent(ends [2]float64, n int) (low, high float64) {
	half := 0.5
	if n > 1 && ends[1] > ends[0] {
		half = (ends[1] - ends[0]) / float64(n-1) / 2
	}
	return ends[0] - half, ends[1] + half
}

// Plot implements [plot.Plotter].
func (r *raster) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	xmin, xmax, ymin, ymax := r.DataRange()
	at := vg.Rectangle{Min: vg.Point{X: x(xmin), Y: y(ymin)}, Max: vg.Point{X: x(xmax), Y: y(ymax)}}
	// The image has the proportions of its place, which viewers of SVG keep, and many pixels,
	// as they blur few.
	width := max(600, 2*max(r.Columns, r.Rows))
	height := max(1, int(math.Round(float64(width)*float64(at.Size().Y/at.Size().X))))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for j := range height {
		row := (height - 1 - j) * r.Rows / height
		for i := range width {
			v := r.Values[row*r.Columns+i*r.Columns/width]
			ink := blue
			if v < 0 {
				ink = vermillion
			}
			share := 0
			if r.most > 0 {
				share = int(math.Round(math.Abs(v) / r.most * 255))
			}
			img.SetRGBA(i, j, mix(paper.color(), ink.color(), share, 255))
		}
	}
	c.DrawImage(at, img)
}
