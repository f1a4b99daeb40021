package ph

import (
	"slices"

	"github.com/topogen/topogen/ph/internal/cohomology"
	"github.com/topogen/topogen/ph/internal/cycles"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/reduced"
)

// edgeCycle returns a cycle of edges over Z/2.
func edgeCycle[T Float](edges []metric.Edge[T]) Chain {
	c := make(Chain, len(edges))
	for i, e := range edges {
		c[i] = Term{Simplex{e.B, e.A}, 1}
	}
	return c
}

// A forest is the minimum spanning forest of the edges that merge components.
type forest[T Float] struct {
	parent []int32          // of each point, −1 for the first point of a component
	edge   []metric.Edge[T] // to the parent
	depth  []int32
}

// newForest returns the forest of merges between n points.
func newForest[T Float](n int, merges []reduced.Merge[T]) *forest[T] {
	near := make([][]metric.Edge[T], n)
	for _, m := range merges {
		near[m.Edge.A] = append(near[m.Edge.A], m.Edge)
		near[m.Edge.B] = append(near[m.Edge.B], m.Edge)
	}
	f := &forest[T]{make([]int32, n), make([]metric.Edge[T], n), make([]int32, n)}
	seen := make([]bool, n)
	for root := range n {
		if seen[root] {
			continue
		}
		f.parent[root], seen[root] = -1, true
		for list := []int32{int32(root)}; len(list) > 0; {
			v := list[len(list)-1]
			list = list[:len(list)-1]
			for _, e := range near[v] {
				if w := e.A ^ e.B ^ v; !seen[w] {
					f.parent[w], f.edge[w], f.depth[w], seen[w] = v, e, f.depth[v]+1, true
					list = append(list, w)
				}
			}
		}
	}
	return f
}

// close returns the edges of the cycle over Z/2 whose edges outside of the forest are given,
// the youngest first.
func (f *forest[T]) close(edges []metric.Edge[T]) []metric.Edge[T] {
	var list []metric.Edge[T]
	for _, e := range edges {
		list = append(list, e)
		for a, b := e.A, e.B; a != b; {
			if f.depth[a] < f.depth[b] {
				a, b = b, a
			}
			list = append(list, f.edge[a])
			a = f.parent[a]
		}
	}
	slices.SortFunc(list, func(e, f metric.Edge[T]) int { return metric.CompareEdges(f, e) })
	cycle := list[:0]
	for _, e := range list {
		if k := len(cycle); k > 0 && cycle[k-1] == e {
			cycle = cycle[:k-1] // it is in the cycles of two edges, which cancel
		} else {
			cycle = append(cycle, e)
		}
	}
	return cycle
}

// A cycleFinder finds the cycles of a filtration, degree after degree.
type cycleFinder struct {
	simplices Simplices
	matrix    facets
	reducer   cycles.Reducer
	below     []cycles.Pair // the pairs of one degree less
}

func newCycleFinder(f Filtration, s Simplices, modulus int, stop parallel.Stop) *cycleFinder {
	return &cycleFinder{
		simplices: s,
		matrix:    facets{Filtration: f, modulus: uint64(modulus)},
		reducer:   cycles.Reducer{Stop: stop},
	}
}

// cycles returns a cycle for each pair of a degree, nil in degree 0. pairs must have those of
// persistence 0, too.
func (c *cycleFinder) cycles(degree int, pairs []cohomology.Pair) []Chain {
	all := make([]cycles.Pair, len(pairs))
	for i, p := range pairs {
		all[i] = cycles.Pair{Birth: uint64(p.Birth), Death: uint64(p.Death), Essential: p.Death < 0}
	}
	chains := make([]Chain, len(pairs))
	if degree > 0 {
		c.reducer.Run(&c.matrix, int(c.matrix.modulus), degree, c.below, all, func(i int, cycle []cycles.Term) {
			if !all[i].Essential && c.matrix.Value(degree, int(all[i].Birth)) == c.matrix.Value(degree+1, int(all[i].Death)) {
				return // its class is left out
			}
			for _, t := range cycle {
				chains[i] = append(chains[i], Term{c.simplices.Simplex(degree, int(t.Cell)), int(t.Coefficient)})
			}
		})
	}
	c.below = all
	return chains
}

// A facets value is the boundary matrix of a filtration, a [cycles.Complex] all of whose
// pairs are listed.
type facets struct {
	Filtration
	modulus uint64
	dims    []facetList
}

// A facetList has the facets of the cells of one dimension: those of cell i are
// list[starts[i]:starts[i+1]], with ^j for facet j with the coefficient −1.
type facetList struct{ starts, list []int32 }

// AppendBoundary implements [cycles.Complex].
func (m *facets) AppendBoundary(dst []cycles.Term, dim int, cell uint64) []cycles.Term {
	for len(m.dims) <= dim {
		m.dims = append(m.dims, m.facetsOf(len(m.dims)))
	}
	l := &m.dims[dim]
	for _, f := range l.list[l.starts[cell]:l.starts[cell+1]] {
		if f >= 0 {
			dst = append(dst, cycles.Term{Cell: uint64(f), Coefficient: 1})
		} else {
			dst = append(dst, cycles.Term{Cell: uint64(^f), Coefficient: m.modulus - 1})
		}
	}
	return dst
}

// facetsOf lists the facets of the cells of a dimension.
func (m *facets) facetsOf(dim int) facetList {
	n := m.Len(dim)
	l := facetList{starts: make([]int32, n+2)}
	if dim == 0 {
		return l
	}
	ends := l.starts[1:]
	var cofacets []int32
	for i := range m.Len(dim - 1) {
		cofacets = m.AppendCofacets(cofacets[:0], dim-1, i)
		for _, c := range cofacets {
			ends[max(c, ^c)+1]++
		}
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	l.list = make([]int32, ends[n])
	for i := range m.Len(dim - 1) {
		cofacets = m.AppendCofacets(cofacets[:0], dim-1, i)
		for _, c := range cofacets {
			end := &ends[max(c, ^c)]
			l.list[*end] = int32(i)
			if c < 0 {
				l.list[*end] = ^int32(i)
			}
			*end++
		}
	}
	return l
}

// Partner implements [cycles.Complex].
func (m *facets) Partner(dim int, cell uint64) uint64 {
	panic("ph: a cell of a boundary is in no pair")
}
