package alpha

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/delaunay"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/radix"
)

// Options say what the values of simplices are. The zero value asks for squared radii.
type Options struct {
	// Radii asks for radii instead of squared radii.
	Radii bool
}

// A Complex is the alpha complex of points in the plane or in space, a [ph.Filtration] and a
// [ph.Simplices]. It is a workspace: built again for points of no larger number it allocates
// next to nothing. The zero value has no points.
type Complex struct {
	options       Options
	dim           int       // of the points
	coords        []float64 // of the points
	triangulation delaunay.Triangulation

	layers [4]layer // by dimension
	faces  faceTable
	radix  radix.Sorter
}

// A layer has the simplices of one dimension, in the order of the filtration.
type layer struct {
	points  []int32   // dim+1 for each simplex, ascending
	values  []float64 // at which simplices enter
	spheres []int32   // the number of the sphere that each value belongs to
	first   int32     // the number of the sphere of simplex 0

	// The cofacets of simplex i are cofacets[starts[i]:starts[i+1]], with signs as in
	// [ph.Filtration].
	starts   []int32
	cofacets []int32

	unsorted unsortedLayer
}

// New returns the alpha complex of points. It takes O(n log n) time for n points spread
// evenly, and n² at worst, in space.
func New[T ph.Float](ctx context.Context, p ph.Points[T], o Options) (*Complex, error) {
	c := new(Complex)
	return c, Build(ctx, c, p, o)
}

// maxPoints is the largest number of points. Numbers of spheres must fit an int32.
const maxPoints = 1 << 25

// Build sets c to the alpha complex of points. It returns an error
//
//   - if the dimension is neither 2 nor 3;
//   - if a coordinate is not finite, with its point;
//   - if the coordinates are so large or so small that float64 cannot hold squared radii;
//   - if ctx is done.
func Build[T ph.Float](ctx context.Context, c *Complex, p ph.Points[T], o Options) error {
	if p.Dim != 2 && p.Dim != 3 {
		return fmt.Errorf("alpha: points of dimension %d: want 2 or 3; a Vietoris–Rips complex takes any", p.Dim)
	}
	if len(p.Coords)%p.Dim != 0 {
		return fmt.Errorf("alpha: %d coordinates do not divide into points of dimension %d", len(p.Coords), p.Dim)
	}
	if p.Len() > maxPoints {
		return fmt.Errorf("alpha: %d points: want at most %d", p.Len(), maxPoints)
	}
	c.options, c.dim, c.coords = o, p.Dim, c.coords[:0]
	largest := 0.0
	for i, v := range p.Coords {
		x := float64(v)
		if x-x != 0 {
			return fmt.Errorf("alpha: coordinate %d of point %d is %v: coordinates must be finite", i%p.Dim, i/p.Dim, x)
		}
		largest = max(largest, math.Abs(x))
		c.coords = append(c.coords, x)
	}
	if largest != 0 && (largest > 0x1p500 || largest < 0x1p-500) {
		return fmt.Errorf("alpha: the largest coordinate is %v: float64 cannot hold squares of distances of this size; multiply all coordinates by a common factor", largest)
	}
	stop := parallel.StopOf(ctx)
	c.triangulation.Build(p.Dim, c.coords, stop)
	if err := ctx.Err(); err != nil {
		return err
	}
	c.list()
	c.evaluate()
	if err := ctx.Err(); err != nil {
		return err
	}
	for d := range c.layers {
		c.sort(d)
	}
	c.number()
	for d := range c.layers {
		for i, v := range c.layers[d].values {
			if math.IsInf(v, 1) {
				return fmt.Errorf("alpha: simplex %v is so flat that its radius overflows float64: move its points, or leave one out", c.Simplex(d, i))
			}
		}
	}
	return ctx.Err()
}

// top returns the dimension of the complex, −1 without points.
func (c *Complex) top() int { return c.triangulation.Dim }

// Len returns the number of simplices of a dimension.
func (c *Complex) Len(dim int) int {
	if dim >= len(c.layers) {
		return 0
	}
	return len(c.layers[dim].values)
}

// Value returns the squared radius, or the radius, at which a simplex enters.
func (c *Complex) Value(dim, i int) float64 { return c.layers[dim].values[i] }

// Simplex returns the points of a simplex, ascending.
func (c *Complex) Simplex(dim, i int) ph.Simplex {
	return append(ph.Simplex(nil), c.layers[dim].points[i*(dim+1):][:dim+1]...)
}

// AppendCofacets appends the cofacets of a simplex, with signs as in [ph.Filtration]. The
// cells of the highest dimension are oriented as space is, all others by their points in
// ascending order.
func (c *Complex) AppendCofacets(dst []int32, dim, i int) []int32 {
	if dim >= c.top() {
		return dst
	}
	l := &c.layers[dim]
	return append(dst, l.cofacets[l.starts[i]:l.starts[i+1]]...)
}

// Cell returns {s, s} for the sphere s whose radius decides the value of a simplex.
func (c *Complex) Cell(dim, i int) ph.Cell {
	s := c.layers[dim].spheres[i]
	return ph.Cell{U: s, V: s}
}

// Sphere returns the points whose smallest circumsphere a cell of a bar stands for:
// one to four, ascending. It returns nil for the cell {-1, -1}.
func (c *Complex) Sphere(cell ph.Cell) ph.Simplex {
	if cell.U < 0 {
		return nil
	}
	dim := 0
	for dim < c.top() && cell.U >= c.layers[dim+1].first {
		dim++
	}
	return c.Simplex(dim, int(cell.U-c.layers[dim].first))
}
