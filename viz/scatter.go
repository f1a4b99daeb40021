package viz

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Latent draws n points of R^dim, one after another in points, coloured by
// class, as a PNG: in their plane if dim is 2, else projected to their first two
// principal components.
func Latent(w io.Writer, title string, points []float32, dim int, class []uint8, names []string) error {
	n := len(class)
	if dim < 1 || len(points) != n*dim || n < 2 {
		return fmt.Errorf("viz: %d values for %d points of R^%d: want two points or more", len(points), n, dim)
	}
	data := mat.NewDense(n, dim, nil)
	for i, v := range points {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("viz: point %d is not finite", i/dim)
		}
		data.Set(i/dim, i%dim, float64(v))
	}
	xLabel, yLabel := "first latent variable", "second latent variable"
	if dim != 2 {
		var err error
		if data, xLabel, yLabel, err = principal(data); err != nil {
			return err
		}
	}
	p := newPlot(title, xLabel, yLabel)
	p.Add(grid())
	for c, name := range names {
		var xys plotter.XYs
		for i, k := range class {
			if int(k) == c {
				xys = append(xys, plotter.XY{X: data.At(i, 0), Y: data.At(i, 1)})
			}
		}
		if len(xys) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(xys)
		if err != nil {
			return fmt.Errorf("viz: %w", err)
		}
		dots.GlyphStyle = draw.GlyphStyle{Color: seriesColor(c), Radius: vg.Points(1.8), Shape: draw.CircleGlyph{}}
		p.Add(dots)
		big := dots.GlyphStyle
		big.Radius = vg.Points(4)
		p.Legend.Add(name, &plotter.Scatter{GlyphStyle: big})
	}
	return writePNG(w, p, 7*vg.Inch, 5*vg.Inch)
}

// principal projects to the first two principal components and says how much of
// the variance each explains.
func principal(data *mat.Dense) (projected *mat.Dense, xLabel, yLabel string, err error) {
	n, dim := data.Dims()
	var pc stat.PC
	if ok := pc.PrincipalComponents(data, nil); !ok {
		return nil, "", "", fmt.Errorf("viz: the principal components of %d points of R^%d were not found", n, dim)
	}
	var vectors mat.Dense
	pc.VectorsTo(&vectors)
	variances := pc.VarsTo(nil)
	total := 0.0
	for _, v := range variances {
		total += v
	}
	projected = mat.NewDense(n, 2, nil)
	_, count := vectors.Dims()
	for k := range min(2, count) {
		for i := range n {
			projected.Set(i, k, mat.Dot(data.RowView(i), vectors.ColView(k)))
		}
	}
	label := func(name string, k int) string {
		if k >= len(variances) || total == 0 {
			return name + " principal component"
		}
		return fmt.Sprintf("%s principal component (%.0f %% of the variance)", name, 100*variances[k]/total)
	}
	return projected, label("first", 0), label("second", 1), nil
}
