package viz

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg"
)

// Latent draws n points of R^dim, one after another in points, coloured by
// class, as a PNG: in their plane if dim is 2, else projected to their first two
// principal components, with equal axes. names has the name of every class.
func Latent(w io.Writer, title string, points []float32, dim int, class []int, names []string) error {
	p, _, err := latent(title, points, dim, class, names)
	if err != nil {
		return err
	}
	return p.encode(w)
}

// latent returns the picture and the place of each point in it.
func latent(title string, points []float32, dim int, class []int, names []string) (*picture, []glyph, error) {
	n := len(class)
	if dim < 1 || len(points) != n*dim || n < 2 {
		return nil, nil, fmt.Errorf("viz: %d values for %d points of R^%d: want two points or more", len(points), n, dim)
	}
	for i, c := range class {
		if c < 0 || c >= len(names) {
			return nil, nil, fmt.Errorf("viz: point %d has the class %d, but only %d classes have names", i, c, len(names))
		}
	}
	data := mat.NewDense(n, dim, nil)
	for i, v := range points {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, nil, fmt.Errorf("viz: point %d has the coordinate %v", i/dim, v)
		}
		data.Set(i/dim, i%dim, float64(v))
	}
	xLabel, yLabel := "first latent variable", "second latent variable"
	if dim != 2 {
		var err error
		if data, xLabel, yLabel, err = principal(data); err != nil {
			return nil, nil, err
		}
	}

	var keys []key
	for c, name := range names {
		i, s := seriesStyle(c)
		keys = append(keys, key{glyph{shape: s, ink: i, edge: true}, name})
	}
	const width, height, head = 7 * vg.Inch, 5.2 * vg.Inch, 28
	side := legendWidth(keys) + 28
	plot := newPlot(xLabel, yLabel)
	var window window
	for i := range n {
		window.add(data.At(i, 0), data.At(i, 1))
	}
	window.apply(plot)
	plot.Add(gridLines())
	p := newPicture(PNG, width, height, cell{plot, widened, 8, width - side, head, height - 6})
	p.title(title)
	for i := range keys {
		keys[i].sample.radius = p.px(3.6)
	}
	p.legend(p.px(float64(width-side)+14), p.px(head+16), keys)

	area := p.panels[0]
	glyphs, marks := make([]glyph, n), make([]mark, n)
	for i, c := range class {
		g := keys[c].sample
		g.x, g.y, g.radius, g.cover = area.x(data.At(i, 0)), area.y(data.At(i, 1)), p.px(2.1), 0.9
		glyphs[i], marks[i] = g, g
	}
	p.draw(0, marks)
	return p, glyphs, nil
}

// title writes the picture's title.
func (p *picture) title(text string) {
	face := newTypeface(titleSize, p.dpi)
	p.add(label{p.px(12), p.px(19), text, face, black})
}

// principal projects to the first two principal components and says how much of
// the variance each explains. A component's sign is arbitrary; here its largest
// entry is positive.
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
		component := vectors.ColView(k)
		sign, largest := 1.0, 0.0
		for i := range dim {
			if v := component.AtVec(i); math.Abs(v) > largest {
				largest, sign = math.Abs(v), math.Copysign(1, v)
			}
		}
		for i := range n {
			projected.Set(i, k, sign*mat.Dot(data.RowView(i), component))
		}
	}
	axis := func(name string, k int) string {
		if k >= len(variances) || total == 0 {
			return name + " principal component"
		}
		return fmt.Sprintf("%s principal component (%.0f %% of the variance)", name, 100*variances[k]/total)
	}
	return projected, axis("first", 0), axis("second", 1), nil
}
