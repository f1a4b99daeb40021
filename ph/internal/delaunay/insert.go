package delaunay

import "cmp"

// add adds a cell and returns its index.
func (t *Triangulation) add(c Cell) int32 {
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.cells[i] = c
		return i
	}
	t.cells = append(t.cells, c)
	t.marks = append(t.marks, -1)
	return int32(len(t.cells) - 1)
}

// index returns the index of x in a list.
func index(list *[4]int32, x int32) int {
	switch x {
	case list[0]:
		return 0
	case list[1]:
		return 1
	case list[2]:
		return 2
	}
	return 3
}

// orientation returns the orientation of a cell of points.
func (t *Triangulation) orientation(v [4]int32) int {
	p := t.Points
	switch {
	case t.ambient == 2:
		return t.predicates.orientPlane(&p[v[0]], &p[v[1]], &p[v[2]])
	case t.Dim == 2:
		v[3] = t.auxiliary
	}
	return t.predicates.orientSpace(&p[v[0]], &p[v[1]], &p[v[2]], &p[v[3]])
}

// orientationWith returns the orientation of a cell in which a point takes the place of a
// vertex.
func (t *Triangulation) orientationWith(c *Cell, i int, x int32) int {
	if t.ambient == 2 { // as in orientation, but with the vertices rotated so that the point is last
		next, last := after[i], after[i+1]
		return t.predicates.orientPlane(&t.Points[c.Vertices[next]], &t.Points[c.Vertices[last]], &t.Points[x])
	}
	v := c.Vertices
	v[i] = x
	return t.orientation(v)
}

// after has, for each vertex of a triangle, the one after it, and for 3 that after the first.
var after = [4]int{1, 2, 0, 1}

// conflicts reports whether a point is inside the circumsphere of a cell. The circumsphere
// of a ghost cell is the half-space beyond its facet, with the inside of the facet's own
// circumsphere on its boundary.
func (t *Triangulation) conflicts(c *Cell, x int32) bool {
	if c.ghost() {
		i := index(&c.Vertices, infinity)
		if s := t.orientationWith(c, i, x); s != 0 {
			return s > 0
		}
		c = &t.cells[c.Neighbors[i]]
	}
	p := t.Points
	v := c.Vertices
	side := 0
	if t.ambient == 2 {
		side = t.predicates.inCircle(&p[v[0]], &p[v[1]], &p[v[2]], &p[x])
	} else {
		if t.Dim == 2 {
			v[3] = t.auxiliary
		}
		side = t.predicates.inSphere(&p[v[0]], &p[v[1]], &p[v[2]], &p[v[3]], &p[x])
	}
	if side == 0 {
		side = t.perturbed(c, x)
	}
	return side > 0
}

// perturbed decides about a point that lies exactly on the circumsphere of a finite cell. It
// returns 1 if the perturbation takes the point inside the sphere and −1 if outside.
//
// All points are lifted to the paraboloid and then raised a little, each infinitely more than
// those before it in lexicographic order. A point x that is raised leaves the sphere. A vertex
// that is raised lifts the sphere on its own side of the opposite facet: x comes inside if it
// is on that side, and is decided by the next vertex if it is in the plane of the facet.
func (t *Triangulation) perturbed(c *Cell, x int32) int {
	var order [5]int32 // indices of vertices, or Dim+1 for the point
	n := t.Dim + 2
	at := func(i int32) *Point {
		if int(i) == n-1 {
			return &t.Points[x]
		}
		return &t.Points[c.Vertices[i]]
	}
	for i := range n {
		k := i
		for ; k > 0 && at(int32(i)).compare(at(order[k-1])) > 0; k-- {
			order[k] = order[k-1]
		}
		order[k] = int32(i)
	}
	for _, i := range order[:n] {
		if int(i) == n-1 {
			return -1
		}
		if s := t.orientationWith(c, int(i), x); s != 0 {
			return s
		}
	}
	panic("delaunay: a point and a cell that are all in one plane")
}

// compare orders points lexicographically.
func (p *Point) compare(q *Point) int {
	return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1]), cmp.Compare(p[2], q[2]))
}

