package viz

import (
	"image"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/topogen/topogen/ph"
	"gonum.org/v1/plot/vg"
)

// A Representative is what stands for a bar in a cloud.
type Representative struct {
	Degree, Bar int       // bar Bar of the scene's diagram of a degree
	Edges       []ph.Cell // between points of Cloud: those of a cycle, for instance
}

// Representatives draws the barcode of the degrees that have representatives beside the
// cloud. Each representative and its bar have one colour and one number, in the order of the
// scene; all other bars are grey. Representatives of degree 2 and higher have thin lines.
func Representatives(w io.Writer, format Format, s Scene) error {
	if err := s.check(); err != nil {
		return err
	}
	p := drawRepresentatives(format, &s)
	return p.encode(w)
}

func drawRepresentatives(format Format, s *Scene) *picture {
	const width, height, head, middle = 9.6 * vg.Inch, 4.6 * vg.Inch, 28, 5 * vg.Inch
	shown := *s
	shown.Diagrams = slices.DeleteFunc(slices.Clone(s.Diagrams), func(d ph.Diagram) bool {
		return !slices.ContainsFunc(s.Representatives, func(r Representative) bool { return r.Degree == d.Degree })
	})
	b, v := newBarcode(&shown), newView([]Scene{*s}, 0)
	p := newPicture(format, width, height,
		cell{b.plot, free, 8, middle - 3*numberRadius, head, height - 6},
		cell{v.plot, widened, middle + 8, width - 8, head, height - 6})
	p.title(s.Title)
	p.cloudLegend(v, float64(width)-8)
	bars, ends := b.marks(p, 0, &shown)
	p.draw(0, bars)
	p.draw(1, v.marks(p, 1, s, 0))

	var taken [][2]float64
	for k, end := range ends {
		at := p.rightOf(end, taken)
		p.number(at, k)
		taken = append(taken, at)
	}
	taken = nil
	area := p.panels[1].area
	for k, r := range s.Representatives {
		var places [][2]float64
		for _, e := range r.Edges {
			for _, i := range [2]int32{e.U, e.V} {
				x, y, _ := v.project(coordinates(s.Cloud.At(int(i))), firstAzimuth)
				x, y = p.panels[1].x(x), p.panels[1].y(y)
				if image.Pt(int(x), int(y)).In(area) {
					places = append(places, [2]float64{x, y})
				}
			}
		}
		if len(places) > 0 {
			at := roomiest(places, taken)
			p.number(at, k)
			taken = append(taken, at)
		}
	}
	return p
}

// representativeInk returns the ink of a representative. Blue is left to points.
func representativeInk(k int) ink {
	i, _ := seriesStyle(1 + k%(len(seriesInks)-1))
	return i
}

const numberRadius = 5.5 // points, of the disc around a number

// number draws the number of a representative at a place.
func (p *picture) number(at [2]float64, k int) {
	text, face := strconv.Itoa(k+1), newTypeface(textSize-2, p.dpi)
	disc := glyph{x: at[0], y: at[1], radius: p.px(numberRadius), ink: representativeInk(k), edge: true}
	p.add(disc, label{at[0] - face.width(text)/2, at[1] + face.height()/2, text, face, paper})
}

// rightOf returns the first place right of the end of a bar where a number covers none of
// those at taken places.
func (p *picture) rightOf(end [2]float64, taken [][2]float64) [2]float64 {
	room := 2.2 * p.px(numberRadius)
	at := [2]float64{end[0] + 0.6*room, end[1]}
	for covers := true; covers; {
		covers = false
		for _, t := range taken {
			if math.Hypot(at[0]-t[0], at[1]-t[1]) < 0.99*room {
				at[0], covers = t[0]+room, true
			}
		}
	}
	return at
}

// roomiest returns the place that is farthest from all taken ones. If none is taken, it
// returns the highest.
func roomiest(places, taken [][2]float64) (best [2]float64) {
	most := math.Inf(-1)
	for _, at := range places {
		room := -at[1]
		if len(taken) > 0 {
			room = math.Inf(1)
		}
		for _, t := range taken {
			room = min(room, math.Hypot(at[0]-t[0], at[1]-t[1]))
		}
		if room > most {
			best, most = at, room
		}
	}
	return best
}
