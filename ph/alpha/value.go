package alpha

import (
	"math"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
)

// evaluate sets the values and spheres of all simplices, from the highest dimension down.
// Values are squared radii of the scaled points.
//
// Invariant: before the simplices of a dimension are visited, the value of each is the least
// value of its cofacets, +Inf without any, and attached tells which of them are not Gabriel
// simplices. Whether the center of a sphere lies beyond the facet opposite to a vertex tells
// whether that vertex lies inside the smallest circumsphere of the facet.
func (c *Complex) evaluate() {
	for d := range c.layers {
		u := &c.layers[d].unsorted
		u.begin(len(u.points) / (d + 1))
	}
	points := c.triangulation.Points
	cells, triangles, edges := &c.layers[3].unsorted, &c.layers[2].unsorted, &c.layers[1].unsorted
	for i := range cells.values {
		p := cells.points[4*i:][:4]
		squared, weights := circumscribeTetrahedron(&points[p[0]], &points[p[1]], &points[p[2]], &points[p[3]])
		c.enter(3, i, squared, &weights)
	}
	circumscribe := circumscribeTriangle
	if c.dim == 2 {
		circumscribe = circumscribePlanar
	}
	for i := range triangles.values {
		p := triangles.points[3*i:][:3]
		squared, weights := circumscribe(&points[p[0]], &points[p[1]], &points[p[2]])
		c.enter(2, i, squared, &weights)
	}
	for i := range edges.values {
		p := edges.points[2*i:][:2]
		edge := minus(&points[p[1]], &points[p[0]])
		c.enter(1, i, dot(edge, edge)/4, nil)
	}
	for i := range c.layers[0].unsorted.values {
		c.enter(0, i, 0, nil)
	}
}

// enter sets the value of a simplex, given the square of the radius of its circumsphere, and
// lowers the values of its facets to this value. A facet is attached if the weight of the
// center at the opposite point is negative. Without weights there is none.
func (c *Complex) enter(dim, i int, squared float64, weights *[4]float64) {
	u := &c.layers[dim].unsorted
	if !u.attached[i] && squared <= u.values[i] {
		u.values[i], u.spheres[i] = squared, sphere{int32(dim), int32(i)}
	}
	if weights == nil {
		return
	}
	value, s := u.values[i], u.spheres[i]
	below := &c.layers[dim-1].unsorted
	for k, f := range u.facets[i*(dim+1):][:dim+1] {
		if weights[k] < 0 {
			below.attached[f] = true
		}
		if value < below.values[f] || value == below.values[f] && c.before(s, below.spheres[f]) {
			below.values[f], below.spheres[f] = value, s
		}
	}
}

// begin prepares the values of n simplices.
func (u *unsortedLayer) begin(n int) {
	u.values, u.spheres, u.attached = reuse.Slice(u.values, n), reuse.Slice(u.spheres, n), reuse.Slice(u.attached, n)
	for i := range u.values {
		u.values[i] = math.Inf(1)
	}
	clear(u.attached)
}

// before reports whether s comes before t, two spheres of equal radius: it compares their
// points.
func (c *Complex) before(s, t sphere) bool {
	if s == t {
		return false
	}
	pointsOf := func(s sphere) []int32 {
		return c.layers[s.dim].unsorted.points[int(s.simplex)*int(s.dim+1):][:s.dim+1]
	}
	return slices.Compare(pointsOf(s), pointsOf(t)) < 0
}
