package viz

import (
	"fmt"
	"io"

	"github.com/topogen/topogen/ph"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Barcode draws the bars of the scene's diagrams, each as a line from its birth to its
// death, degree by degree. An essential bar ends in an arrow. Bars that have a representative
// are as [Representatives] draws them.
func Barcode(w io.Writer, format Format, s Scene) error {
	if err := s.check(); err != nil {
		return err
	}
	p, marks := drawBarcode(format, &s)
	p.draw(0, marks)
	return p.encode(w)
}

func drawBarcode(format Format, s *Scene) (*picture, []mark) {
	const width, height, head = 7 * vg.Inch, 4.2 * vg.Inch, 28
	b := newBarcode(s)
	p := newPicture(format, width, height, cell{b.plot, free, 8, width - 8, head, height - 6})
	p.title(s.Title)
	marks, _ := b.marks(p, 0, s)
	return p, marks
}

// A barcode is the axes of bars, which lie one below the other.
type barcode struct {
	plot *plot.Plot
	unit unit // of births and deaths on the axis
}

// degreeGap is the space between degrees, in rows.
const degreeGap = 1.5

// newBarcode returns a barcode with room for the diagrams of a scene.
func newBarcode(s *Scene) *barcode {
	pl := newPlot("length", "")
	var low, high float64
	var groups []plot.Tick
	row := 0.0
	for _, d := range s.Diagrams {
		if len(d.Bars) == 0 {
			continue
		}
		for _, b := range d.Bars {
			low, high = min(low, b.Birth), max(high, b.Birth)
			if !b.Essential() {
				high = max(high, b.Death)
			}
		}
		n := float64(len(d.Bars))
		groups = append(groups, plot.Tick{Value: -(row + (n-1)/2), Label: fmt.Sprintf("degree %d (%d)", d.Degree, len(d.Bars))})
		row += n + degreeGap
	}
	if s.Limit > 0 {
		high = s.Limit
	}
	if high == low {
		high = low + 1
	}
	unit := unitOf(low, high)
	low, high = unit.of(low), unit.of(high)
	pl.X.Tick.Marker = ticks{unit: unit}
	pl.X.Min, pl.X.Max = low, high+0.06*(high-low)
	pl.Y.Min, pl.Y.Max = -(row-degreeGap)-0.5, 1.5
	if row == 0 {
		pl.Y.Min = -1
	}
	pl.Y.Tick.Marker = plot.ConstantTicks(groups)
	pl.Y.Tick.Length, pl.Y.LineStyle.Width = 0, 0
	lines := gridLines()
	lines.Horizontal.Width = 0
	pl.Add(lines)
	return &barcode{pl, unit}
}

// marks returns the bars in a panel of a picture, from the back to the front, and the right
// end of the bar of each representative.
func (b *barcode) marks(p *picture, panel int, s *Scene) (marks []mark, ends [][2]float64) {
	at := p.panels[panel]
	thick := min(p.px(3.4), 0.72*(at.y(-1)-at.y(0)))
	draw := func(bar ph.Bar, y, thick float64, style segment) (right float64) {
		style.x0, style.y0, style.y1, style.width = at.x(b.unit.of(bar.Birth)), y, y, thick
		if !bar.Essential() {
			style.x1 = at.x(b.unit.of(bar.Death))
			marks = append(marks, style)
			return style.x1
		}
		tip := float64(at.area.Max.X) - 1
		size := max(2.5*thick, p.px(4))
		style.x1 = tip - size/2
		for k := -1.0; k <= 1; k += 2 {
			head := style
			head.x0, head.y0, head.x1, head.width = tip-size, y+k*size*0.6, tip, max(thick, p.px(1.2))
			marks = append(marks, head)
		}
		marks = append(marks, style)
		return tip
	}
	type bar struct{ degree, index int }
	rows := make(map[bar]float64) // of bars with representatives
	for _, r := range s.Representatives {
		rows[bar{r.Degree, r.Bar}] = 0
	}
	row := 0.0
	for _, d := range s.Diagrams {
		if len(d.Bars) == 0 {
			continue
		}
		ink, _ := seriesStyle(d.Degree)
		style := segment{ink: ink}
		if len(rows) > 0 {
			style = segment{ink: grey, cover: 0.6}
		}
		for i, of := range d.Bars {
			id := bar{d.Degree, i}
			if _, ok := rows[id]; ok {
				rows[id] = at.y(-row)
			} else {
				draw(of, at.y(-row), thick, style)
			}
			row++
		}
		row += degreeGap
	}
	ends = make([][2]float64, len(s.Representatives))
	for k, r := range s.Representatives {
		of, _ := barOf(s.Diagrams, r.Degree, r.Bar)
		y := rows[bar{r.Degree, r.Bar}]
		ends[k] = [2]float64{draw(of, y, max(thick, p.px(2)), segment{ink: representativeInk(k)}), y}
	}
	return marks, ends
}
