package viz

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Series is a named curve. Where Y is NaN the curve has a gap.
type Series struct {
	Name string
	X, Y []float64
	// Low and High, if set, are the edges of a pale band around the curve, of the
	// length of Y: the range over several runs, for instance.
	Low, High []float64
}

// Curves draws series over common axes as a PNG, with a legend beside them. A
// curve of more than 300 values is drawn pale, and its running mean over it. Where
// all values are positive and span more than two powers of ten, the vertical axis
// is logarithmic, and says so.
func Curves(w io.Writer, title, xLabel, yLabel string, series ...Series) error {
	canvas, err := curves(title, xLabel, yLabel, true, series, PNG.canvas)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}

// curves draws on a canvas that newCanvas makes, and returns it. It is [Curves] but for
// the file format. If steps is set, x counts steps: they are whole numbers, and long curves
// are smoothed.
func curves(title, xLabel, yLabel string, steps bool, series []Series, newCanvas func(width, height vg.Length) vg.CanvasWriterTo) (vg.CanvasWriterTo, error) {
	const width, height, head = 7 * vg.Inch, 3.8 * vg.Inch, 28
	left, right, low, high, err := limits(series)
	if err != nil {
		return nil, err
	}
	var keys []key
	for i, s := range series {
		colour, _ := seriesStyle(i)
		keys = append(keys, key{glyph{ink: colour}, s.Name})
	}

	p := newPlot(xLabel, yLabel)
	p.BackgroundColor = nil // the canvas is white
	logarithmic := low > 0 && high > 100*low
	if logarithmic {
		p.Y.Tick.Marker = logTicks{}
		p.Y.Label.Text += " (logarithmic)"
	} else if low <= high {
		unit := unitOf(low, high)
		p.Y.Tick.Marker = ticks{unit: unit}
		low, high = unit.of(low), unit.of(high)
		series = inUnits(series, 0, unit)
	}
	unit := unitOf(left, right)
	p.X.Tick.Marker = ticks{whole: steps && unit == 0, unit: unit}
	series = inUnits(series, unit, 0)
	p.Add(gridLines())
	for i, s := range series { // behind all lines
		if s.Low != nil {
			p.Add(band{s, logarithmic, keys[i].sample.ink})
		}
	}
	for i, s := range series {
		colour := keys[i].sample.ink.color()
		style := draw.LineStyle{Color: colour, Width: 1.8}
		if i >= len(seriesInks) {
			style.Dashes = []vg.Length{5, 3}
		}
		p.Legend.Add(s.Name, sample{style})
		if steps && len(s.X) > longCurve {
			pale := draw.LineStyle{Color: mix(paper.color(), colour, 2, 5), Width: 0.8}
			p.Add(curve{unbroken(s, logarithmic), pale})
			s.Y = runningMean(s.Y, len(s.Y)/60)
		}
		p.Add(curve{unbroken(s, logarithmic), style})
	}
	if low <= high { // else there are no values, and the axes stay empty
		p.X.Min, p.X.Max = apart(p.X.Min, p.X.Max)
		p.Y.Min, p.Y.Max = apart(p.Y.Min, p.Y.Max)
		margin := 0.04 * (p.Y.Max - p.Y.Min)
		p.Y.Min, p.Y.Max = p.Y.Min-margin, p.Y.Max+margin
	}

	canvas := newCanvas(width, height)
	c := draw.New(canvas)
	legend := p.Legend
	p.Legend = plot.NewLegend()
	side := legendWidth(keys) + 40
	p.Draw(draw.Crop(c, 8, -side, 6, -head))
	legend.Top, legend.Left = true, true
	legend.TextStyle.Font.Variant, legend.TextStyle.Font.Size = fontVariant, textSize
	legend.TextStyle.Color = black.color()
	legend.Padding = 4
	legend.Draw(draw.Crop(c, width-side+14, 0, 0, -head))
	heading := legend.TextStyle
	heading.Font.Size = titleSize
	c.FillText(heading, vg.Point{X: 12, Y: height - 19}, title)
	return canvas, nil
}

