package cubical

import (
	"context"
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A grid is the filtered complex of cubes of an image, a [ph.Filtration]. [ph.Compute] reduces
// its matrix, with which tests compare.
//
// Cells are the points of a grid of about twice the resolution of the image: 2n+3 points
// along an axis of n pixels. Pixel i is at coordinate 2i+2. In the V-construction pixels are
// vertices, and an odd coordinate stands for the interval between two pixels. In the
// T-construction pixels are intervals along each axis, and an odd coordinate stands for the
// common end of two intervals. The dimension of a cell is the number of axes along which the
// cell is an interval. Its cofacets are its neighbors along the other axes. Around the cells
// the grid has a frame of points without a cell, so that no code needs to test bounds.
//
// The rank of a pixel is the number of pixels that enter before it. The place of a cell is
// its index in the grid, row by row. A cell has the value of one of the pixels next to it: in
// the V-construction of the last pixel to enter, in the T-construction of the first one.
// Cells are ordered by the rank of this pixel, then by place. This order is total, and no
// cell comes before its boundary.
//
// All arrays together take 16 bytes for each point of the grid.
type grid struct {
	order  []int32   // pixels by rank
	levels []float64 // for each rank the level at which the pixel enters
	first  bool      // whether a cell has the value of its first pixel, as in the T-construction

	places []int32       // for each rank the place of the pixel
	size   []int         // the number of points of the grid along each axis
	stride []int32       // the difference of places of neighbors along each axis
	ranks  []int32       // for each place the rank of the pixel of the cell, absent in the frame
	number []int32       // for each place the number of the cell in its dimension, absent in the frame
	cells  [4][]gridCell // the cells of each dimension, in order
}

// A gridCell is a cell with the rank of the pixel whose value it has.
type gridCell struct {
	place uint32 // the place times 8; bit a is set if the coordinate along axis a is odd
	rank  int32
}

// beginGrid sets c to the complex of an image. order has the pixels in the order in which
// they enter.
func beginGrid[T ph.Float](ctx context.Context, c *grid, m Image[T], o Options, order *order) error {
	stop := parallel.StopOf(ctx)
	c.order, c.first = order.pixels, o.Construction == TopCells
	sign := 1.0
	if o.Superlevel {
		sign = -1
	}
	c.levels = reuse.Slice(c.levels, len(m.Values))
	for rank, pixel := range c.order {
		c.levels[rank] = sign*float64(m.Values[pixel]) + 0 // +0 makes a −0 a 0
	}
	c.size, c.stride = reuse.Slice(c.size, len(m.Shape)), reuse.Slice(c.stride, len(m.Shape))
	total := 1
	for axis := len(m.Shape) - 1; axis >= 0; axis-- {
		c.size[axis] = 2*m.Shape[axis] + 3
		c.stride[axis] = int32(total)
		total *= c.size[axis]
	}
	c.ranks, c.number = reuse.Slice(c.ranks, total), reuse.Slice(c.number, total)
	for i := range c.ranks {
		c.ranks[i] = absent
	}
	c.placePixels(m.Shape)
	for axis := range m.Shape {
		if stop.Requested() {
			return ctx.Err()
		}
		c.spread(axis)
	}
	if !c.numberCells(stop) {
		return ctx.Err()
	}
	return nil
}

// placePixels sets the places of pixels and the ranks of these places.
func (c *grid) placePixels(shape []int) {
	c.places = reuse.Slice(c.places, len(c.order))
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	planes, plane := 1, int32(0)
	first := 2*c.stride[len(shape)-2] + 2
	if len(shape) == 3 {
		planes, plane = shape[0], c.stride[0]
		first += 2 * plane
	}
	pixel := 0
	for k := range int32(planes) {
		for i := range int32(rows) {
			at := first + 2*k*plane + 2*i*c.stride[len(shape)-2]
			for range columns {
				c.number[pixel] = at // number serves as a scratch list here
				pixel++
				at += 2
			}
		}
	}
	for rank, pixel := range c.order {
		at := c.number[pixel]
		c.places[rank], c.ranks[at] = at, int32(rank)
	}
	for i := range c.number {
		c.number[i] = absent
	}
}

// spread sets the ranks of the places whose coordinate along an axis is odd, from the ranks
// of their two neighbors along this axis. It is called for one axis after another. So
// coordinates along lower axes are any, and those along higher axes are even.
func (c *grid) spread(axis int) {
	var from, step, end [3]int
	for k := range 3 {
		end[k], step[k] = 1, 1
		a := k - 3 + len(c.size)
		if a < 0 {
			continue
		}
		end[k] = c.size[a]
		switch {
		case a == axis:
			from[k], step[k] = 1, 2
		case a > axis:
			step[k] = 2
		}
	}
	s := c.stride[axis]
	for x := from[0]; x < end[0]; x += step[0] {
		for y := from[1]; y < end[1]; y += step[1] {
			row := int32((x*end[1] + y) * end[2])
			for at := row + int32(from[2]); at < row+int32(end[2]); at += int32(step[2]) {
				p, q := uint32(c.ranks[at-s]), uint32(c.ranks[at+s])
				if c.first {
					c.ranks[at] = int32(min(p, q))
				} else {
					c.ranks[at] = int32(max(p, q)) // absent if p or q is absent
				}
			}
		}
	}
}

// An offset leads from the place of a pixel to the place of a neighbor.
type offset struct {
	by  int32 // the difference of the places
	odd uint8 // bit a is set if the two differ along axis a
	dim uint8 // the dimension of the cell at the neighbor
}

// numberCells numbers the cells. It visits the pixels in the order of their ranks, and
// numbers the cells around each pixel that have the rank of this pixel. It returns false if
// a stop is requested.
func (c *grid) numberCells(stop parallel.Stop) bool {
	var room [54]offset
	around := append(room[:0], offset{})
	for axis, s := range c.stride { // from the greatest stride on, so that offsets ascend
		n := len(around)
		for i := range n {
			o := around[i]
			around = append(around, offset{o.by - s, o.odd | 1<<axis, 0}, o, offset{o.by + s, o.odd | 1<<axis, 0})
		}
		around = append(around[:0], around[n:]...)
	}
	for i := range around {
		o := &around[i]
		odd := uint8(bits.OnesCount8(o.odd))
		if o.dim = odd; c.first {
			o.dim = uint8(len(c.stride)) - odd
		}
	}
	for d := range c.cells {
		c.cells[d] = c.cells[d][:0]
	}
	for rank, at := range c.places {
		if rank&0xfff == 0 && stop.Requested() {
			return false
		}
		for _, o := range around {
			q := at + o.by
			if c.ranks[q] == int32(rank) {
				list := &c.cells[o.dim]
				c.number[q] = int32(len(*list))
				*list = append(*list, gridCell{uint32(q)<<3 | uint32(o.odd), int32(rank)})
			}
		}
	}
	return true
}

// Len returns the number of cells of a dimension.
func (c *grid) Len(dim int) int {
	if dim >= len(c.cells) {
		return 0
	}
	return len(c.cells[dim])
}

// Value returns the level at which a cell enters.
func (c *grid) Value(dim, i int) float64 { return c.levels[c.cells[dim][i].rank] }

// Cell returns {i, i} for the pixel i whose value a cell has.
func (c *grid) Cell(dim, i int) ph.Cell {
	p := c.order[c.cells[dim][i].rank]
	return ph.Cell{U: p, V: p}
}

// AppendCofacets appends the cofacets of a cell. Count the intervals of a cube from 0: in its
// boundary the upper side along interval k has the sign (−1)^k, the lower side −(−1)^k.
func (c *grid) AppendCofacets(dst []int32, dim, i int) []int32 {
	place := c.cells[dim][i].place
	at, odd := int32(place>>3), place
	sign := int32(0) // 0 for the sign 1, −1 for the sign −1: then x^sign is x or ^x
	for axis, s := range c.stride {
		if (odd>>axis&1 != 0) != c.first { // an interval along this axis
			sign = ^sign
			continue
		}
		if q := c.number[at-s]; q != absent {
			dst = append(dst, q^sign)
		}
		if q := c.number[at+s]; q != absent {
			dst = append(dst, q^^sign)
		}
	}
	return dst
}
