package topoloss

import (
	"context"
	"fmt"
	"slices"

	"github.com/topogen/topogen/ph"
)

// Big steps in degree 1.
//
// An edge σ gives birth to a class and a triangle ends it. A triangle enters at the length
// of its longest edge, and moves with this edge. File bigstep.go defines critical sets and
// targets. The critical set of a death follows from the boundary matrix D of triangles, as
// in degree 0. That of a birth follows from the anti-transposed matrix D⊥ = R⊥U⊥ with
// V⊥ = (U⊥)⁻¹. Its columns are the edges, the longest first. To raise the birth of σ to t,
// move the edges of column σ of V⊥ that are shorter than t. To lower it to t, move the
// edges of row σ of U⊥ that are longer than t.
//
// The edges that take part are those no longer than the largest death or target of the
// bars. Cost: the reduction of D and D⊥ for all triangles of these edges, with memory for
// the lists of columns that both add.

// maxTriangles is the largest number of triangles for which big steps in degree 1 run. It
// bounds their memory.
const maxTriangles = 1 << 22

// A loopAim holds the targets of the birth and the death of a bar of degree 1, and the
// weight of the term that set them.
type loopAim struct {
	bar          ph.Bar
	birth, death float64
	weight       float64
}

// addLoops notes the targets of a term for bars of degree 1. The derivatives of the term's
// value by the bars are gradients.
func (w *bigStep) addLoops(bars []ph.Bar, gradients []BarGradient, weight float64) {
	for i, b := range bars {
		if g := gradients[i]; g != (BarGradient{}) {
			w.loops = append(w.loops, loopAim{b, b.Birth - g.Birth/2, b.Death - g.Death/2, weight})
		}
	}
}

// A triangle is named by the numbers of its edges, the longest last.
type triangle [3]int32

// moveLoops makes edges among n points follow the targets of bars of degree 1. It needs
// the sorted edges that reduce leaves in w.
func (w *bigStep) moveLoops(ctx context.Context, n int) error {
	if len(w.loops) == 0 {
		return nil
	}
	r, err := w.reduceTriangles(ctx, n)
	if err != nil {
		return err
	}
	for _, t := range w.loops {
		birth := r.number[int(t.bar.BirthCell.U)*n+int(t.bar.BirthCell.V)]
		death := r.deaths.pivot[birth]
		if death < 0 || r.value(death) != t.bar.Death {
			return fmt.Errorf("topoloss: the bar from %v to %v is none of the points: the diagram is of others", t.bar.Birth, t.bar.Death)
		}
		if t.death != t.bar.Death {
			w.follow(r.movingDeath(death, t.bar.Death, t.death), r.triangles[death][2], aim{t.death, t.weight})
		}
		if t.birth != t.bar.Birth {
			w.follow(r.movingBirth(birth, t.bar.Birth, t.birth), birth, aim{t.birth, t.weight})
		}
	}
	return nil
}

// A loopReduction holds the reduced boundary matrix of triangles, and its anti-transpose. In
// the latter, row r is triangle last−r and column c is edge count−1−c.
type loopReduction struct {
	sorted         []treeEdge
	number         []int32 // of the edge of each pair of points
	count          int     // edges of the matrix: the first ones of sorted
	triangles      []triangle
	deaths, births *columnReduction
	edges          []int32 // result of movingDeath and movingBirth
}

// reduceTriangles reduces the matrix of all triangles that are as early as the latest value
// that a bar of w.loops has or is to have.
func (w *bigStep) reduceTriangles(ctx context.Context, n int) (*loopReduction, error) {
	r := &loopReduction{sorted: w.edges, number: make([]int32, n*n)}
	for i, e := range w.edges {
		r.number[int(e.u)*n+int(e.v)], r.number[int(e.v)*n+int(e.u)] = int32(i), int32(i)
	}
	longest := 0.0
	for _, t := range w.loops {
		longest = max(longest, t.bar.Death, t.birth, t.death)
	}
	for r.count < len(w.edges) && float64(w.edges[r.count].length) <= longest {
		r.count++
	}
	if err := r.findTriangles(int32(n), longest); err != nil {
		return nil, err
	}
	var err error
	if r.deaths, err = reduceColumns(ctx, r.count, len(r.triangles), func(k int) []int32 { return slices.Clone(r.triangles[k][:]) }); err != nil {
		return nil, err
	}
	last := int32(len(r.triangles) - 1)
	cofacets := make([][]int32, r.count)
	for k := len(r.triangles) - 1; k >= 0; k-- {
		for _, e := range r.triangles[k] {
			c := r.count - 1 - int(e)
			cofacets[c] = append(cofacets[c], last-int32(k))
		}
	}
	r.births, err = reduceColumns(ctx, len(r.triangles), r.count, func(c int) []int32 { return cofacets[c] })
	return r, err
}

