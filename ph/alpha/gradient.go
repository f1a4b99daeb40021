package alpha

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/delaunay"
)

// AddGradient adds to gradient weight times the derivatives of the value of a cell with
// respect to the coordinates of all points. The cell is the BirthCell or DeathCell of a bar;
// {-1, -1} adds nothing. gradient has one element for each coordinate. Where two spheres of
// equal radius decide a value, the derivatives are those of one of them, and of coinciding
// points the one with the lowest index has the derivatives of all.
func (c *Complex) AddGradient(gradient []float64, cell ph.Cell, weight float64) {
	if len(gradient) != len(c.coords) {
		panic(fmt.Sprintf("alpha: a gradient of %d elements for %d coordinates", len(gradient), len(c.coords)))
	}
	if cell.U < 0 {
		return
	}
	var corners [4]delaunay.Point
	simplex := c.Sphere(cell)
	for k, p := range simplex {
		corners[k] = c.triangulation.Points[p]
	}
	squared, weights := circumscribe(corners[:len(simplex)])
	if squared == 0 {
		return
	}
	var center vector // relative to the first corner
	for k := range simplex {
		for axis, x := range minus(&corners[k], &corners[0]) {
			center[axis] += weights[k] * x
		}
	}
	// The points are scaled. The derivative of a square grows with the scale.
	factor := weight * math.Ldexp(2, -c.triangulation.Scale)
	if c.options.Radii {
		factor = weight / math.Sqrt(squared)
	}
	for k, p := range simplex {
		fromFirst := minus(&corners[k], &corners[0])
		for axis := range c.dim {
			gradient[int(p)*c.dim+axis] += factor * weights[k] * (fromFirst[axis] - center[axis])
		}
	}
}
