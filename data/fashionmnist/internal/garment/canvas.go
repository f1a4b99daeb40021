package garment

import (
	"math"
	"slices"
)

const side = 28

// A point is given in tenths of a pixel: the canvas is 280 by 280, its origin at
// the top left.
type point struct{ x, y int }

// A path is a closed polygon.
type path []point

// Inside, lengths are in subunits, 16 to a tenth of a pixel, and a row of pixels
// is sampled along five lines.
const (
	subunit  = 16
	pixel    = 10 * subunit
	samples  = 5
	spacing  = pixel / samples
	fullArea = pixel * samples
)

// A canvas is a grey image to draw on. All arithmetic is of integers, so that
// every machine draws the same.
type canvas struct {
	pix     *[side * side]uint8
	area    [side * side]int32 // the covered part of each pixel, of fullArea
	edges   []edge
	crosses []cross
}

// An edge of a polygon, from top to bottom, in subunits.
type edge struct{ x0, y0, x1, y1, winding int }

// A cross is where an edge meets a sample line.
type cross struct{ x, winding int }

// fill draws the union of closed polygons (by the non-zero winding rule), with
// antialiased borders.
func (c *canvas) fill(cloth *cloth, paths ...path) {
	c.edges = c.edges[:0]
	for _, p := range paths {
		for i := range p {
			c.addEdge(p[i], p[(i+1)%len(p)])
		}
	}
	c.cover()
	for i, area := range &c.area {
		if area == 0 {
			continue
		}
		tone := int32(cloth.at(i%side, i/side))
		old := int32(c.pix[i])
		c.pix[i] = uint8(old + (tone-old)*area/fullArea)
		c.area[i] = 0
	}
}

func (c *canvas) addEdge(a, b point) {
	e := edge{a.x * subunit, a.y * subunit, b.x * subunit, b.y * subunit, 1}
	if e.y0 > e.y1 {
		e = edge{e.x1, e.y1, e.x0, e.y0, -1}
	}
	if e.y0 < e.y1 {
		c.edges = append(c.edges, e)
	}
}

// cover measures how much of each pixel lies within the edges.
func (c *canvas) cover() {
	for line := range side * samples {
		y := line*spacing + spacing/2
		c.crosses = c.crosses[:0]
		for _, e := range c.edges {
			if e.y0 <= y && y < e.y1 {
				x := e.x0 + (e.x1-e.x0)*(y-e.y0)/(e.y1-e.y0)
				c.crosses = append(c.crosses, cross{x, e.winding})
			}
		}
		slices.SortFunc(c.crosses, func(a, b cross) int { return a.x - b.x })
		row := c.area[line/samples*side:][:side]
		winding := 0
		for i, at := range c.crosses {
			if winding != 0 {
				span(row, c.crosses[i-1].x, at.x)
			}
			winding += at.winding
		}
	}
}

// span adds the part of a sample line from x0 to x1 to a row of pixels.
func span(row []int32, x0, x1 int) {
	x0, x1 = max(x0, 0), min(x1, side*pixel)
	for x0 < x1 {
		i := x0 / pixel
		end := min(x1, (i+1)*pixel)
		row[i] += int32(end - x0)
		x0 = end
	}
}

// stroke draws a line of some width along points.
func (c *canvas) stroke(cloth *cloth, width int, along ...point) {
	var quads []path
	for i := 1; i < len(along); i++ {
		a, b := along[i-1], along[i]
		dx, dy := b.x-a.x, b.y-a.y
		// A square root is the same everywhere: IEEE 754 wants it correctly rounded.
		length := int(math.Sqrt(float64(dx*dx + dy*dy)))
		if length == 0 {
			continue
		}
		nx, ny := -dy*width/(2*length), dx*width/(2*length)
		quads = append(quads, path{
			{a.x + nx, a.y + ny}, {a.x - nx, a.y - ny},
			{b.x - nx, b.y - ny}, {b.x + nx, b.y + ny},
		})
	}
	c.fill(cloth, quads...)
}

// symmetric closes a line that descends on the left of the middle with its mirror
// image on the right. The line's points are (distance from the middle, y).
func symmetric(half ...point) path {
	p := make(path, 0, 2*len(half))
	for _, q := range half {
		p = append(p, point{middle - q.x, q.y})
	}
	for _, q := range slices.Backward(half) {
		p = append(p, point{middle + q.x, q.y})
	}
	return p
}

const middle = side * 10 / 2

// mirrored returns the path's mirror image.
func (p path) mirrored() path {
	m := make(path, len(p))
	for i, q := range p {
		m[i] = point{2*middle - q.x, q.y}
	}
	return m
}

// rounded returns the path with its corners cut off (Chaikin 1974): twice is
// nearly a smooth curve.
func (p path) rounded() path {
	r := make(path, 0, 2*len(p))
	for i, a := range p {
		b := p[(i+1)%len(p)]
		r = append(r, point{(3*a.x + b.x) / 4, (3*a.y + b.y) / 4}, point{(a.x + 3*b.x) / 4, (a.y + 3*b.y) / 4})
	}
	return r
}

// curve returns points along the quadratic Bézier curve from a to b that leaves
// and arrives in the direction of c.
func curve(a, c, b point) []point {
	const n = 8
	points := make([]point, n+1)
	for i := range points {
		j := n - i
		points[i] = point{
			(j*j*a.x + 2*i*j*c.x + i*i*b.x) / (n * n),
			(j*j*a.y + 2*i*j*c.y + i*i*b.y) / (n * n),
		}
	}
	return points
}