// findTriangles lists the triangles among n points whose edges are the first r.count. longest
// is the length that the last of these may have.
func (r *loopReduction) findTriangles(n int32, longest float64) error {
	for i, e := range r.sorted[:r.count] {
		for apex := range n {
			if apex == e.u || apex == e.v {
				continue
			}
			a, b := r.number[e.u*n+apex], r.number[e.v*n+apex]
			if a < int32(i) && b < int32(i) {
				r.triangles = append(r.triangles, triangle{min(a, b), max(a, b), int32(i)})
			}
		}
		if len(r.triangles) > maxTriangles {
			return fmt.Errorf("topoloss: big steps in degree 1 look at all triangles with edges up to %v, more than %d: choose another gradient, or a share of the points", longest, maxTriangles)
		}
	}
	return nil
}

// value returns the value at which triangle k enters.
func (r *loopReduction) value(k int32) float64 {
	return float64(r.sorted[r.triangles[k][2]].length)
}

// movingDeath returns the longest edges of the critical set that takes the death of a bar at
// triangle death from one value to another.
func (r *loopReduction) movingDeath(death int32, from, to float64) []int32 {
	set, lower := r.deaths.row(death), to < from
	if lower {
		set = r.deaths.column(death)
	}
	r.edges = r.edges[:0]
	for _, k := range set {
		if v := r.value(k); k == death || lower == (v > to) && v != to {
			r.edges = append(r.edges, r.triangles[k][2])
		}
	}
	return r.edges
}

// movingBirth returns the critical set that takes the birth of a bar at edge birth from one
// value to another.
func (r *loopReduction) movingBirth(birth int32, from, to float64) []int32 {
	column, raise := int32(r.count-1)-birth, to > from
	set := r.births.row(column)
	if raise {
		set = r.births.column(column)
	}
	r.edges = r.edges[:0]
	for _, c := range set {
		e := int32(r.count-1) - c
		if length := float64(r.sorted[e].length); e == birth || raise == (length < to) && length != to {
			r.edges = append(r.edges, e)
		}
	}
	return r.edges
}

// follow makes each edge of a critical set follow the target of a birth or death at the edge
// own. An edge that is the longest of several triangles of the set counts once.
func (w *bigStep) follow(edges []int32, own int32, t aim) {
	slices.Sort(edges)
	for _, e := range slices.Compact(edges) {
		w.moves[e].follow(float64(w.edges[e].length), t, e == own)
	}
}

// A columnReduction is the reduction R = DV of a matrix D over Z/2, from left to right. It
// holds the pivots of R, and the added columns, from which V and U = V⁻¹ follow.
type columnReduction struct {
	pivot   []int32           // by row: the column of R whose lowest entry is in this row, −1 for none
	used    [][]int32         // by column: the columns of R that the reduction added to this column
	columns map[int32][]int32 // columns of V that were asked for
}

// reduceColumns reduces a matrix over Z/2. The function column returns the rows of the
// entries of column k, ascending. reduceColumns may change the list that it returns.
func reduceColumns(ctx context.Context, rows, columns int, column func(k int) []int32) (*columnReduction, error) {
	r := &columnReduction{pivot: make([]int32, rows), used: make([][]int32, columns), columns: make(map[int32][]int32)}
	for i := range r.pivot {
		r.pivot[i] = -1
	}
	reduced := make([][]int32, columns)
	var spare []int32
	for k := range columns {
		if k%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c := column(k)
		for len(c) > 0 {
			j := r.pivot[c[len(c)-1]]
			if j < 0 {
				r.pivot[c[len(c)-1]] = int32(k)
				break
			}
			r.used[k] = append(r.used[k], j)
			sum := symmetricDifference(spare[:0], c, reduced[j])
			c, spare = sum, c[:0]
		}
		reduced[k] = slices.Clone(c)
	}
	return r, nil
}

// column returns the rows of the entries of column k of V, ascending.
func (r *columnReduction) column(k int32) []int32 {
	if c, ok := r.columns[k]; ok {
		return c
	}
	c := []int32{k}
	for _, j := range r.used[k] {
		c = symmetricDifference(nil, c, r.column(j))
	}
	r.columns[k] = c
	return c
}

// row returns the columns of the entries of row k of U.
func (r *columnReduction) row(k int32) []int32 {
	row := []int32{k}
	for e, used := range r.used {
		if slices.Contains(used, k) {
			row = append(row, int32(e))
		}
	}
	return row
}

// symmetricDifference appends to dst the numbers that are in exactly one of two ascending
// lists.
func symmetricDifference(dst, a, b []int32) []int32 {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			dst, a = append(dst, a[0]), a[1:]
		case a[0] > b[0]:
			dst, b = append(dst, b[0]), b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return append(append(dst, a...), b...)
}
