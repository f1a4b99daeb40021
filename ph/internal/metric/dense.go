package metric

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A Dense space has a matrix of all distances. It reads the entries below the diagonal.
type Dense[T Float] struct {
	stopper
	histogram[T]

	n     int
	data  []T
	lower bool // whether data has only the entries below the diagonal

	searches []emptyLuneSearch[T] // one for each worker
	blockers []Edge[T]            // for each point the edges to its maxBlockers blockers
	sampled  bool                 // whether the histogram has the lengths of a sample
}

// CheckCount returns an error unless a matrix of n rows, or its entries below the diagonal,
// has count entries.
func CheckCount(n, count int, lower bool) error {
	want := n * n
	if lower {
		want = Triangle(n)
	}
	if count != want {
		return fmt.Errorf("ph: %d distances for %d points, want %d", count, n, want)
	}
	return nil
}

// Begin starts with a matrix of n rows. If lower is true, data has only the entries below
// the diagonal. The limit is the threshold or the enclosing radius, whichever is less; a
// threshold of 0 stands for none. If infinite is true, entries may be +Inf: such pairs of
// points are never joined.
func (d *Dense[T]) Begin(n int, data []T, lower bool, threshold float64, infinite bool) error {
	if err := CheckCount(n, len(data), lower); err != nil {
		return err
	}
	d.n, d.data, d.lower = n, data, lower
	hasInfinite, err := d.check(infinite)
	if err != nil {
		return err
	}
	radius := d.enclosingRadius()
	if hasInfinite && math.IsInf(float64(radius), 1) {
		radius = d.greatestFinite()
	}
	if threshold > 0 && threshold < float64(radius) {
		radius = T(threshold)
	}
	d.histogram.begin(radius)
	d.sampled = false
	return nil
}

// Forget drops the matrix, so that its memory can be freed. No method that reads distances
// may be called before the next [Dense.Begin].
func (d *Dense[T]) Forget() { d.data = nil }

// row returns the distances from point a to the points 0, …, a−1.
func (d *Dense[T]) row(a int) []T {
	from := a * d.n
	if d.lower {
		from = Triangle(a)
	}
	return d.data[from : from+a]
}

// Distance returns the distance of two different points.
func (d *Dense[T]) Distance(a, b int32) T {
	i, j := int(max(a, b)), int(min(a, b))
	if d.lower {
		return d.data[Triangle(i)+j]
	}
	return d.data[i*d.n+j]
}

// Layout returns nil: point i has place i.
func (d *Dense[T]) Layout() (place, order []int32) { return nil, nil }

// Len returns the number of points.
func (d *Dense[T]) Len() int { return d.n }

// fewEdges is the largest number of pairs of points for which a single band has all edges.
const fewEdges = 1 << 13

// fewPoints is the largest number of points for which each band has at least three times
// as many edges as all bands before it together. Each band takes a pass over the matrix. For
// few points this pass takes long compared with the work on the edges, so that fewer and
// wider bands pay.
const fewPoints = 512

// NextBand chooses the next band such that it has roughly want edges. It returns the upper
// bound of their lengths, and reports whether this is the limit.
func (d *Dense[T]) NextBand(want int) (hi T, last bool) {
	if Triangle(d.n) <= fewEdges {
		return d.limit, true
	}
	if !d.sampled {
		d.sample(lengthsSampled)
		d.sampled = true
	}
	if d.n <= fewPoints {
		want = max(want, 3*d.before())
	}
	return d.histogram.NextBand(want)
}

// sample adds about count lengths, spread evenly over the matrix, to the histogram. Each
// length stands for step edges.
func (d *Dense[T]) sample(count int) {
	step := Triangle(d.n)/count + 1
	next := step / 2
	for a := range d.n {
		row := d.row(a)
		for ; next < len(row); next += step {
			d.add(row[next], float32(step))
		}
		next -= len(row)
	}
}

// stopped reports whether a stop is requested. It asks only at each 64th row, so that the
// question costs little beside the reading of the rows.
func (d *Dense[T]) stopped(row int) bool { return row&63 == 0 && d.stop.Requested() }

// check returns an error that names the first entry that cannot be a distance. If infinite
// is true, entries may be +Inf, and hasInfinite reports whether some are.
func (d *Dense[T]) check(infinite bool) (hasInfinite bool, err error) {
	most := uint64(0)
	for a := range d.n {
		if d.stopped(a) {
			return false, nil
		}
		for _, v := range d.row(a) {
			// Read as integers, the bits of negative numbers, infinities and NaN are
			// greater than those of any finite distance.
			most = max(most, math.Float64bits(float64(v)))
		}
	}
	if most <= math.Float64bits(math.MaxFloat64) {
		return false, nil
	}
	if infinite && most == math.Float64bits(math.Inf(1)) {
		return true, nil
	}
	for a := range d.n {
		for b, v := range d.row(a) {
			if infinite && math.IsInf(float64(v), 1) {
				hasInfinite = true
			} else if err := CheckLength(a, b, v); err != nil {
				return false, err
			}
		}
	}
	return hasInfinite, nil
}

// greatestFinite returns the greatest finite distance.
func (d *Dense[T]) greatestFinite() (most T) {
	for a := range d.n {
		if d.stopped(a) {
			return most
		}
		for _, v := range d.row(a) {
			if v > most && !math.IsInf(float64(v), 1) {
				most = v
			}
		}
	}
	return most
}

