package ph

import (
	"fmt"
	"math"
	"slices"
)

// A dense space has all its distances in a matrix, of which it reads what lies
// below the diagonal.
type dense[T Float] struct {
	n     int
	data  []T
	lower bool // whether data has nothing else

	searches []search[T]
	lengths[T]
	sampled bool // for lengths
}

// row returns the distances of a to the points before it.
func (d *dense[T]) row(a int) []T {
	from := a * d.n
	if d.lower {
		from = triangle(a)
	}
	return d.data[from : from+a]
}

func (d *dense[T]) distance(a, b int32) T {
	i, j := int(max(a, b)), int(min(a, b))
	if d.lower {
		return d.data[triangle(i)+j]
	}
	return d.data[i*d.n+j]
}

func (d *dense[T]) layout() (place, order []int32) { return nil, nil }

func (d *dense[T]) size() int { return d.n }

// begin reads a matrix: a threshold of 0 stands for the enclosing radius.
func (d *dense[T]) begin(n int, data []T, lower bool, threshold float64) error {
	want := n * n
	if lower {
		want = triangle(n)
	}
	if len(data) != want {
		return fmt.Errorf("ph: %d distances for %d points, want %d", len(data), n, want)
	}
	d.n, d.data, d.lower = n, data, lower
	if err := d.check(); err != nil {
		return err
	}
	radius := d.enclosingRadius()
	if threshold > 0 && threshold < float64(radius) {
		radius = T(threshold)
	}
	d.lengths.begin(radius)
	d.sampled = false
	return nil
}

// fewEdges is up to how many pairs of points all make one band.
const fewEdges = 1 << 13

// nextBand takes all edges for a band where they are few, and looks at lengths
// where not. As each band takes a look at all pairs, there are few bands.
func (d *dense[T]) nextBand(want int) (hi T, last bool) {
	if triangle(d.n) <= fewEdges {
		return d.limit, true
	}
	if !d.sampled {
		d.sample(lengthsSampled)
		d.sampled = true
	}
	if d.n <= 64*mostRowWords {
		want = max(want, 3*d.before())
	}
	return d.lengths.nextBand(want)
}

// sample notes about so many lengths, spread over the matrix.
func (d *dense[T]) sample(count int) {
	step := triangle(d.n)/count + 1
	next := step / 2
	for a := range d.n {
		row := d.row(a)
		for ; next < len(row); next += step {
			d.add(row[next], float32(step))
		}
		next -= len(row)
	}
}

// check returns an error that names the first entry that is no distance.
func (d *dense[T]) check() error {
	most := uint64(0)
	for a := range d.n {
		for _, v := range d.row(a) {
			// The bits of negative numbers, infinities and NaN are greater.
			most = max(most, math.Float64bits(float64(v)))
		}
	}
	if most <= math.Float64bits(math.MaxFloat64) {
		return nil
	}
	for a := range d.n {
		for b, v := range d.row(a) {
			if err := checkLength(a, b, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// enclosingRadius returns the least distance within which one point reaches
// all others. Beyond it the complex is a cone and nothing is born or dies.
func (d *dense[T]) enclosingRadius() T {
	radius := T(math.Inf(1))
	outlier := int32(0) // most points are as far from it as that
	for a := range int32(d.n) {
		if a != outlier && d.distance(a, outlier) >= radius {
			continue
		}
		var far T
		for b := range int32(d.n) {
			if b == a {
				continue
			}
			if v := d.distance(a, b); v > far {
				far, outlier = v, b
				if far >= radius {
					break
				}
			}
		}
		radius = min(radius, far)
	}
	return radius
}

// appendEdges appends the edges whose length is in (lo, hi].
func (d *dense[T]) appendEdges(edges []filteredEdge[T], lo, hi T) []filteredEdge[T] {
	// The bits of positive numbers are in their order: one comparison, and no
	// branch that is often mispredicted, tells whether a length is in the band.
	from := uint64(0)
	if lo >= 0 {
		from = lengthBits(lo) + 1
	}
	span := lengthBits(hi) - from
	for a := range d.n {
		if cap(edges)-len(edges) < a {
			edges = slices.Grow(edges, d.count(a, from, span)+d.n)
		}
		room, k := edges[len(edges):len(edges)+a], 0
		for b, v := range d.row(a) {
			room[k] = filteredEdge[T]{v, int32(a), int32(b)}
			if lengthBits(v)-from <= span {
				k++
			}
		}
		edges = edges[:len(edges)+k]
	}
	return edges
}

// count returns how many edges of a band there are from a point on.
func (d *dense[T]) count(a int, from, span uint64) (n int) {
	for ; a < d.n; a++ {
		for _, v := range d.row(a) {
			if lengthBits(v)-from <= span {
				n++
			}
		}
	}
	return n
}

// lengthBits returns a number in the order of lengths.
func lengthBits[T Float](v T) uint64 {
	return math.Float64bits(float64(v) + 0) // +0 makes a −0 a 0
}

// appendEmptyLunes appends the edges after one whose lune is empty. near has
// those up to it.
func (d *dense[T]) appendEmptyLunes(edges []filteredEdge[T], after filteredEdge[T], near graph, workers int) []filteredEdge[T] {
	d.searches = beginSearches(d.searches, workers)
	inRuns(workers, d.n, 8, func(worker, a int) {
		d.findEmptyLunes(&d.searches[worker], int32(a), after, near)
	})
	for i := range d.searches {
		edges = append(edges, d.searches[i].found...)
	}
	return edges
}

// findEmptyLunes finds those of the edges from a to points before it.
func (d *dense[T]) findEmptyLunes(s *search[T], a int32, after filteredEdge[T], near graph) {
	s.blockers = s.blockers[:0]
	for b, v := range d.row(int(a)) {
		if v < after.length || v > d.limit {
			continue
		}
		if len(s.blockers) == 0 {
			d.block(s, a, near)
		}
		if d.blocked(s.blockers, int32(b), v) || near.meet(a, int32(b)) {
			continue
		}
		if e := (filteredEdge[T]{v, a, int32(b)}); compareEdges(e, after) > 0 && d.emptyLune(e) {
			s.found = append(s.found, e)
		}
	}
}

// block sets the blockers to the neighbors of a that are nearest: they are in
// the lunes of most of its long edges.
func (d *dense[T]) block(s *search[T], a int32, near graph) {
	s.list = near.neighbors(s.list[:0], a)
	for _, c := range s.list {
		s.blockers = keepShortest(s.blockers, filteredEdge[T]{d.distance(a, c), a, c})
	}
}

// blocked reports whether a blocker is in the lune of an edge to b.
func (d *dense[T]) blocked(blockers []filteredEdge[T], b int32, length T) bool {
	for _, c := range blockers {
		if c.length >= length {
			return false
		}
		if c.b != b && d.distance(b, c.b) < length {
			return true
		}
	}
	return false
}

// emptyLune reports whether no point is joined to both ends before they are.
func (d *dense[T]) emptyLune(e filteredEdge[T]) bool {
	for c := range int32(d.n) {
		if c == e.a || c == e.b {
			continue
		}
		p, q := d.distance(e.a, c), d.distance(e.b, c)
		if p <= e.length && q <= e.length &&
			compareEdges(edgeOf(p, e.a, c), e) < 0 && compareEdges(edgeOf(q, e.b, c), e) < 0 {
			return false
		}
	}
	return true
}
