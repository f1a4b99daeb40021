package viz

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// checkBand returns an error unless the series has no band, or one with two finite
// edges for each value.
func (s Series) checkBand() error {
	if s.Low == nil && s.High == nil {
		return nil
	}
	if len(s.Low) != len(s.Y) || len(s.High) != len(s.Y) {
		return fmt.Errorf("viz: curve %q has %d values and a band of %d and %d", s.Name, len(s.Y), len(s.Low), len(s.High))
	}
	for k := range s.Low {
		if !(s.Low[k] <= s.High[k]) || math.IsInf(s.Low[k], 0) || math.IsInf(s.High[k], 0) {
			return fmt.Errorf("viz: the band of curve %q goes from %v to %v at %v", s.Name, s.Low[k], s.High[k], s.X[k])
		}
	}
	return nil
}

// A band fills the area between the edges of a series, so that others show through.
type band struct {
	series      Series
	logarithmic bool
	ink         ink
}

func (b band) height(v float64) float64 {
	if b.logarithmic {
		return math.Log10(v)
	}
	return v
}

// DataRange implements [plot.DataRanger].
func (b band) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for k, x := range b.series.X {
		xmin, xmax = min(xmin, x), max(xmax, x)
		ymin, ymax = min(ymin, b.height(b.series.Low[k])), max(ymax, b.height(b.series.High[k]))
	}
	return xmin, xmax, ymin, ymax
}

// Plot implements [plot.Plotter].
func (b band) Plot(on draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&on)
	outline := make([]vg.Point, 0, 2*len(b.series.X))
	for k, at := range b.series.X {
		outline = append(outline, vg.Point{X: x(at), Y: y(b.height(b.series.High[k]))})
	}
	for k := len(b.series.X) - 1; k >= 0; k-- {
		outline = append(outline, vg.Point{X: x(b.series.X[k]), Y: y(b.height(b.series.Low[k]))})
	}
	fill := b.ink.color()
	on.FillPolygon(color.NRGBA{fill.R, fill.G, fill.B, 50}, on.ClipPolygonXY(outline))
}
