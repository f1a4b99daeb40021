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
	number := make([]int32, n*n)
	for i, e := range w.edges {
		number[int(e.u)*n+int(e.v)], number[int(e.v)*n+int(e.u)] = int32(i), int32(i)
	}
	longest := 0.0
	for _, t := range w.loops {
		longest = max(longest, t.bar.Death, t.birth, t.death)
	}
	count := 0
	for count < len(w.edges) && float64(w.edges[count].length) <= longest {
		count++
	}
	var triangles []triangle
	for i, e := range w.edges[:count] {
		for apex := range int32(n) {
			if apex == e.u || apex == e.v {
				continue
			}
			a, b := number[e.u*int32(n)+apex], number[e.v*int32(n)+apex]
			if a < int32(i) && b < int32(i) {
				triangles = append(triangles, triangle{min(a, b), max(a, b), int32(i)})
			}
		}
		if len(triangles) > maxTriangles {
			return fmt.Errorf("topoloss: big steps in degree 1 look at all triangles with edges up to %v, more than %d: choose another gradient, or a share of the points", longest, maxTriangles)
		}
	}
	deaths, err := reduceColumns(ctx, count, len(triangles), func(k int) []int32 { return slices.Clone(triangles[k][:]) })
	if err != nil {
		return err
	}
	// In the anti-transposed matrix, row r is triangle last−r and column c is edge count−1−c.
	last := int32(len(triangles) - 1)
	cofacets := make([][]int32, count)
	for k := len(triangles) - 1; k >= 0; k-- {
		for _, e := range triangles[k] {
			c := count - 1 - int(e)
			cofacets[c] = append(cofacets[c], last-int32(k))
		}
	}
	births, err := reduceColumns(ctx, len(triangles), count, func(c int) []int32 { return cofacets[c] })
	if err != nil {
		return err
	}

	value := func(k int32) float64 { return float64(w.edges[triangles[k][2]].length) }
	var edges []int32
	for _, t := range w.loops {
		birth := int(number[int(t.bar.BirthCell.U)*n+int(t.bar.BirthCell.V)])
		death := deaths.pivot[birth]
		if death < 0 || value(death) != t.bar.Death {
			return fmt.Errorf("topoloss: the bar from %v to %v is none of the points: the diagram is of others", t.bar.Birth, t.bar.Death)
		}
		if t.death != t.bar.Death {
			set := deaths.column(death)
			lower := t.death < t.bar.Death
			if !lower {
				set = deaths.row(death)
			}
			edges = edges[:0]
			for _, k := range set {
				if k == death || lower == (value(k) > t.death) && value(k) != t.death {
					edges = append(edges, triangles[k][2])
				}
			}
			w.follow(edges, triangles[death][2], aim{t.death, t.weight})
		}
		if t.birth != t.bar.Birth {
			column := int32(count - 1 - birth)
			raise := t.birth > t.bar.Birth
			set := births.row(column)
			if raise {
				set = births.column(column)
			}
			edges = edges[:0]
			for _, c := range set {
				e := count - 1 - int(c)
				length := float64(w.edges[e].length)
				if e == birth || raise == (length < t.birth) && length != t.birth {
					edges = append(edges, int32(e))
				}
			}
			w.follow(edges, int32(birth), aim{t.birth, t.weight})
		}
	}
	return nil
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
