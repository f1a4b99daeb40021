package viz

import (
	"io"
	"math"

	"github.com/topogen/topogen/ph"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Diagram draws the scene's persistence diagrams: a bar is a point at its birth and
// death, above the diagonal; essential bars lie on the line ∞. The target is hollow;
// matched bars are joined.
func Diagram(w io.Writer, format Format, s Scene) error {
	if err := s.check(); err != nil {
		return err
	}
	p, marks := drawDiagram(format, &s)
	p.draw(0, marks)
	return p.encode(w)
}

func drawDiagram(format Format, s *Scene) (*picture, []mark) {
	const width, height, head = 5.2 * vg.Inch, 5.2 * vg.Inch, 28
	d := newChart([]Scene{*s})
	p := newPicture(format, width, height, cell{d.plot, narrowed, 8, width - 8, head, height - 6})
	p.title(s.Title)
	d.legend(p, 0)
	return p, d.marks(p, 0, s)
}

// A chart is the plane of persistence diagrams.
type chart struct {
	plot     *plot.Plot
	degrees  []bool  // by degree: whether it has bars
	target   bool    // whether there is a target
	unit     unit    // of births and deaths on the axes
	infinity float64 // where essential bars are drawn, in units
	radius   float64 // of a glyph, in points
}

// newChart returns a chart with room for the diagrams of all scenes.
func newChart(scenes []Scene) *chart {
	d := &chart{plot: newPlot("birth", "death")}
	var low, high float64
	var essential bool
	most := 0
	for i := range scenes {
		s := &scenes[i]
		d.target = d.target || len(s.Target) > 0
		bars := 0
		for _, g := range append(s.Target[:len(s.Target):len(s.Target)], s.Diagrams...) {
			for len(d.degrees) <= g.Degree {
				d.degrees = append(d.degrees, false)
			}
			d.degrees[g.Degree] = d.degrees[g.Degree] || len(g.Bars) > 0
			bars += len(g.Bars)
			for _, b := range g.Bars {
				low, high = min(low, b.Birth), max(high, b.Birth)
				if b.Essential() {
					essential = true
				} else {
					high = max(high, b.Death)
				}
			}
		}
		most = max(most, bars)
	}
	if scenes[0].Limit > 0 {
		high = scenes[0].Limit
	}
	if high == low {
		high = low + 1
	}
	d.unit = unitOf(low, high)
	low, high = d.unit.of(low), d.unit.of(high)
	d.radius = min(max(36/math.Sqrt(float64(most+1)), 1.6), 3.4)

	size := high - low
	p := d.plot
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{unit: d.unit}, ticks{unit: d.unit}
	p.X.Min, p.X.Max = low-0.04*size, high+0.04*size
	p.Y.Min, p.Y.Max = p.X.Min, p.X.Max
	corner := p.X.Max
	if essential {
		d.infinity = high + 0.09*size
		p.Y.Max = high + 0.14*size
		p.Y.Tick.Marker = withInfinity{ticks{unit: d.unit}, d.infinity, high}
	}
	p.Add(region{low: p.X.Min, high: corner})
	if essential {
		line, _ := plotter.NewLine(plotter.XYs{{X: p.X.Min, Y: d.infinity}, {X: p.X.Max, Y: d.infinity}}) // finite values: no error
		line.Color, line.Width, line.Dashes = grey.color(), 0.8, []vg.Length{4, 3}
		p.Add(line)
	}
	return d
}

// withInfinity marks an axis up to high, and infinity above.
type withInfinity struct {
	ticks
	infinity, high float64
}

// Ticks implements [plot.Ticker].
func (t withInfinity) Ticks(low, _ float64) []plot.Tick {
	return append(t.ticks.Ticks(low, t.high), plot.Tick{Value: t.infinity, Label: "∞"})
}

// barGlyph returns the glyph of bars of a degree.
func (d *chart) barGlyph(p *picture, degree int) glyph {
	i, s := seriesStyle(degree)
	if degree < int(numShapes) {
		s = shape(degree)
	}
	return glyph{ink: i, shape: s, radius: p.px(d.radius), cover: 0.8}
}

// hollow returns the outline of a glyph, opaque.
func (g glyph) hollow(line float64) glyph {
	g.line, g.cover = line, 1
	return g
}

// place moves a glyph to a bar.
func (d *chart) place(at panel, g glyph, b ph.Bar) glyph {
	g.x = at.x(d.unit.of(b.Birth))
	if b.Essential() {
		g.y = at.y(d.infinity)
	} else {
		g.y = at.y(d.unit.of(b.Death))
	}
	return g
}

// marks returns what a scene shows in a panel of a picture, from the back to the
// front.
func (d *chart) marks(p *picture, panel int, s *Scene) []mark {
	at := p.panels[panel]
	var marks []mark
	for _, g := range s.Target {
		glyph := d.barGlyph(p, g.Degree).hollow(p.px(1.1))
		for _, b := range g.Bars {
			marks = append(marks, d.place(at, glyph, b))
		}
	}
	var joined []mark
	for _, m := range s.Matches {
		a, hasA := barOf(s.Diagrams, m.Degree, m.A)
		b, hasB := barOf(s.Target, m.Degree, m.B)
		switch {
		case hasA && hasB:
		case hasA:
			b = toDiagonal(a)
		case hasB:
			a = toDiagonal(b)
		default:
			continue
		}
		from, to := d.place(at, glyph{}, a), d.place(at, glyph{}, b)
		joined = append(joined, segment{x0: from.x, y0: from.y, x1: to.x, y1: to.y, width: p.px(1.3), ink: black})
		for _, end := range []struct {
			bar ph.Bar
			has bool
		}{{a, hasA}, {b, hasB}} {
			if end.has {
				ring := d.barGlyph(p, m.Degree).hollow(p.px(1.2))
				ring.radius += p.px(1.6)
				ring.ink = black
				joined = append(joined, d.place(at, ring, end.bar))
			}
		}
	}
	for _, g := range s.Diagrams {
		glyph := d.barGlyph(p, g.Degree)
		for _, b := range g.Bars {
			marks = append(marks, d.place(at, glyph, b))
		}
	}
	return append(marks, joined...)
}

// toDiagonal returns the point of the diagonal that a bar is nearest to.
func toDiagonal(b ph.Bar) ph.Bar {
	middle := b.Birth/2 + b.Death/2 // the sum may overflow
	return ph.Bar{Birth: middle, Death: middle}
}

// legend names the degrees, below the diagonal, where no bar can be.
func (d *chart) legend(p *picture, panel int) {
	var keys []key
	for degree, there := range d.degrees {
		if there {
			keys = append(keys, key{d.barGlyph(p, degree), degreeName(degree)})
		}
	}
	if d.target {
		target := d.barGlyph(p, 0).hollow(p.px(1.1))
		target.ink = grey
		keys = append(keys, key{target, "target"})
	}
	for i := range keys {
		keys[i].sample.radius, keys[i].sample.cover = p.px(3.2), 1
	}
	area := p.panels[panel].area
	x := float64(area.Max.X) - p.px(float64(legendWidth(keys))+6)
	y := float64(area.Max.Y) - p.px(12+legendLine*float64(len(keys)-1))
	p.legend(x, y, keys)
}