// locate returns a cell whose circumsphere contains a point: the finite cell that the point
// is in, or a ghost cell if it is outside of the convex hull. It walks from the last cell
// across facets that separate a cell from the point. Such a walk visits no cell of a Delaunay
// triangulation twice.
func (t *Triangulation) locate(x int32) int32 {
	at, from := t.last, int32(-1)
walk:
	for {
		c := &t.cells[at]
		for i := range t.Dim + 1 {
			next := c.Neighbors[i]
			if next != from && t.orientationWith(c, i, x) < 0 {
				at, from = next, at
				if t.cells[at].ghost() {
					return at
				}
				continue walk
			}
		}
		return at
	}
}

// ghost reports whether one of the vertices is that at infinity, which is the only negative
// one.
func (c *Cell) ghost() bool {
	return c.Vertices[0]|c.Vertices[1]|c.Vertices[2]|c.Vertices[3] < 0
}

// insert inserts a point. If it coincides with a vertex, the lower of the two indices stands
// for both.
func (t *Triangulation) insert(x int32) {
	start := t.locate(x)
	for _, v := range t.cells[start].Vertices[:t.Dim+1] {
		if v >= 0 && t.Points[v] == t.Points[x] {
			t.lowest[v] = min(t.lowest[v], x)
			return
		}
	}
	t.findCavity(start, x)
	// Each facet of the boundary becomes a cell with the new point.
	n := t.Dim + 1
	for _, f := range t.boundary {
		c := &t.cells[f.cell]
		outside := c.Neighbors[f.vertex]
		made := *c
		made.Vertices[f.vertex] = x
		made.Neighbors = [4]int32{-1, -1, -1, -1}
		made.Neighbors[f.vertex] = outside
		number := t.add(made)
		o := &t.cells[outside]
		o.Neighbors[index(&o.Neighbors, f.cell)] = number
		t.cells[f.cell].Neighbors[f.vertex] = ^number
	}
	// Two of these cells are neighbors if their facets of the boundary share a ridge. To find
	// the other facet of a ridge, walk around the ridge through the cavity.
	for _, f := range t.boundary {
		number := ^t.cells[f.cell].Neighbors[f.vertex]
		for i := range n {
			if int32(i) == f.vertex || t.cells[number].Neighbors[i] >= 0 {
				continue
			}
			at := f.cell
			across, behind := i, int(f.vertex) // the vertices of this cell that are not in the ridge
			for t.cells[at].Neighbors[across] >= 0 {
				c := &t.cells[at]
				next := c.Neighbors[across]
				d := &t.cells[next]
				across, behind = index(&d.Vertices, c.Vertices[behind]), index(&d.Neighbors, at)
				at = next
			}
			other := ^t.cells[at].Neighbors[across]
			t.cells[number].Neighbors[i] = other
			t.cells[other].Neighbors[behind] = number
		}
		if !t.cells[number].ghost() {
			t.last = number
		}
	}
	for _, c := range t.cavity {
		t.cells[c].Vertices[0] = free
	}
	t.free = append(t.free, t.cavity...)
}

// free is the first vertex of a cell that is not in use.
const free = -2

// findCavity sets cavity to the cells whose circumsphere contains a point, and boundary to the
// facets of the cavity. The cell start must be one of these cells.
func (t *Triangulation) findCavity(start, x int32) {
	t.step += 2
	inside, outside := t.step+1, t.step
	t.cavity, t.boundary = append(t.cavity[:0], start), t.boundary[:0]
	t.marks[start] = inside
	for k := 0; k < len(t.cavity); k++ {
		cell := t.cavity[k]
		for i := range t.Dim + 1 {
			next := t.cells[cell].Neighbors[i]
			switch t.marks[next] {
			case inside:
				continue
			case outside:
			default:
				if t.conflicts(&t.cells[next], x) {
					t.marks[next] = inside
					t.cavity = append(t.cavity, next)
					continue
				}
				t.marks[next] = outside
			}
			t.boundary = append(t.boundary, facet{cell, int32(i)})
		}
	}
}
