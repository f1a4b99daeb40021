package ph

import (
	"fmt"
	"math"
	"math/bits"
)

// An Engine computes the persistent homology of Vietoris–Rips filtrations in
// degrees 0 and 1, with pairings. It is a workspace: used again for clouds of
// no larger size it allocates nothing. The zero value is ready for use; one
// engine serves one goroutine at a time.
type Engine struct {
	n, words int
	edges    []filteredEdge // those within the enclosing radius, in filtration order
	sorted   []filteredEdge
	index    []int32  // index[a·n+b]: the place of edge {a, b} in edges
	adjacent []uint64 // bitset a: the points joined to a so far

	parent []int32 // union–find

	lune     []uint64
	frontier []uint64
	column   []int32
	merged   []int32

	// What is known of the triangle that an edge is the youngest facet of.
	reduced []reducedColumn
	arena   []int32 // stored columns, one after another

	diagrams [2]Diagram
}

// A filteredEdge sorts by length, then by its points.
type filteredEdge struct {
	length float32
	a, b   int32 // a > b
}

// A reducedColumn is a column of the boundary matrix whose pivot is this edge:
// none, an apparent one (the edge with the first point of its lune, whose two
// other edges are given), or a stored one in the arena.
type reducedColumn struct {
	kind     columnKind
	from, to int32
}

type columnKind uint8

const (
	noColumn columnKind = iota
	apparentColumn
	storedColumn
)

