package alpha

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
)

// An unsortedLayer has the simplices of one dimension in the order in which they are found.
type unsortedLayer struct {
	points []int32 // dim+1 for each simplex, ascending
	// facets has, for each simplex and each of its points, the simplex of the other points.
	facets  []int32
	flipped []bool // for the highest dimension, whether a simplex has negative orientation

	values   []float64
	spheres  []sphere // the sphere that each value belongs to
	attached []bool   // whether a simplex is not a Gabriel simplex
	places   []int32  // for each simplex its place in the order of the filtration
	order    []int32  // the inverse of places
}

// A sphere is the smallest circumsphere of an unsorted simplex.
type sphere struct{ dim, simplex int32 }

func (l *unsortedLayer) reset() {
	l.points, l.facets, l.flipped = l.points[:0], l.facets[:0], l.flipped[:0]
}

// list lists the simplices of the triangulation and of all their faces.
func (c *Complex) list() {
	for d := range c.layers {
		c.layers[d].unsorted.reset()
	}
	top := c.top()
	if top < 0 {
		return
	}
	c.listCells(top)
	switch top {
	case 3:
		c.listCellFacets(3)
		c.listEdges()
	case 2:
		c.listCellFacets(2)
	}
	c.listVertices()
}

// listCells lists the simplices of the highest dimension.
func (c *Complex) listCells(top int) {
	l := &c.layers[top].unsorted
	for i := range c.triangulation.Cells {
		v := c.triangulation.Cells[i].Vertices
		flipped := false
		for a := 1; a <= top; a++ {
			for b := a; b > 0 && v[b-1] > v[b]; b-- {
				v[b-1], v[b] = v[b], v[b-1]
				flipped = !flipped
			}
		}
		l.points = append(l.points, v[:top+1]...)
		l.flipped = append(l.flipped, flipped)
	}
}

// listCellFacets lists the facets of the cells of dimension top. A facet that two cells share
// is listed with the first of them.
func (c *Complex) listCellFacets(top int) {
	l, below := &c.layers[top].unsorted, &c.layers[top-1].unsorted
	l.facets = reuse.Slice(l.facets, len(l.points))
	n := top + 1
	for i := range c.triangulation.Cells {
		cell := &c.triangulation.Cells[i]
		points := l.points[i*n:][:n]
		for k, v := range cell.Vertices[:n] {
			at := i*n + index(points, v)
			if other := cell.Neighbors[k]; other >= 0 && int(other) < i {
				neighbor := &c.triangulation.Cells[other]
				apex := neighbor.Vertices[index(neighbor.Neighbors[:n], int32(i))]
				l.facets[at] = l.facets[int(other)*n+index(l.points[int(other)*n:][:n], apex)]
				continue
			}
			l.facets[at] = int32(len(below.points) / top)
			for _, p := range points {
				if p != v {
					below.points = append(below.points, p)
				}
			}
		}
	}
}

// index returns the index of x in a list that has it.
func index(list []int32, x int32) int {
	i := 0
	for list[i] != x {
		i++
	}
	return i
}

// listEdges lists the edges of the triangles.
func (c *Complex) listEdges() {
	triangles, edges := &c.layers[2].unsorted, &c.layers[1].unsorted
	c.faces.reset(len(triangles.points) / 3) // most triangulations have fewer edges than triangles
	triangles.facets = reuse.Slice(triangles.facets, len(triangles.points))
	for i := 0; i < len(triangles.points); i += 3 {
		a, b, d := triangles.points[i], triangles.points[i+1], triangles.points[i+2]
		triangles.facets[i] = c.faces.edge(edges, b, d)
		triangles.facets[i+1] = c.faces.edge(edges, a, d)
		triangles.facets[i+2] = c.faces.edge(edges, a, b)
	}
}

// listVertices lists the points that are vertices, and makes them the facets of edges.
func (c *Complex) listVertices() {
	vertices, edges := &c.layers[0].unsorted, &c.layers[1].unsorted
	if c.top() == 0 {
		return
	}
	number := &vertices.places // for each point the number of its vertex, −1 if it is not a vertex
	*number = reuse.Slice(*number, len(c.coords)/c.dim)
	for i := range *number {
		(*number)[i] = -1
	}
	for _, p := range edges.points {
		(*number)[p] = 0
	}
	for p, n := range *number {
		if n == 0 {
			(*number)[p] = int32(len(vertices.points))
			vertices.points = append(vertices.points, int32(p))
		}
	}
	edges.facets = reuse.Slice(edges.facets, len(edges.points))
	for i, p := range edges.points {
		edges.facets[i^1] = (*number)[p]
	}
}

// A faceTable finds an edge by its points: a hash table with linear probing.
type faceTable struct {
	numbers []int32 // of edges, −1 where free; the length is a power of two
	mask    uint64
}

// reset makes the table empty, with room for about n edges.
func (t *faceTable) reset(n int) {
	size := 64
	for size < 3*n {
		size *= 2
	}
	t.numbers, t.mask = reuse.Slice(t.numbers, size), uint64(size-1)
	for i := range t.numbers {
		t.numbers[i] = -1
	}
}

