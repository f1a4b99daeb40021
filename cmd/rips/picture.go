package main

import (
	"fmt"
	"io"

	"github.com/topogen/topogen/cloud"
	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// draw writes the pictures of a result.
func draw(name string, d ph.Distances, r *ph.Result) error {
	scene := viz.Scene{Title: fmt.Sprintf("%d points", d.Len()), Diagrams: r.Diagrams}
	if err := picture(name+"-diagram.png", viz.Diagram, scene); err != nil {
		return err
	}
	if err := picture(name+"-barcode.png", viz.Barcode, scene); err != nil {
		return err
	}
	points := pointsOf(d)
	if points == nil || points.Dim < 2 || points.Dim > 3 {
		return nil
	}
	scene.Cloud = points
	if len(r.Diagrams) > 1 {
		if longest, ok := longestLoop(r); ok {
			scene.Edges = r.Cycles[longest]
			scene.Title += fmt.Sprintf(", the longest loop %.3v", r.Diagrams[1].Bars[longest])
		}
	}
	return picture(name+"-cloud.png", viz.Cloud, scene)
}

func picture(file string, draw func(io.Writer, viz.Scene) error, s viz.Scene) error {
	return atomicfile.Write(file, func(w io.Writer) error { return draw(w, s) })
}

// pointsOf returns points as a cloud, nil for what is given by distances.
func pointsOf(d ph.Distances) *cloud.Cloud {
	switch d := d.(type) {
	case ph.Points[float32]:
		return &cloud.Cloud{Dim: d.Dim, Coords: d.Coords}
	case ph.Points[float64]:
		c := &cloud.Cloud{Dim: d.Dim}
		for _, x := range d.Coords {
			c.Coords = append(c.Coords, float32(x))
		}
		return c
	}
	return nil
}

// longestLoop returns the place of the longest bar of degree 1 that has a cycle.
func longestLoop(r *ph.Result) (place int, ok bool) {
	for i, cycle := range r.Cycles {
		bars := r.Diagrams[1].Bars
		if len(cycle) > 0 && (!ok || bars[i].Persistence() > bars[place].Persistence()) {
			place, ok = i, true
		}
	}
	return place, ok
}
