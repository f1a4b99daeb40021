package main

import (
	"fmt"
	"io"
	"math"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// draw writes the pictures of the result of a Rips filtration.
func draw(name string, d ph.Distances, r *ph.Result) error {
	scene := viz.Scene{Title: fmt.Sprintf("%d points", d.Len()), Diagrams: r.Diagrams()}
	if err := drawDiagrams(name, scene.Title, r); err != nil {
		return err
	}
	points, power := pointsOf(d)
	if points == nil || points.Dim < 2 || points.Dim > 3 {
		return nil
	}
	scene.Cloud = points
	if power != 0 {
		scene.Title += fmt.Sprintf(" times 1e%+d", power)
	}
	if longest := longestLoop(r); longest != nil {
		for _, t := range longest.Cycle {
			scene.Edges = append(scene.Edges, ph.Cell{U: t.Simplex[1], V: t.Simplex[0]})
		}
		scene.Title += fmt.Sprintf(", the longest loop %.3v", longest.Bar)
	}
	return picture(name+"-cloud.png", viz.Cloud, scene)
}

// drawDiagrams writes the diagram and the barcode of a result.
func drawDiagrams(name, title string, r *ph.Result) error {
	scene := viz.Scene{Title: title, Diagrams: r.Diagrams()}
	if err := picture(name+"-diagram.png", viz.Diagram, scene); err != nil {
		return err
	}
	return picture(name+"-barcode.png", viz.Barcode, scene)
}

func picture(file string, draw func(io.Writer, viz.Scene) error, s viz.Scene) error {
	return atomicfile.Write(file, func(w io.Writer) error { return draw(w, s) })
}

// pointsOf returns points as a cloud, nil for what is given by distances. If float32 cannot
// hold coordinates of their size, they are divided by a power of ten.
func pointsOf(d ph.Distances) (c *ph.Points[float32], power int) {
	switch d := d.(type) {
	case ph.Points[float32]:
		return &d, 0
	case ph.Points[float64]:
		size := 0.0
		for _, x := range d.Coords {
			size = max(size, math.Abs(x))
		}
		if size > 1e37 || size > 0 && size < 1e-30 {
			power = int(math.Floor(math.Log2(size) * math.Log10(2))) // Log10 fails for subnormal numbers
		}
		half := power / 2 // a power of ten may not be a float64, its halves are
		c := &ph.Points[float32]{Dim: d.Dim}
		for _, x := range d.Coords {
			c.Coords = append(c.Coords, float32(x*math.Pow10(-half)*math.Pow10(half-power)))
		}
		return c, power
	}
	return nil, 0
}

// longestLoop returns the class of degree 1 with the longest bar of those that have
// a cycle, nil if none has.
func longestLoop(r *ph.Result) (longest *ph.Class) {
	if len(r.Classes) < 2 {
		return nil
	}
	for i := range r.Classes[1] {
		c := &r.Classes[1][i]
		if len(c.Cycle) > 0 && (longest == nil || c.Persistence() > longest.Persistence()) {
			longest = c
		}
	}
	return longest
}