// limits returns the least and the greatest value of x, also of 0, and of y in series and their
// bands. low is +Inf and high is −Inf if there is no y. It returns an error if a series is
// invalid.
func limits(series []Series) (left, right, low, high float64, err error) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range series {
		if len(s.X) != len(s.Y) {
			return 0, 0, 0, 0, fmt.Errorf("viz: curve %q has %d x and %d y", s.Name, len(s.X), len(s.Y))
		}
		for k := range s.X {
			if math.IsNaN(s.X[k]) || math.IsInf(s.X[k], 0) || math.IsInf(s.Y[k], 0) {
				return 0, 0, 0, 0, fmt.Errorf("viz: curve %q: value %d is %v at %v", s.Name, k, s.Y[k], s.X[k])
			}
			left, right = min(left, s.X[k]), max(right, s.X[k])
			if !math.IsNaN(s.Y[k]) {
				low, high = min(low, s.Y[k]), max(high, s.Y[k])
			}
		}
		if err := s.checkBand(); err != nil {
			return 0, 0, 0, 0, err
		}
		for k := range s.Low {
			low, high = min(low, s.Low[k]), max(high, s.High[k])
		}
	}
	return left, right, low, high, nil
}

// inUnits returns series with values divided by units.
func inUnits(series []Series, x, y unit) []Series {
	divided := make([]Series, len(series))
	for i, s := range series {
		divided[i] = Series{s.Name, x.ofAll(s.X), y.ofAll(s.Y), y.ofAll(s.Low), y.ofAll(s.High)}
	}
	return divided
}

const longCurve = 300 // values

// runningMean returns the means of up to reach values before and after each one,
// as many on either side. Missing values stay missing.
func runningMean(values []float64, reach int) []float64 {
	means := make([]float64, len(values))
	for i := range values {
		r := min(reach, i, len(values)-1-i)
		var sum, n float64
		for _, v := range values[i-r : i+r+1] {
			if !math.IsNaN(v) {
				sum += v
				n++
			}
		}
		means[i] = sum / n
		if math.IsNaN(values[i]) {
			means[i] = math.NaN()
		}
	}
	return means
}

// A curve is drawn as lines, with dots where they are few, so that a single value
// shows too.
type curve struct {
	parts []plotter.XYs
	style draw.LineStyle
}

// DataRange implements [plot.DataRanger].
func (c curve) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, part := range c.parts {
		x0, x1, y0, y1 := plotter.XYRange(part)
		xmin, xmax, ymin, ymax = min(xmin, x0), max(xmax, x1), min(ymin, y0), max(ymax, y1)
	}
	return xmin, xmax, ymin, ymax
}

// Plot implements [plot.Plotter].
func (c curve) Plot(on draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&on)
	for _, part := range c.parts {
		line := make([]vg.Point, len(part))
		for i, at := range part {
			line[i] = vg.Point{X: x(at.X), Y: y(at.Y)}
		}
		on.StrokeLines(c.style, on.ClipLinesXY(line)...)
		if len(part) <= 12 {
			for _, at := range line {
				on.DrawGlyph(draw.GlyphStyle{Color: c.style.Color, Radius: 2.6, Shape: draw.CircleGlyph{}}, at)
			}
		}
	}
}

// unbroken divides a curve where a value is missing. It takes logarithms if asked:
// plots with a logarithmic scale of their own misplace the label of the axis.
func unbroken(s Series, logarithmic bool) []plotter.XYs {
	var parts []plotter.XYs
	var part plotter.XYs
	for i, y := range s.Y {
		switch {
		case !math.IsNaN(y):
			if logarithmic {
				y = math.Log10(y)
			}
			part = append(part, plotter.XY{X: s.X[i], Y: y})
		case len(part) > 0:
			parts = append(parts, part)
			part = nil
		}
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// sample is a curve's line in the legend.
type sample struct{ style draw.LineStyle }

// Thumbnail implements [plot.Thumbnailer].
func (s sample) Thumbnail(c *draw.Canvas) {
	s.style.Width = max(s.style.Width, 1.8)
	c.StrokeLine2(s.style, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
}
