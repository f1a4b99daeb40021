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
	area    [side * side]int32      // the covered part of each pixel, of fullArea
	crosses [side * samples][]cross // along each sample line
}

// A cross is where an edge meets a sample line: at x, descending or ascending.
type cross struct{ x, winding int }

// fill draws a closed polygon (by the non-zero winding rule), with antialiased
// borders.
func (c *canvas) fill(cloth *cloth, p path) {
	for i := range p {
		c.edge(p[i], p[(i+1)%len(p)])
	}
	c.paint(cloth)
}

// stroke draws a line of some width along points.
func (c *canvas) stroke(cloth *cloth, width int, along ...point) {
	for i := 1; i < len(along); i++ {
		a, b := along[i-1], along[i]
		dx, dy := b.x-a.x, b.y-a.y
		// A square root is the same everywhere: IEEE 754 wants it correctly rounded.
		length := int(math.Sqrt(float64(dx*dx + dy*dy)))
		if length == 0 {
			continue
		}
		nx, ny := -dy*width/(2*length), dx*width/(2*length)
		quad := [4]point{{a.x + nx, a.y + ny}, {a.x - nx, a.y - ny}, {b.x - nx, b.y - ny}, {b.x + nx, b.y + ny}}
		for i := range quad {
			c.edge(quad[i], quad[(i+1)%4])
		}
	}
	c.paint(cloth)
}

// edge adds an edge of the shape to paint: its crosses with the sample lines.
func (c *canvas) edge(a, b point) {
	winding := 1
	if a.y > b.y {
		a, b, winding = b, a, -1
	}
	x0, y0, x1, y1 := a.x*subunit, a.y*subunit, b.x*subunit, b.y*subunit
	first := max(0, (y0+spacing/2-1)/spacing) // the first line at y0 or below
	for line := first; line < len(c.crosses); line++ {
		y := line*spacing + spacing/2
		if y >= y1 {
			break
		}
		x := x0 + (x1-x0)*(y-y0)/(y1-y0)
		c.crosses[line] = append(c.crosses[line], cross{x, winding})
	}
}

// paint covers the inside of the edges with the cloth, and forgets the edges.
func (c *canvas) paint(cloth *cloth) {
	for line, crosses := range &c.crosses {
		if len(crosses) == 0 {
			continue
		}
		slices.SortFunc(crosses, func(a, b cross) int { return a.x - b.x })
		row := c.area[line/samples*side:][:side]
		winding := 0
		for i, at := range crosses {
			if winding != 0 {
				span(row, crosses[i-1].x, at.x)
			}
			winding += at.winding
		}
		c.crosses[line] = crosses[:0]
	}
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
