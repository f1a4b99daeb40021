package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// pictured are how many of the longest bars have their representatives drawn.
const pictured = 6

// picture writes a picture in the formats that the command line asks for, unless ctx is done.
func (o *options) picture(ctx context.Context, kind string, draw func(w io.Writer, format viz.Format) error) error {
	for _, file := range []struct {
		name   string
		suffix string
		format viz.Format
	}{{o.png, ".png", viz.PNG}, {o.svg, ".svg", viz.SVG}} {
		if file.name == "" {
			continue
		}
		if ctx.Err() != nil {
			return interruption(ctx)
		}
		name := file.name + "-" + kind + file.suffix
		if err := atomicfile.Write(name, func(w io.Writer) error { return draw(w, file.format) }); err != nil {
			return err
		}
	}
	return nil
}

// draw writes the pictures of an answer.
func (o *options) draw(ctx context.Context, a *answer) error {
	if o.png == "" && o.svg == "" {
		return nil
	}
	scene := viz.Scene{Diagrams: a.result.Diagrams()}
	switch {
	case a.distances != nil:
		scene.Title = fmt.Sprintf("%d points", a.distances.Len())
	case a.image.Shape != nil:
		scene.Title = shapeText(a.image.Shape) + " pixels"
	default:
		scene.Title = "diagrams"
	}
	if err := o.drawScene(ctx, "diagram", viz.Diagram, scene); err != nil {
		return err
	}
	if err := o.drawScene(ctx, "barcode", viz.Barcode, scene); err != nil {
		return err
	}
	if !drawable(a.distances) {
		return nil
	}
	points, power := pointsOf(a.distances)
	scene.Cloud = points
	if power != 0 {
		scene.Title += fmt.Sprintf(" times 1e%+d", power)
	}
	cloud := scene
	for _, loop := range longest(a.result, 1, 1, 1) {
		cloud.Edges = loop.Edges
		cloud.Title += fmt.Sprintf(", the longest loop %.3v", a.result.Classes[1][loop.Bar].Bar)
	}
	if err := o.drawScene(ctx, "cloud", viz.Cloud, cloud); err != nil {
		return err
	}
	scene.Representatives = longest(a.result, 1, math.MaxInt, pictured)
	if len(scene.Representatives) == 0 {
		return nil
	}
	scene.Title += ", cycles of the longest bars"
	return o.drawScene(ctx, "representatives", viz.Representatives, scene)
}

func (o *options) drawScene(ctx context.Context, kind string, draw func(io.Writer, viz.Format, viz.Scene) error, s viz.Scene) error {
	return o.picture(ctx, kind, func(w io.Writer, format viz.Format) error { return draw(w, format, s) })
}

// drawsCycles reports whether pictures show the cycles of a complex on d.
func (o *options) drawsCycles(d ph.Distances) bool {
	return (o.png != "" || o.svg != "") && drawable(d)
}

// drawable reports whether d are points that a picture can show.
func drawable(d ph.Distances) bool {
	return d != nil && (dimension(d) == 2 || dimension(d) == 3)
}

// longest returns the cycles of up to count bars, the longest of those of degrees from low
// to high, the longest first.
func longest(r *ph.Result, low, high, count int) []viz.Representative {
	type class struct {
		degree, bar int
		*ph.Class
	}
	var all []class
	for degree := low; degree < len(r.Classes) && degree <= high; degree++ {
		for i := range r.Classes[degree] {
			if c := &r.Classes[degree][i]; len(c.Cycle) > 0 {
				all = append(all, class{degree, i, c})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b class) int { return cmp.Compare(b.Persistence(), a.Persistence()) })
	var first []viz.Representative
	for _, c := range all[:min(len(all), count)] {
		first = append(first, viz.Representative{Degree: c.degree, Bar: c.bar, Edges: edgesOf(c.Cycle)})
	}
	return first
}

// edgesOf returns the edges of the simplices of a chain, each once.
func edgesOf(c ph.Chain) []ph.Cell {
	var edges []ph.Cell
	for _, t := range c {
		for i, v := range t.Simplex {
			for _, u := range t.Simplex[:i] {
				edges = append(edges, ph.Cell{U: v, V: u})
			}
		}
	}
	slices.SortFunc(edges, func(a, b ph.Cell) int { return cmp.Or(cmp.Compare(a.U, b.U), cmp.Compare(a.V, b.V)) })
	return slices.Compact(edges)
}

// pointsOf returns d as points of float32, or nil if d has no coordinates. If float32 cannot
// hold coordinates of this size, it divides them by 10 to the given power, else power is 0.
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
