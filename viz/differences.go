package viz

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Paired holds the differences of one arm of an experiment from its baseline.
type Paired struct {
	Name            string
	Values          []float64 // one for each pair of runs
	Mean, Low, High float64   // of Values, with a confidence interval
}

// Differences draws paired differences as a PNG: a row for each arm with a dot for
// each pair, the mean as a bar across the row, and its interval as a line. The colours are
// those of [Curves] whose first series is the baseline's. A
// vertical line marks no difference.
func Differences(w io.Writer, title, xLabel string, rows ...Paired) error {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	for _, r := range rows {
		for i, v := range r.Values {
			if !finite(v) {
				return fmt.Errorf("viz: differences of %q: value %d is %v", r.Name, i, v)
			}
		}
		if !finite(r.Mean) || !finite(r.Low) || !finite(r.High) {
			return fmt.Errorf("viz: differences of %q: the mean is %v in [%v, %v]", r.Name, r.Mean, r.Low, r.High)
		}
	}
	const width, head, rowHeight = 7 * vg.Inch, 28, 22
	height := vg.Length(head+52) + rowHeight*vg.Length(len(rows))
	p := newPlot(xLabel, "")
	p.BackgroundColor = nil
	p.Y.Min, p.Y.Max = -0.6, float64(len(rows))-0.4
	names := make(plot.ConstantTicks, len(rows))
	for i, r := range rows {
		names[i] = plot.Tick{Value: float64(len(rows) - 1 - i), Label: r.Name}
	}
	p.Y.Tick.Marker = names
	p.Y.Tick.Length = 0
	p.Y.LineStyle.Width = 0
	left, right, _, _ := pairedRows(rows).DataRange()
	unit := unitOf(left, right)
	p.X.Tick.Marker = ticks{unit: unit}
	p.Add(gridLines(), pairedRows(rows).in(unit))
	margin := 0.04 * (p.X.Max - p.X.Min)
	p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin

	canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(144))}
	c := draw.New(canvas)
	p.Draw(draw.Crop(c, 8, -14, 6, -head))
	heading := p.X.Label.TextStyle
	heading.Font.Size = titleSize
	heading.XAlign, heading.YAlign = draw.XLeft, draw.YBottom
	c.FillText(heading, vg.Point{X: 12, Y: height - 19}, title)
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}

type pairedRows []Paired

// in returns rows with values divided by a unit.
func (rows pairedRows) in(u unit) pairedRows {
	divided := make(pairedRows, len(rows))
	for i, r := range rows {
		divided[i] = Paired{r.Name, u.ofAll(r.Values), u.of(r.Mean), u.of(r.Low), u.of(r.High)}
	}
	return divided
}

// DataRange implements [plot.DataRanger]. No difference is always in sight.
func (rows pairedRows) DataRange() (xmin, xmax, ymin, ymax float64) {
	for _, r := range rows {
		for _, v := range append(r.Values[:len(r.Values):len(r.Values)], r.Low, r.High) {
			xmin, xmax = min(xmin, v), max(xmax, v)
		}
	}
	if xmin == xmax {
		xmin, xmax = -1, 1
	}
	return xmin, xmax, -0.6, float64(len(rows)) - 0.4
}

// Plot implements [plot.Plotter].
func (rows pairedRows) Plot(on draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&on)
	zero := draw.LineStyle{Color: black.color(), Width: 1}
	on.StrokeLine2(zero, x(0), on.Min.Y, x(0), on.Max.Y)
	for i, r := range rows {
		colour, _ := seriesStyle(i + 1)
		at := y(float64(len(rows) - 1 - i))
		pale := draw.GlyphStyle{Color: mix(paper.color(), colour.color(), 1, 2), Radius: 2.4, Shape: draw.CircleGlyph{}}
		for _, v := range r.Values {
			on.DrawGlyph(pale, vg.Point{X: x(v), Y: at})
		}
		style := draw.LineStyle{Color: colour.color(), Width: 2}
		on.StrokeLine2(style, x(r.Low), at, x(r.High), at)
		on.StrokeLine2(draw.LineStyle{Color: colour.color(), Width: 3}, x(r.Mean), at-6, x(r.Mean), at+6)
	}
}
