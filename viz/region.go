package viz

import (
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A region is the diagonal from (low, low) to (high, high) and the shaded half
// below, where no bar can be.
type region struct{ low, high float64 }

// Plot implements [plot.Plotter].
func (r region) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	from := vg.Point{X: x(r.low), Y: y(r.low)}
	to := vg.Point{X: x(r.high), Y: y(r.high)}
	c.FillPolygon(shadow.color(), []vg.Point{from, to, {X: to.X, Y: from.Y}})
	c.StrokeLine2(draw.LineStyle{Color: grey.color(), Width: 0.8}, from.X, from.Y, to.X, to.Y)
}

func degreeName(degree int) string { return "degree " + strconv.Itoa(degree) }