// Rips returns the diagrams of degrees 0 to degree, at most 1. They are valid
// until the engine is used again.
//
// Degree 0 comes from the minimum spanning tree. In degree 1 only the edges of
// the relative neighbourhood graph (those whose lune, the set of points closer
// to both ends than they are to each other, is empty) can give birth to a bar;
// an edge whose lune is connected makes one apparent pair, and one whose lune
// has k components asks for the reduction of k−1 columns (Koyama, Mémoli,
// Robins and Turner, arXiv:2307.16333).
func (e *Engine) Rips(m Matrix32, degree int) ([]Diagram, error) {
	if degree < 0 || degree > 1 {
		return nil, fmt.Errorf("ph: degree %d: this engine knows degrees 0 and 1", degree)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	e.begin(m)
	e.spanningTree()
	if degree == 1 {
		e.loops()
	}
	return e.diagrams[:degree+1], nil
}

func (e *Engine) begin(m Matrix32) {
	n := m.N
	e.n, e.words = n, (n+63)/64
	for k := range e.diagrams {
		e.diagrams[k].Degree, e.diagrams[k].Bars = k, e.diagrams[k].Bars[:0]
	}
	e.edges = e.edges[:0]
	radius := m.enclosingRadius()
	for a := range n {
		for b, length := range m.Data[a*n : a*n+a] {
			if length <= radius {
				e.edges = append(e.edges, filteredEdge{length, int32(a), int32(b)})
			}
		}
	}
	e.sort()
	e.parent = resize(e.parent, n)
	for i := range e.parent {
		e.parent[i] = int32(i)
	}
}

// sort orders edges by length; it is stable, so that ties stay in the order of
// their points. Lengths are not negative: their bits sort as they do.
func (e *Engine) sort() {
	e.sorted = resize(e.sorted, len(e.edges))
	var count [3][1 << 11]int32
	for _, edge := range e.edges {
		key := math.Float32bits(edge.length)
		count[0][key&2047]++
		count[1][key>>11&2047]++
		count[2][key>>22]++
	}
	from, to := e.edges, e.sorted
	for digit := range count {
		c := &count[digit]
		var at int32
		for i := range c {
			c[i], at = at, at+c[i]
		}
		shift := 11 * digit
		for _, edge := range from {
			k := math.Float32bits(edge.length) >> shift & 2047
			to[c[k]] = edge
			c[k]++
		}
		from, to = to, from
	}
	e.edges, e.sorted = from, to
}

// spanningTree finds the bars of degree 0 by Kruskal's algorithm. Where two
// components merge, the one whose oldest point has the larger index dies.
func (e *Engine) spanningTree() {
	if e.n == 0 {
		return
	}
	bars := e.diagrams[0].Bars
	for _, edge := range e.edges {
		if len(bars) == e.n-1 {
			break
		}
		a, b := e.find(edge.a), e.find(edge.b)
		if a == b {
			continue
		}
		a, b = max(a, b), min(a, b)
		e.parent[a] = b
		bars = append(bars, Bar{0, float64(edge.length), Edge{a, a}, Edge{edge.a, edge.b}})
	}
	e.diagrams[0].Bars = append(bars, Bar{0, math.Inf(1), Edge{0, 0}, Edge{-1, -1}})
}

func (e *Engine) find(x int32) int32 {
	for e.parent[x] != x {
		e.parent[x] = e.parent[e.parent[x]]
		x = e.parent[x]
	}
	return x
}

// loops finds the bars of degree 1.
func (e *Engine) loops() {
	n, words := e.n, e.words
	e.adjacent = resize(e.adjacent, n*words)
	e.lune, e.frontier = resize(e.lune, words), resize(e.frontier, words)
	e.index = resize(e.index, n*n)
	e.reduced = resize(e.reduced, len(e.edges))
	clear(e.reduced)
	e.arena = e.arena[:0]

	// Every edge of the neighbourhood graph beyond the spanning tree gives birth
	// to a loop, and within the enclosing radius every loop dies.
	deaths := e.emptyLunes() - (n - 1)
	clear(e.adjacent)
	for i := range e.edges {
		if deaths <= 0 {
			return
		}
		edge := e.edges[i]
		e.intersect(edge)
		e.join(edge, i)
		apex := first(e.lune)
		if apex < 0 {
			continue
		}
		a, b := int(edge.a), int(edge.b)
		low, high := e.index[a*n+apex], e.index[b*n+apex]
		e.reduced[i] = reducedColumn{apparentColumn, min(low, high), max(low, high)}
		e.removeComponent(apex)
		for v := first(e.lune); v >= 0; v = first(e.lune) {
			// The triangles over v and over apex share this edge; their sum is
			// a column that does not contain it.
			e.column = append(e.column[:0], e.index[a*n+v], e.index[b*n+v], low, high)
			sortSmall(e.column)
			if pivot := e.reduce(); pivot >= 0 {
				deaths--
				if birth := e.edges[pivot]; birth.length < edge.length {
					e.diagrams[1].Bars = append(e.diagrams[1].Bars, Bar{
						float64(birth.length), float64(edge.length), Edge{birth.a, birth.b}, Edge{edge.a, edge.b},
					})
				}
			}
			e.removeComponent(v)
		}
	}
}

// emptyLunes counts the edges whose lune is empty.
func (e *Engine) emptyLunes() int {
	count, words := 0, e.words
	clear(e.adjacent)
	for i, edge := range e.edges {
		p := e.adjacent[int(edge.a)*words : (int(edge.a)+1)*words]
		q := e.adjacent[int(edge.b)*words : (int(edge.b)+1)*words]
		empty := 1
		for w, x := range p {
			if x&q[w] != 0 {
				empty = 0
				break
			}
		}
		count += empty
		e.join(edge, i)
	}
	return count
}

// join makes the i-th edge part of the complex.
func (e *Engine) join(edge filteredEdge, i int) {
	a, b := int(edge.a), int(edge.b)
	e.adjacent[a*e.words+b>>6] |= 1 << (b & 63)
	e.adjacent[b*e.words+a>>6] |= 1 << (a & 63)
	e.index[a*e.n+b], e.index[b*e.n+a] = int32(i), int32(i)
}

// intersect sets lune to the points joined to both ends of the edge.
func (e *Engine) intersect(edge filteredEdge) {
	p, q := e.adjacent[int(edge.a)*e.words:], e.adjacent[int(edge.b)*e.words:]
	for w := range e.lune {
		e.lune[w] = p[w] & q[w]
	}
}

// first returns the least point of a set, −1 if it is empty.
func first(set []uint64) int {
	for w, x := range set {
		if x != 0 {
			return w<<6 + bits.TrailingZeros64(x)
		}
	}
	return -1
}

// removeComponent takes from lune the points that v is connected to within it.
func (e *Engine) removeComponent(v int) {
	lune := e.lune
	frontier := e.frontier[:len(lune)] // found, their neighbours not yet looked at
	clear(frontier)
	lune[v>>6] &^= 1 << (v & 63)
	for v >= 0 {
		near := e.adjacent[v*len(lune):][:len(lune)]
		var rest uint64
		for w, left := range lune {
			found := left & near[w]
			frontier[w] |= found
			lune[w] = left &^ found
			rest |= left &^ found
		}
		if rest == 0 { // as for most lunes, after a point or two
			return
		}
		if v = first(frontier); v >= 0 {
			frontier[v>>6] &^= 1 << (v & 63)
		}
	}
}

// reduce reduces column, stores it and returns its pivot, or −1 if nothing is
// left of it.
func (e *Engine) reduce() int32 {
	for len(e.column) > 0 {
		pivot := e.column[len(e.column)-1]
		r := &e.reduced[pivot]
		switch r.kind {
		case apparentColumn:
			e.add([]int32{r.from, r.to, pivot})
		case storedColumn:
			e.add(e.arena[r.from:r.to])
		default:
			from := int32(len(e.arena))
			e.arena = append(e.arena, e.column...)
			*r = reducedColumn{storedColumn, from, int32(len(e.arena))}
			return pivot
		}
	}
	return -1
}

// add adds other, ascending, to column over Z/2.
func (e *Engine) add(other []int32) {
	out := e.merged[:0]
	x, y := e.column, other
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0] == y[0]:
			x, y = x[1:], y[1:]
		case x[0] < y[0]:
			out = append(out, x[0])
			x = x[1:]
		default:
			out = append(out, y[0])
			y = y[1:]
		}
	}
	out = append(append(out, x...), y...)
	e.column, e.merged = out, e.column
}

// sortSmall sorts a few numbers by insertion.
func sortSmall(x []int32) {
	for i := 1; i < len(x); i++ {
		for k := i; k > 0 && x[k-1] > x[k]; k-- {
			x[k-1], x[k] = x[k], x[k-1]
		}
	}
}

// resize returns s with length n; its contents are unspecified.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
