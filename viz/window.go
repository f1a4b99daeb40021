package viz

import (
	"math"

	"gonum.org/v1/plot"
)

// A Window is the part of the plane that a picture shows, at least. The zero value
// stands for all of the data.
type Window struct{ XMin, XMax, YMin, YMax float64 }

// A window grows with the data.
type window struct {
	Window
	set bool
}

func (w *window) add(x, y float64) {
	if !w.set {
		w.Window, w.set = Window{x, x, y, y}, true
		return
	}
	w.XMin, w.XMax = min(w.XMin, x), max(w.XMax, x)
	w.YMin, w.YMax = min(w.YMin, y), max(w.YMax, y)
}

// apply makes a plot show the window and a margin. A window without width or
// height gets some.
func (w window) apply(p *plot.Plot) {
	size := max(w.XMax-w.XMin, w.YMax-w.YMin)
	if size == 0 {
		size = max(1, math.Abs(w.XMin), math.Abs(w.YMin)) / 4
	}
	margin := 0.06 * size
	p.X.Min, p.X.Max = w.XMin-margin, w.XMax+margin
	p.Y.Min, p.Y.Max = w.YMin-margin, w.YMax+margin
}