// enclosingRadius returns the least distance within which some point reaches all
// others. Beyond it the complex is a cone, and no class is born or dies.
func (d *Dense[T]) enclosingRadius() T {
	radius := T(math.Inf(1))
	outlier := int32(0) // a point far from most others: it soon rules out most points a
	for a := range int32(d.n) {
		if d.stopped(int(a)) {
			return 0
		}
		if a != outlier && d.Distance(a, outlier) >= radius {
			continue
		}
		var far T
		for b := range int32(d.n) {
			if b == a {
				continue
			}
			if v := d.Distance(a, b); v > far {
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

// AppendEdges appends the edges of lengths in (lo, hi], in the order of their points.
func (d *Dense[T]) AppendEdges(edges []Edge[T], lo, hi T) []Edge[T] {
	// Read as integers, the bits of non-negative numbers have the order of the numbers. A
	// length is in the band if its bits are in from, …, from+span. One unsigned comparison
	// tests this, as the difference of lower bits and from wraps around. There is no branch
	// to mispredict.
	from := uint64(0)
	if lo >= 0 {
		from = lengthBits(lo) + 1
	}
	span := lengthBits(hi) - from
	for a := range d.n {
		if d.stopped(a) {
			return edges
		}
		if cap(edges)-len(edges) < a {
			edges = slices.Grow(edges, d.count(a, from, span)+d.n)
		}
		room, k := edges[len(edges):len(edges)+a], 0
		for b, v := range d.row(a) {
			room[k] = Edge[T]{v, int32(a), int32(b)}
			if lengthBits(v)-from <= span {
				k++
			}
		}
		edges = edges[:len(edges)+k]
	}
	return edges
}

// count returns the number of edges in rows a, …, n−1 with lengths whose bits are in
// from, …, from+span.
func (d *Dense[T]) count(a int, from, span uint64) (n int) {
	for ; a < d.n; a++ {
		for _, v := range d.row(a) {
			if lengthBits(v)-from <= span {
				n++
			}
		}
	}
	return n
}

// lengthBits returns an integer that grows with a length.
func lengthBits[T Float](v T) uint64 {
	return math.Float64bits(float64(v) + 0) // +0 makes a −0 a 0
}

// AppendEmptyLunes appends the edges that come after the edge named after and have an empty
// lune. near is the graph of the edge named after and all edges before it.
func (d *Dense[T]) AppendEmptyLunes(edges []Edge[T], after Edge[T], near Neighbors, workers int) []Edge[T] {
	d.searches = beginSearches(d.searches, workers)
	d.blockers = reuse.Slice(d.blockers, d.n*maxBlockers)
	parallel.For(d.stop, workers, d.n, 8, func(worker, a int) {
		d.findBlockers(&d.searches[worker], int32(a), near)
	})
	parallel.For(d.stop, workers, d.n, 8, func(worker, a int) {
		d.findEmptyLunes(&d.searches[worker], int32(a), after, near)
	})
	for i := range d.searches {
		edges = append(edges, d.searches[i].found...)
	}
	return edges
}

// findEmptyLunes finds the edges from a to lower points that have empty lunes and come
// after the edge named after.
func (d *Dense[T]) findEmptyLunes(s *emptyLuneSearch[T], a int32, after Edge[T], near Neighbors) {
	for b, v := range d.row(int(a)) {
		if b&255 == 255 && d.stop.Requested() {
			return
		}
		if v < after.Length || v > d.limit {
			continue
		}
		e := Edge[T]{v, a, int32(b)}
		if d.blocked(a, e.B, e) || near.Meet(a, e.B) || d.blocked(e.B, a, e) {
			continue
		}
		if CompareEdges(e, after) > 0 && d.emptyLune(e) {
			s.found = append(s.found, e)
		}
	}
}

// blockersOf returns the blockers of a.
func (d *Dense[T]) blockersOf(a int32) []Edge[T] {
	return d.blockers[int(a)*maxBlockers:][:maxBlockers]
}

// findBlockers sets the blockers of a to its nearest neighbors or, if it has few neighbors, to the
// nearest of all points.
func (d *Dense[T]) findBlockers(s *emptyLuneSearch[T], a int32, near Neighbors) {
	s.list = near.AppendNeighbors(s.list[:0], a)
	if len(s.list) < maxBlockers {
		s.list = s.list[:0]
		for c := range int32(d.n) {
			if c != a {
				s.list = append(s.list, c)
			}
		}
	}
	blockers := d.blockersOf(a)
	for k := range blockers {
		blockers[k] = Edge[T]{T(math.Inf(1)), a, a} // none
	}
	for _, c := range s.list {
		keepShortest(blockers, Edge[T]{d.Distance(a, c), a, c})
	}
}

// blocked reports whether a blocker of a is in the lune of e, the edge between a and b.
// Blockers ascend by length.
func (d *Dense[T]) blocked(a, b int32, e Edge[T]) bool {
	for _, c := range d.blockersOf(a) {
		if c.Length > e.Length {
			return false
		}
		if c.B == b {
			continue
		}
		q := d.Distance(b, c.B)
		if q < e.Length && c.Length < e.Length || q <= e.Length && d.inLune(c.B, e) {
			return true
		}
	}
	return false
}

// emptyLune reports whether the lune of e is empty.
func (d *Dense[T]) emptyLune(e Edge[T]) bool {
	for c := range int32(d.n) {
		if d.inLune(c, e) {
			return false
		}
	}
	return true
}

// inLune reports whether point c is in the lune of e: whether both edges from the ends of e to
// c come before e.
func (d *Dense[T]) inLune(c int32, e Edge[T]) bool {
	if c == e.A || c == e.B {
		return false
	}
	p, q := d.Distance(e.A, c), d.Distance(e.B, c)
	return p <= e.Length && q <= e.Length &&
		CompareEdges(EdgeOf(p, e.A, c), e) < 0 && CompareEdges(EdgeOf(q, e.B, c), e) < 0
}
