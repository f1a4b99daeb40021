package viz

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// A Window is the part of the plane that a picture shows, at least. The zero value
// stands for all of the data.
type Window struct{ XMin, XMax, YMin, YMax float64 }

// Validate returns an error unless w has sides that can be drawn: longer than a billionth of
// the coordinates of their ends, and from 1e-100 to 1e100.
func (w Window) Validate() error {
	for _, side := range [...][2]float64{{w.XMin, w.XMax}, {w.YMin, w.YMax}} {
		low, high := side[0], side[1]
		length := high - low
		switch {
		case !(length > 0):
			return fmt.Errorf("from (%v, %v) to (%v, %v) has no area", w.XMin, w.YMin, w.XMax, w.YMax)
		case length < 1e-100 || length > 1e100 || length < 1e-9*max(math.Abs(low), math.Abs(high)):
			return fmt.Errorf("has a side from %v to %v: want one from 1e-100 to 1e100 long, and longer than a billionth of its ends", low, high)
		}
	}
	return nil
}

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

// makeRoom adds shares of the width and of the height, on the left and below.
func (w *window) makeRoom(left, below float64) {
	w.XMin -= left * (w.XMax - w.XMin)
	w.YMin -= below * (w.YMax - w.YMin)
}

// apply makes a plot show the window and a margin. A window without width or
// height gets some.
func (w window) apply(p *plot.Plot) {
	size := max(w.XMax-w.XMin, w.YMax-w.YMin)
	if size == 0 {
		size = max(1, math.Abs(w.XMin), math.Abs(w.YMin)) / 4
	}
	margin := 0.06 * size
	p.X.Min, p.X.Max = apart(w.XMin-margin, w.XMax+margin)
	p.Y.Min, p.Y.Max = apart(w.YMin-margin, w.YMax+margin)
}
