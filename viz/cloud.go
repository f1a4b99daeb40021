package viz

import (
	"io"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Cloud draws the scene's clouds, edges and representatives: edges orange, true edges black,
// each representative in a colour of its own.
func Cloud(w io.Writer, format Format, s Scene) error {
	if err := s.check(); err != nil {
		return err
	}
	p, marks := drawCloud(format, &s)
	p.draw(0, marks)
	return p.encode(w)
}

func drawCloud(format Format, s *Scene) (*picture, []mark) {
	const width, height, head = 5.2 * vg.Inch, 5.2 * vg.Inch, 28
	v := newView([]Scene{*s}, 0)
	p := newPicture(format, width, height, cell{v.plot, widened, 8, width - 8, head, height - 6})
	p.title(s.Title)
	p.cloudLegend(v, float64(width)-8)
	return p, v.marks(p, 0, s, 0)
}

// A view is how clouds are seen: their axes, and for clouds in R³ the camera.
type view struct {
	plot      *plot.Plot
	axes      [3]string // the names of the coordinates
	solid     bool      // in R³
	middle    [3]float64
	half      [3]float64 // of the box around all points
	both      bool       // there are two clouds, to be told apart
	glyphSize float64    // points
}

// elevation is the camera's height above the horizon, firstAzimuth its
// direction at the start.
const (
	elevation    = 25 * math.Pi / 180
	firstAzimuth = -60 * math.Pi / 180
)

// newView returns a view that shows the clouds of all scenes while the camera
// turns by the given angle.
func newView(scenes []Scene, turn float64) *view {
	v := &view{plot: newPlot("", "")}
	copy(v.axes[:], scenes[0].Axes)
	low := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	high := [3]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	points := 0
	for _, s := range scenes {
		for _, c := range []*ph.Points[float32]{s.True, s.Cloud} {
			if c == nil {
				continue
			}
			v.solid = v.solid || c.Dim > 2
			points = max(points, c.Len())
			for i := range c.Len() {
				for k, x := range coordinates(c.At(i)) {
					low[k], high[k] = min(low[k], x), max(high[k], x)
				}
			}
		}
		v.both = v.both || s.True != nil && s.Cloud != nil
	}
	if points == 0 {
		low, high = [3]float64{}, [3]float64{}
	}
	for k := range low {
		v.middle[k], v.half[k] = (low[k]+high[k])/2, (high[k]-low[k])/2
	}
	v.glyphSize = min(max(40/math.Sqrt(float64(points+1)), 1.1), 3.2)

	shown := window{Window: Window{low[0], high[0], low[1], high[1]}, set: true}
	asked := scenes[0].Window
	switch {
	case v.solid:
		v.plot.HideAxes()
		shown.set = false
		for step := range 33 {
			for _, corner := range v.corners() {
				x, y, _ := v.project(corner, firstAzimuth+turn*float64(step)/32)
				shown.add(x, y)
			}
		}
		if v.axes != [3]string{} {
			shown.makeRoom(0.1, 0.05)
		}
		shown.apply(v.plot)
	case asked != Window{}:
		v.plot.X.Min, v.plot.X.Max, v.plot.Y.Min, v.plot.Y.Max = asked.XMin, asked.XMax, asked.YMin, asked.YMax
	default:
		shown.apply(v.plot)
	}
	if !v.solid {
		v.plot.X.Label.Text, v.plot.Y.Label.Text = v.axes[0], v.axes[1]
		v.plot.Add(gridLines())
	}
	return v
}

// corners returns the corners of the box around all points. The bits of a corner's
// number say on which side it is.
func (v *view) corners() (corners [8][3]float64) {
	for i := range corners {
		for k := range 3 {
			corners[i][k] = v.middle[k] + v.half[k]*float64(i>>k&1*2-1)
		}
	}
	return corners
}

// coordinates returns the first three coordinates of a point, 0 where it has
// fewer.
func coordinates(point []float32) (p [3]float64) {
	for k := range min(3, len(point)) {
		p[k] = float64(point[k])
	}
	return p
}

// project returns where a point is seen from an azimuth, and how near it is, from
// 0 to 1.
func (v *view) project(p [3]float64, azimuth float64) (x, y, near float64) {
	if !v.solid {
		return p[0], p[1], 1
	}
	for k := range p {
		p[k] -= v.middle[k]
	}
	sin, cos := math.Sincos(azimuth)
	forward := cos*p[0] + sin*p[1] // towards the camera, on the ground
	x = cos*p[1] - sin*p[0]
	y = math.Cos(elevation)*p[2] - math.Sin(elevation)*forward
	depth := math.Cos(elevation)*forward + math.Sin(elevation)*p[2]
	reach := math.Cos(elevation)*math.Hypot(v.half[0], v.half[1]) + math.Sin(elevation)*v.half[2]
	if reach == 0 {
		return x, y, 1
	}
	return x, y, (1 + depth/reach) / 2
}

// manyPoints is the number of points that hide lines in the plane.
const manyPoints = 300

// marks returns what a scene shows in a panel of a picture, from the back to the
// front. turn is the camera's turn in radians.
func (v *view) marks(p *picture, panel int, s *Scene, turn float64) []mark {
	azimuth := firstAzimuth + turn
	at := p.panels[panel]
	place := func(c *ph.Points[float32], i int) (x, y, near float64) {
		x, y, near = v.project(coordinates(c.At(i)), azimuth)
		return at.x(x), at.y(y), near
	}
	var marks []mark
	if v.solid {
		marks = append(v.box(p, at, azimuth), v.names(p, at, azimuth)...)
	}
	type point struct {
		glyph
		near float64
	}
	var points []point
	add := func(c *ph.Points[float32], style glyph) {
		if c == nil {
			return
		}
		for i := range c.Len() {
			g := style
			x, y, near := place(c, i)
			g.x, g.y = x, y
			if v.solid {
				g.radius *= 0.7 + 0.5*near
				g.cover = 0.45 + 0.55*near
			}
			points = append(points, point{g, near})
		}
	}
	add(s.True, v.trueGlyph(p))
	add(s.Cloud, v.glyph(p))
	if v.solid {
		slices.SortStableFunc(points, func(a, b point) int {
			switch {
			case a.near < b.near:
				return -1
			case a.near > b.near:
				return 1
			}
			return 0
		})
	}
	join := func(c *ph.Points[float32], edges []ph.Cell, ink ink, width float64) {
		for _, e := range edges {
			x0, y0, _ := place(c, int(e.U))
			x1, y1, _ := place(c, int(e.V))
			marks = append(marks, segment{x0: x0, y0: y0, x1: x1, y1: y1, width: p.px(width), ink: ink})
		}
	}
	show := func(points []point) {
		for _, q := range points {
			marks = append(marks, q.glyph)
		}
	}
	behind := 0 // points that edges cover
	if !v.solid && s.True != nil {
		behind = s.True.Len() // many true points would hide the edges
	}
	if !v.solid && s.Cloud != nil && s.Cloud.Len() > manyPoints {
		behind = len(points) // so would others
	}
	show(points[:behind])
	const thick, thin = 1.8, 0.6
	for _, surface := range [...]bool{true, false} { // with many edges, thus behind
		width := thick
		if surface {
			width = thin
		}
		for k, r := range slices.Backward(s.Representatives) { // the first one in front
			if surface == (r.Degree > 1) {
				join(s.Cloud, r.Edges, representativeInk(k), width)
			}
		}
	}
	join(s.True, s.TrueEdges, black, thick)
	join(s.Cloud, s.Edges, orange, thick)
	show(points[behind:])
	return marks
}

func (v *view) glyph(p *picture) glyph {
	return glyph{ink: blue, radius: p.px(v.glyphSize), edge: true}
}

func (v *view) trueGlyph(p *picture) glyph {
	return glyph{ink: grey, radius: p.px(v.glyphSize), line: p.px(0.9)}
}

// box returns the edges of the box around all points, but for those that would
// stand in front of the points.
func (v *view) box(p *picture, at panel, azimuth float64) []mark {
	x, y, nearest := v.cornersOn(at, azimuth)
	var marks []mark
	for i := range x {
		for k := range 3 {
			if j := i | 1<<k; j != i && i != nearest && j != nearest {
				marks = append(marks, segment{x0: x[i], y0: y[i], x1: x[j], y1: y[j], width: p.px(0.8), ink: grey, cover: 0.5})
			}
		}
	}
	return marks
}

// cornersOn returns where the corners of the box are in a panel, and the number of the nearest.
func (v *view) cornersOn(at panel, azimuth float64) (x, y [8]float64, nearest int) {
	var near [8]float64
	for i, q := range v.corners() {
		x[i], y[i], near[i] = v.project(q, azimuth)
		x[i], y[i] = at.x(x[i]), at.y(y[i])
		if near[i] > near[nearest] {
			nearest = i
		}
	}
	return x, y, nearest
}

// names returns the names of the three axes as marks. Each stands outside of the drawn box, beside
// an edge that is parallel to its axis: the names of the horizontal axes below the box, that of the
// vertical axis to the left of its upper end.
func (v *view) names(p *picture, at panel, azimuth float64) []mark {
	face := newTypeface(textSize, p.dpi)
	x, y, nearest := v.cornersOn(at, azimuth)
	farthest := nearest ^ 7
	middle := (x[nearest] + x[farthest]) / 2
	var marks []mark
	for k, name := range v.axes {
		if name == "" {
			continue
		}
		from, to := -1, 0 // the ends of the edge
		for i := range x {
			j := i | 1<<k
			if j == i || i == nearest || j == nearest || i == farthest || j == farthest {
				continue
			}
			if from < 0 || k < 2 && y[i]+y[j] > y[from]+y[to] || k == 2 && x[i] < x[from] {
				from, to = i, j
			}
		}
		text := shortened(name)
		width, gap := face.width(text), p.px(5)
		left, base := (x[from]+x[to])/2+gap, (y[from]+y[to])/2+gap+face.height()
		switch {
		case k == 2:
			left, base = x[to]+gap-width, y[to]-gap
		case left-gap < middle:
			left -= 2*gap + width
		}
		left = max(float64(at.area.Min.X), min(left, float64(at.area.Max.X)-width))
		marks = append(marks, label{left, base, text, face, black})
	}
	return marks
}

// shortened returns a name, and of a long one the beginning.
func shortened(name string) string {
	const most = 24
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// cloudLegend tells two clouds apart, in the head of the picture, up to right (in
// points).
func (p *picture) cloudLegend(v *view, right float64) {
	if !v.both {
		return
	}
	for _, k := range []key{{v.trueGlyph(p), "true"}, {v.glyph(p), "cloud"}} {
		keys := []key{k}
		right -= float64(legendWidth(keys))
		p.legend(p.px(right), p.px(15), keys)
		right -= 12
	}
}
