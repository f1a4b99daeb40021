package delaunay

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/ph/internal/parallel"
)

// A Cell is a simplex of the highest dimension, with its neighbors.
type Cell struct {
	// Vertices has Dim+1 points in positive orientation, by their indices in the input.
	Vertices [4]int32
	// Neighbors has, for each vertex, the cell that shares the other vertices, −1 if there
	// is none.
	Neighbors [4]int32
}

// A Triangulation is the Delaunay triangulation of points in the plane or in space, and the
// workspace to compute it. The zero value is ready for use.
type Triangulation struct {
	// Dim is the dimension of the cells: that of the points, less if all of them are in one
	// plane, on one line or at one place, −1 if there are none.
	Dim   int
	Cells []Cell

	// Points has the coordinates of all points times 2^Scale, 0 for the third one in the
	// plane. The auxiliary point may follow them.
	Points []Point
	Scale  int

	ambient int     // the dimension of the points
	span    float64 // the largest difference of two coordinates
	unit    float64 // a power of two that divides all coordinates
	// auxiliary is the index in Points of a point outside of the plane of all points, which
	// exists if Dim is 2 and ambient is 3. With this point as their last vertex, triangles
	// become tetrahedra, so that the predicates of space decide in the plane, too.
	auxiliary int32
	// lowest has, for each point that was inserted, the lowest index of the points that
	// coincide with it.
	lowest []int32

	predicates predicates
	order      []uint64

	cells []Cell  // all cells, also ghosts and free ones, which have a negative vertex
	free  []int32 // cells that can be used again
	last  int32   // a finite cell near the last point

	marks    []int32 // for each cell the step of its last test in findCavity, plus 1 if it was in the cavity
	step     int32   // twice the number of insertions
	cavity   []int32 // see findCavity
	boundary []facet // see findCavity
}

// infinity is the vertex at infinity.
const infinity = -1

// A facet is the facet of a cell opposite to a vertex.
type facet struct{ cell, vertex int32 }

// Build computes the Delaunay triangulation of points of dimension 2 or 3, one after another
// in coords. All coordinates must be finite. If a stop is requested, Build returns early and
// leaves the triangulation incomplete.
func (t *Triangulation) Build(dim int, coords []float64, stop parallel.Stop) {
	t.ambient = dim
	t.Dim, t.Cells = -1, t.Cells[:0]
	low, high := t.scale(coords)
	if len(t.Points) == 0 {
		return
	}
	t.order = insertionOrder(t.order[:0], t.Points, dim, low, high)
	t.auxiliary = -1
	switch first := t.begin(); t.Dim {
	case 0:
		t.Cells = append(t.Cells, Cell{Vertices: [4]int32{0}, Neighbors: [4]int32{-1}})
	case 1:
		t.line()
	default:
		for k, key := range t.order {
			if k&0xff == 0 && stop.Requested() {
				return
			}
			if i := int32(uint32(key)); !slices.Contains(first[:t.Dim+1], i) {
				t.insert(i)
			}
		}
		t.finish()
	}
}

// scale sets the points from coordinates. It returns the least and the greatest coordinate
// along each axis.
func (t *Triangulation) scale(coords []float64) (low, high Point) {
	largest := 0.0
	for _, x := range coords {
		largest = max(largest, math.Abs(x))
	}
	_, exponent := math.Frexp(largest)
	t.Scale = -exponent
	const finest = 150
	const most = 1000 // 2^1000 and 2^−1000 are float64 numbers; a larger scale takes two factors
	factor := math.Ldexp(1, max(-most, min(t.Scale, most)))
	rest := t.Scale - max(-most, min(t.Scale, most))
	unit := 0 // the exponent
	t.Points, t.lowest = t.Points[:0], t.lowest[:0]
	for axis := range t.ambient {
		low[axis], high[axis] = math.Inf(1), math.Inf(-1)
	}
	for i := 0; i < len(coords); i += t.ambient {
		var p Point
		for axis := range t.ambient {
			x := coords[i+axis] * factor
			if rest != 0 {
				x = math.Ldexp(x, rest)
			}
			if x != 0 && math.Abs(x) < 0x1p-97 {
				x = math.Ldexp(math.RoundToEven(math.Ldexp(x, finest)), -finest)
			}
			x += 0 // makes a −0 a 0
			p[axis] = x
			low[axis], high[axis] = min(low[axis], x), max(high[axis], x)
			if x != 0 {
				unit = min(unit, lowestBit(x))
			}
		}
		t.lowest = append(t.lowest, int32(len(t.Points)))
		t.Points = append(t.Points, p)
	}
	span := 0.0
	for axis := range t.ambient {
		span = max(span, high[axis]-low[axis])
	}
	t.span, t.unit = span*(1+4*epsilon), math.Ldexp(1, unit)
	t.predicates.reset(t.span, t.unit)
	return low, high
}

