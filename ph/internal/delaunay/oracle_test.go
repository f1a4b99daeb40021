package delaunay

import (
	"fmt"
	"math/big"
	"slices"
)

// determinant returns the determinant of a matrix, by the formula of Leibniz.
func determinant(m [][]*big.Rat) *big.Rat {
	if len(m) == 0 {
		return big.NewRat(1, 1)
	}
	sum := new(big.Rat)
	for i, row := range m {
		var minor [][]*big.Rat
		for k, other := range m {
			if k != i {
				minor = append(minor, other[1:])
			}
		}
		term := new(big.Rat).Mul(row[0], determinant(minor))
		if i%2 != 0 {
			term.Neg(term)
		}
		sum.Add(sum, term)
	}
	return sum
}

// An oracle computes the predicates and the triangulation with rational numbers.
type oracle struct {
	points [][]float64
	spare  [][]float64 // points that complete an affine basis of all points to one of the space
	dim    int
}

// row returns 1, the coordinates of a point and, if lift is set, the square of its length.
func row(p []float64, lift bool) []*big.Rat {
	out := []*big.Rat{big.NewRat(1, 1)}
	sum := new(big.Rat)
	for _, x := range p {
		r := new(big.Rat).SetFloat64(x)
		out = append(out, r)
		sum.Add(sum, new(big.Rat).Mul(r, r))
	}
	if lift {
		out = append(out, sum)
	}
	return out
}

func (o *oracle) orientation(simplex []int) int {
	var m [][]*big.Rat
	for _, i := range simplex {
		m = append(m, row(o.points[i], false))
	}
	for _, s := range o.spare {
		m = append(m, row(s, false))
	}
	return determinant(m).Sign()
}

// newOracle finds the dimension of points, and spare points.
func newOracle(points [][]float64) *oracle {
	d := len(points[0])
	o := &oracle{points: points}
	// An affine basis of the points, then of the space, from the coordinate simplex.
	all := slices.Clone(points)
	for axis := -1; axis < d; axis++ {
		p := make([]float64, d)
		if axis >= 0 {
			p[axis] = 1
		}
		all = append(all, p)
	}
	var basis [][]float64
	for i, p := range all {
		if rank(append(slices.Clone(basis), p)) > len(basis) {
			basis = append(basis, p)
			if i >= len(points) {
				o.spare = append(o.spare, p)
			}
		}
	}
	o.dim = d - len(o.spare)
	return o
}

// rank returns the affine rank of points, by elimination.
func rank(points [][]float64) int {
	var m [][]*big.Rat
	for _, p := range points {
		m = append(m, row(p, false))
	}
	rank := 0
	for column := range m[0] {
		pivot := -1
		for i := rank; i < len(m); i++ {
			if m[i][column].Sign() != 0 {
				pivot = i
			}
		}
		if pivot < 0 {
			continue
		}
		m[rank], m[pivot] = m[pivot], m[rank]
		for i := rank + 1; i < len(m); i++ {
			factor := new(big.Rat).Quo(m[i][column], m[rank][column])
			for k := range m[i] {
				m[i][k] = new(big.Rat).Sub(m[i][k], new(big.Rat).Mul(factor, m[rank][k]))
			}
		}
		if rank++; rank == len(m) {
			break
		}
	}
	return rank
}

// inside reports whether a point is inside the circumsphere of a simplex, after the
// perturbation: the sign of the first coefficient that is not 0 of the determinant as a
// polynomial in the perturbations, from the least power on.
func (o *oracle) inside(simplex []int, x int) bool {
	// One row for each point of the simplex, each spare point, and last the point.
	var m [][]*big.Rat
	perturbed := make(map[int]int) // the row of each point
	for _, i := range simplex {
		perturbed[i] = len(m)
		m = append(m, row(o.points[i], true))
	}
	for _, p := range o.spare {
		m = append(m, row(p, true))
	}
	perturbed[x] = len(m)
	m = append(m, row(o.points[x], true))
	// To raise the point changes the determinant by the orientation, and takes it outside.
	sign := -o.orientation(simplex)
	if s := determinant(m).Sign(); s != 0 {
		return s*sign > 0
	}
	order := append(slices.Clone(simplex), x)
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(o.points[b], o.points[a]) })
	last := len(m) - 1
	for _, i := range order {
		var minor [][]*big.Rat
		for k := range m {
			if k != perturbed[i] {
				minor = append(minor, m[k][:last])
			}
		}
		s := determinant(minor).Sign()
		if (perturbed[i]+last)%2 != 0 {
			s = -s
		}
		if s != 0 {
			return s*sign > 0
		}
	}
	panic("no coefficient")
}

// cells returns the triangulation by brute force, as sorted lists of points.
func (o *oracle) cells() []string {
	var distinct []int
	for i, p := range o.points {
		if !slices.ContainsFunc(distinct, func(k int) bool { return slices.Equal(o.points[k], p) }) {
			distinct = append(distinct, i)
		}
	}
	var found []string
	var choose func(simplex []int, from int)
	choose = func(simplex []int, from int) {
		if len(simplex) == o.dim+1 {
			if o.orientation(simplex) == 0 {
				return
			}
			for _, x := range distinct {
				if !slices.Contains(simplex, x) && o.inside(simplex, x) {
					return
				}
			}
			found = append(found, fmt.Sprint(simplex))
			return
		}
		for k := from; k < len(distinct); k++ {
			choose(append(slices.Clone(simplex), distinct[k]), k+1)
		}
	}
	choose(nil, 0)
	slices.Sort(found)
	return found
}
