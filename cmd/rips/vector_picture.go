package main

import (
	"context"
	"fmt"
	"io"

	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/ph/vector"
	"github.com/topogen/topogen/viz"
)

// vectorTitles are the headings of pictures of vectors, by the kind of vector. Entropy, a
// single number, has none.
var vectorTitles = map[string]string{
	"image": "persistence image", "heat": "heat", "landscape": "landscape",
	"silhouette": "silhouette", "betti": "Betti curve", "entropy-curve": "entropy curve",
}

// drawVectors writes pictures of vectors in the formats that the command line asks for.
func (o *options) drawVectors(ctx context.Context, v *vectors.Vectors) error {
	title, ok := vectorTitles[v.Kind]
	if !ok {
		return nil
	}
	return o.picture(ctx, v.Kind, func(w io.Writer, format viz.Format) error { return drawVectors(w, format, title, v) })
}

// drawVectors draws vectors: as maps if they are functions of two numbers, else as curves.
func drawVectors(w io.Writer, format viz.Format, title string, v *vectors.Vectors) error {
	lo, hi := v.Range[0], v.Range[1]
	if v.Kind == "image" || v.Kind == "heat" {
		var maps []viz.HeatMap
		for _, d := range v.Degrees {
			m := viz.HeatMap{
				Name: fmt.Sprintf("degree %d", d.Degree), XLabel: "birth", YLabel: "death",
				X: *v.Range, Y: *v.Range, Columns: v.Shape[1], Rows: v.Shape[0], Values: d.Values,
			}
			if v.Kind == "image" {
				m.YLabel, m.Y = "length", [2]float64{0, hi - lo}
			}
			maps = append(maps, m)
		}
		return viz.HeatMaps(w, format, title, maps...)
	}
	n := v.Shape[len(v.Shape)-1]
	grid := vector.Grid{Lo: lo, Hi: hi, N: n}
	x := make([]float64, n)
	for i := range x {
		x[i] = grid.At(i)
	}
	var series []viz.Series
	for _, d := range v.Degrees {
		for layer := range len(d.Values) / n {
			s := viz.Series{Name: fmt.Sprintf("degree %d", d.Degree), X: x, Y: d.Values[layer*n:][:n]}
			if len(v.Shape) == 2 {
				s.Name += fmt.Sprintf(", layer %d", layer+1)
			}
			series = append(series, s)
		}
	}
	return viz.Functions(w, format, title, "scale", "", series...)
}