// lowestBit returns the exponent of the greatest power of two that divides a number other
// than 0, which must not be subnormal.
func lowestBit(x float64) int {
	b := math.Float64bits(x)
	return int(b>>52&0x7ff) - 1075 + bits.TrailingZeros64(b|1<<52)
}

// begin finds points that span the affine hull of all points. It sets Dim and, if that is at
// least 2, makes the first cells.
func (t *Triangulation) begin() (first [4]int32) {
	t.cells, t.free, t.marks, t.step = t.cells[:0], t.free[:0], t.marks[:0], 0
	first[0] = int32(uint32(t.order[0]))
	t.Dim = 0
	for _, key := range t.order {
		first[t.Dim+1] = int32(uint32(key))
		if t.independent(first, t.Dim+1) {
			if t.Dim++; t.Dim == t.ambient {
				break
			}
		}
	}
	if t.Dim < 2 {
		return first
	}
	if t.Dim < t.ambient {
		t.addAuxiliary(first)
	}
	start := Cell{Vertices: first, Neighbors: [4]int32{-1, -1, -1, -1}}
	if t.orientation(start.Vertices) < 0 {
		start.Vertices[0], start.Vertices[1] = start.Vertices[1], start.Vertices[0]
	}
	first = start.Vertices
	t.last = t.add(start)
	for i := range t.Dim + 1 {
		ghost := start
		ghost.Vertices[i] = infinity
		// A point beyond the facet and vertex i are on different sides of it.
		a, b := (i+1)%(t.Dim+1), (i+2)%(t.Dim+1)
		ghost.Vertices[a], ghost.Vertices[b] = ghost.Vertices[b], ghost.Vertices[a]
		t.add(ghost)
	}
	for a := range t.cells {
		for b := range t.cells {
			if a == b {
				continue
			}
			for i, v := range t.cells[a].Vertices[:t.Dim+1] {
				if !slices.Contains(t.cells[b].Vertices[:t.Dim+1], v) {
					t.cells[a].Neighbors[i] = int32(b)
				}
			}
		}
	}
	return first
}

// independent reports whether the first k+1 points of a list are affinely independent. The
// first k points must be.
func (t *Triangulation) independent(first [4]int32, k int) bool {
	a, b, c, d := &t.Points[first[0]], &t.Points[first[1]], &t.Points[first[2]], &t.Points[first[3]]
	switch k {
	case 1:
		return *a != *b
	case 2:
		for axis := range t.ambient { // collinear points stay so in the projection along each axis
			drop := func(p *Point) *Point {
				if t.ambient == 2 {
					return p
				}
				return &Point{p[(axis+1)%3], p[(axis+2)%3]}
			}
			if t.predicates.orientPlane(drop(a), drop(b), drop(c)) != 0 {
				return true
			}
		}
		return false
	}
	return t.predicates.orientSpace(a, b, c, d) != 0
}

// addAuxiliary adds a point that is not in the plane of three points.
func (t *Triangulation) addAuxiliary(first [4]int32) {
	t.auxiliary = int32(len(t.Points))
	t.predicates.reset(max(t.span, 1), t.unit) // as far away as the point may be
	a, b, c := t.Points[first[0]], t.Points[first[1]], t.Points[first[2]]
	for axis := range 3 {
		// Move a along the axis. At least one axis is not parallel to the plane, so that one
		// of the three moves leaves the plane.
		d := a
		d[axis] = b[axis]
		if d[axis] == a[axis] {
			d[axis] = c[axis]
		}
		if d[axis] == a[axis] {
			d[axis]++
		}
		if t.predicates.orientSpace(&a, &b, &c, &d) != 0 {
			t.Points = append(t.Points, d)
			return
		}
	}
	panic("delaunay: three points on a line span no plane")
}

// line makes the cells of points on a line: the edges between neighbors.
func (t *Triangulation) line() {
	order := make([]int32, len(t.Points))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return cmp.Or(t.Points[i].compare(&t.Points[j]), cmp.Compare(i, j)) })
	order = slices.CompactFunc(order, func(i, j int32) bool { return t.Points[i] == t.Points[j] })
	for k := range order[1:] {
		t.Cells = append(t.Cells, Cell{
			Vertices:  [4]int32{order[k], order[k+1]},
			Neighbors: [4]int32{int32(k + 1), int32(k - 1)},
		})
	}
	t.Cells[len(t.Cells)-1].Neighbors[0] = -1
}

// finish copies the finite cells to Cells.
func (t *Triangulation) finish() {
	t.marks = t.marks[:0] // from here on, for each cell its index in Cells, −1 for ghosts and free ones
	for _, c := range t.cells {
		number := int32(-1)
		if !c.ghost() {
			number = int32(len(t.Cells))
			t.Cells = append(t.Cells, c)
		}
		t.marks = append(t.marks, number)
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		for k := range t.Dim + 1 {
			c.Vertices[k] = t.lowest[c.Vertices[k]]
			c.Neighbors[k] = t.marks[c.Neighbors[k]]
		}
	}
}
