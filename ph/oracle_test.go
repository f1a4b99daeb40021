package ph_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// A graph is the input of the oracle: the edges of a filtration, in order.
type graph struct {
	n     int
	edges []edge
}

type edge struct {
	length float64
	ends   ph.Cell // U > V
}

// newGraph returns the graph of the edges up to a threshold; 0 stands for the enclosing
// radius.
func newGraph(d ph.Distances, threshold float64) graph {
	n := d.Len()
	if threshold == 0 {
		threshold = math.Inf(1)
		for i := range n {
			far := 0.0
			for j := range n {
				far = max(far, d.Distance(i, j))
			}
			threshold = min(threshold, far)
		}
	}
	g := graph{n: n}
	for i := range n {
		for j := range i {
			if v := d.Distance(i, j); v <= threshold && !math.IsInf(v, 1) {
				g.edges = append(g.edges, edge{v, ph.Cell{U: int32(i), V: int32(j)}})
			}
		}
	}
	slices.SortStableFunc(g.edges, func(a, b edge) int { return cmp.Compare(a.length, b.length) })
	return g
}

// A face is a simplex of the oracle, with the rank of its youngest edge.
type face struct {
	points []int
	rank   int // −1 for a point
}

// faces lists the simplices of up to most points in the order of the filtration.
func (g graph) faces(most int) []face {
	rank := make(map[[2]int]int)
	for i, e := range g.edges {
		rank[[2]int{int(e.ends.V), int(e.ends.U)}] = i
	}
	var all []face
	var extend func(points []int, youngest int)
	extend = func(points []int, youngest int) {
		all = append(all, face{slices.Clone(points), youngest})
		if len(points) == most {
			return
		}
	next:
		for v := points[len(points)-1] + 1; v < g.n; v++ {
			r := youngest
			for _, u := range points {
				k, ok := rank[[2]int{u, v}]
				if !ok {
					continue next
				}
				r = max(r, k)
			}
			extend(append(points, v), r)
		}
	}
	for v := range g.n {
		extend([]int{v}, -1)
	}
	slices.SortStableFunc(all, func(a, b face) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(a.points), len(b.points)))
	})
	return all
}

// oracle returns the bars of degrees 0 to degree over Z/p, by the reduction of
// the whole boundary matrix, columns in filtration order, as the textbook does.
// Bars of length 0 are left out in degree 1 and higher.
func (g graph) oracle(degree, p int) [][]ph.Bar {
	all := g.faces(degree + 2)
	place := make(map[string]int)
	for i, f := range all {
		place[fmt.Sprint(f.points)] = i
	}
	inverse := func(x int) int {
		for y := 1; ; y++ {
			if x*y%p == 1 {
				return y
			}
		}
	}
	diagrams := make([][]ph.Bar, degree+1)
	report := func(birth, end int) {
		d := len(all[birth].points) - 1
		if d > degree {
			return
		}
		v := int32(all[birth].points[0])
		bar := ph.Bar{Death: math.Inf(1), BirthCell: ph.Cell{U: v, V: v}, DeathCell: ph.Cell{U: -1, V: -1}}
		if r := all[birth].rank; r >= 0 {
			bar.Birth, bar.BirthCell = g.edges[r].length, g.edges[r].ends
		}
		if end >= 0 {
			e := g.edges[all[end].rank]
			bar.Death, bar.DeathCell = e.length, e.ends
		}
		if d == 0 || bar.Birth < bar.Death {
			diagrams[d] = append(diagrams[d], bar)
		}
	}
	columns := make([]map[int]int, len(all))
	owner := make(map[int]int) // the column of each pivot
	paired := make([]bool, len(all))
	for c, f := range all {
		column := make(map[int]int)
		if len(f.points) > 1 {
			for skip := range f.points {
				facet := slices.Delete(slices.Clone(f.points), skip, skip+1)
				column[place[fmt.Sprint(facet)]] = []int{1, p - 1}[skip%2]
			}
		}
		for len(column) > 0 {
			pivot := -1
			for r := range column {
				pivot = max(pivot, r)
			}
			o, taken := owner[pivot]
			if !taken {
				owner[pivot] = c
				paired[pivot], paired[c] = true, true
				report(pivot, c)
				break
			}
			factor := (p - column[pivot]) * inverse(columns[o][pivot])
			for r, x := range columns[o] {
				if sum := (column[r] + factor*x) % p; sum != 0 {
					column[r] = sum
				} else {
					delete(column, r)
				}
			}
		}
		columns[c] = column
	}
	for c := range all {
		if !paired[c] {
			report(c, -1)
		}
	}
	for _, bars := range diagrams {
		slices.SortFunc(bars, compareBars)
	}
	return diagrams
}

// compareBars is a total order.
func compareBars(a, b ph.Bar) int {
	return cmp.Or(cmp.Compare(a.Death, b.Death), cmp.Compare(a.Birth, b.Birth),
		compareEnds(a.DeathCell, b.DeathCell), compareEnds(a.BirthCell, b.BirthCell))
}

func compareEnds(a, b ph.Cell) int {
	return cmp.Or(cmp.Compare(a.U, b.U), cmp.Compare(a.V, b.V))
}