// edge returns the number of the edge from a to b. It adds the edge to a layer if it is new.
func (t *faceTable) edge(edges *unsortedLayer, a, b int32) int32 {
	const golden = 0x9e3779b97f4a7c15
	h := (uint64(a)<<32 | uint64(b)) * golden
	for at := (h >> 20) & t.mask; ; at = (at + 1) & t.mask {
		n := t.numbers[at]
		if n < 0 {
			n = int32(len(edges.points) / 2)
			t.numbers[at] = n
			edges.points = append(edges.points, a, b)
			return n
		}
		if edges.points[2*n] == a && edges.points[2*n+1] == b {
			return n
		}
	}
}

// sort puts the simplices of a dimension in the order of the filtration: by value, then by
// points.
func (c *Complex) sort(dim int) {
	l := &c.layers[dim]
	u := &l.unsorted
	n := len(u.points) / (dim + 1)
	u.order = reuse.Slice(u.order, n)
	c.orderByValue(u.order, u.values)
	for i := 0; i < n; {
		end := i + 1
		for end < n && u.values[u.order[end]] == u.values[u.order[i]] {
			end++
		}
		if end-i > 1 && dim > 0 { // vertices of equal value are in the order of their points already
			slices.SortFunc(u.order[i:end], func(a, b int32) int {
				return slices.Compare(u.points[int(a)*(dim+1):][:dim+1], u.points[int(b)*(dim+1):][:dim+1])
			})
		}
		i = end
	}
	u.places = reuse.Slice(u.places, n)
	l.points, l.values = l.points[:0], l.values[:0]
	factor := math.Ldexp(1, -2*c.triangulation.Scale) // finite: Build refuses coordinates beyond 2^500
	if c.options.Radii {
		factor = math.Ldexp(1, -c.triangulation.Scale)
	}
	for place, i := range u.order {
		u.places[i] = int32(place)
		l.points = append(l.points, u.points[int(i)*(dim+1):][:dim+1]...)
		v := u.values[i]
		if c.options.Radii {
			v = math.Sqrt(v)
		}
		l.values = append(l.values, v*factor)
	}
}

// orderByValue sets order to the indices of values by ascending value. Values are not
// negative, so that their bits are in the same order as they are.
func (c *Complex) orderByValue(order []int32, values []float64) {
	if len(values) == 0 {
		return
	}
	low, high := slices.Min(values), slices.Max(values)
	items := c.radix.Begin(len(values))
	span := math.Float64bits(high) - math.Float64bits(low)
	shift := max(0, bits.Len64(span)-c.radix.Bits())
	for i, v := range values {
		items[i] = (math.Float64bits(v)-math.Float64bits(low))>>shift<<32 | uint64(i)
	}
	moves := 0
	for i, item := range c.radix.Sort(32) {
		place := int32(uint32(item))
		k := i
		for ; k > 0 && values[order[k-1]] > values[place]; k-- {
			order[k] = order[k-1]
		}
		order[k] = place
		if moves += i - k; moves > 8*len(values) {
			for i, item := range c.radix.Sort(32) {
				order[i] = int32(uint32(item))
			}
			slices.SortFunc(order, func(i, j int32) int {
				return cmp.Or(cmp.Compare(values[i], values[j]), cmp.Compare(i, j))
			})
			return
		}
	}
}

// number sets the spheres and the cofacets of all layers, once all are sorted.
func (c *Complex) number() {
	first := int32(0)
	for d := range c.layers {
		c.layers[d].first = first
		first += int32(len(c.layers[d].values))
	}
	for d := range c.layers {
		l := &c.layers[d]
		l.spheres = l.spheres[:0]
		for _, i := range l.unsorted.order {
			s := l.unsorted.spheres[i]
			l.spheres = append(l.spheres, c.layers[s.dim].first+c.layers[s.dim].unsorted.places[s.simplex])
		}
		if d > 0 && d <= c.top() {
			c.link(d)
		}
	}
}

// link sets the cofacets of the simplices of dimension dim−1.
func (c *Complex) link(dim int) {
	l, below := &c.layers[dim], &c.layers[dim-1]
	u := &l.unsorted
	n := len(below.values)
	below.starts = reuse.Slice(below.starts, n+2)
	clear(below.starts)
	ends := below.starts[1:]
	for _, f := range u.facets {
		ends[below.unsorted.places[f]+1]++
	}
	for i := 1; i <= n; i++ {
		ends[i] += ends[i-1]
	}
	below.cofacets = reuse.Slice(below.cofacets, len(u.facets))
	for place, i := range u.order {
		for k, f := range u.facets[int(i)*(dim+1):][:dim+1] {
			cofacet := int32(place)
			if (k%2 != 0) != (dim == c.top() && u.flipped[i]) {
				cofacet = ^cofacet
			}
			end := &ends[below.unsorted.places[f]]
			below.cofacets[*end] = cofacet
			*end++
		}
	}
}
