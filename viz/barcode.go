package viz

import (
	"fmt"
	"image/png"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Barcode draws the bars of the scene's diagrams as a PNG, each as a line from its
// birth to its death, degree by degree. An essential bar ends in an arrow.
func Barcode(w io.Writer, s Scene) error {
	if err := s.check(); err != nil {
		return err
	}
	p, marks := drawBarcode(&s)
	p.draw(0, marks)
	return png.Encode(w, p.canvas)
}

func drawBarcode(s *Scene) (*picture, []mark) {
	const width, height, head = 7 * vg.Inch, 4.2 * vg.Inch, 28
	pl := newPlot("length", "")
	var low, high float64
	var groups []plot.Tick
	const gap = 1.5 // between degrees, in rows
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
		row += n + gap
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
	pl.Y.Min, pl.Y.Max = -(row-gap)-0.5, 1.5
	if row == 0 {
		pl.Y.Min = -1
	}
	pl.Y.Tick.Marker = plot.ConstantTicks(groups)
	pl.Y.Tick.Length, pl.Y.LineStyle.Width = 0, 0
	lines := gridLines()
	lines.Horizontal.Width = 0
	pl.Add(lines)

	p := newPicture(width, height, stillDPI, cell{pl, free, 8, width - 8, head, height - 6})
	p.title(s.Title)
	at := p.panels[0]
	thick := min(p.px(3.4), 0.72*(at.y(-1)-at.y(0)))
	var marks []mark
	row = 0
	for _, d := range s.Diagrams {
		if len(d.Bars) == 0 {
			continue
		}
		ink, _ := seriesStyle(d.Degree)
		for _, b := range d.Bars {
			y := at.y(-row)
			bar := segment{x0: at.x(unit.of(b.Birth)), y0: y, y1: y, width: thick, ink: ink}
			if b.Essential() {
				tip := float64(at.area.Max.X) - 1
				size := max(2.5*thick, p.px(4))
				bar.x1 = tip - size/2
				for k := -1.0; k <= 1; k += 2 {
					marks = append(marks, segment{x0: tip - size, y0: y + k*size*0.6, x1: tip, y1: y, width: max(thick, p.px(1.2)), ink: ink})
				}
			} else {
				bar.x1 = at.x(unit.of(b.Death))
			}
			marks = append(marks, bar)
			row++
		}
		row += gap
	}
	return p, marks
}
