package delaunay

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/parallel"
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

// cellsOf returns the cells of a triangulation as sorted lists of points.
func cellsOf(t *Triangulation) []string {
	var list []string
	for _, c := range t.Cells {
		v := slices.Clone(c.Vertices[:t.Dim+1])
		slices.Sort(v)
		list = append(list, fmt.Sprint(v))
	}
	slices.Sort(list)
	return list
}

// draw returns a cloud of one of several kinds, most of them degenerate.
func draw(r *rand.Rand, n, dim, kind int) [][]float64 {
	points := make([][]float64, n)
	for i := range points {
		p := make([]float64, dim)
		for a := range p {
			switch kind {
			case 0: // in general position
				p[a] = r.Float64()
			case 1: // a grid with coinciding points
				p[a] = float64(r.IntN(3))
			case 2: // a grid whose differences are rounded
				p[a] = 0.1 * float64(r.IntN(4))
			case 3: // all magnitudes
				p[a] = r.NormFloat64() * float64(uint64(1)<<r.IntN(40))
			case 4: // a grid moved by the least amount
				p[a] = 1 + float64(r.IntN(3)) + float64(r.IntN(3)-1)*0x1p-50
			case 5: // almost on a line
				p[a] = float64(i%5) / 3
				if r.IntN(4) == 0 {
					p[a] += 0x1p-52
				}
			case 6: // in a plane of space, on a line of the plane
				p[a] = float64(r.IntN(4))
				if a == dim-1 {
					p[a] = 2*p[0] - p[dim-2]
				}
			case 7: // on a line
				p[a] = float64(a+1) * p[0]
				if a == 0 {
					p[0] = float64(r.IntN(6))
				}
			case 8: // the corners of a box, on one sphere, and its center
				p[a] = float64(r.IntN(2))
				if i == 0 {
					p[a] = 0.5
				}
			case 9: // in the plane of the last axis, off the origin
				p[a] = r.Float64() * 1e-3
				if a == dim-1 {
					p[a] = 5
				}
			}
		}
		points[i] = p
	}
	return points
}

const kinds = 10

// TestManyPoints checks what brute force is too slow for: neighbors, orientations and Euler's
// formula of large clouds, most of them degenerate, and that the triangulation does not depend
// on the order of the points.
func TestManyPoints(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var d Triangulation
	for kind := range kinds {
		for dim := 2; dim <= 3; dim++ {
			points := draw(r, 300, dim, kind)
			d.Build(dim, slices.Concat(points...), parallel.Stop{})
			requireValid(t, &d)
			cells := coordinatesOf(&d, points)
			r.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
			d.Build(dim, slices.Concat(points...), parallel.Stop{})
			require.Equal(t, cells, coordinatesOf(&d, points))
		}
	}
}

// requireValid checks that neighbors agree, that no vertex of a cell lies in the circumsphere
// of a neighbor, that cells have positive orientation, and Euler's formula.
func requireValid(t *testing.T, d *Triangulation) {
	t.Helper()
	n := d.Dim + 1
	faces := make(map[string]int) // by points: the dimension
	for i, c := range d.Cells {
		for subset := 1; subset < 1<<n; subset++ {
			var face []int32
			for k, v := range c.Vertices[:n] {
				if subset>>k&1 != 0 {
					face = append(face, v)
				}
			}
			slices.Sort(face)
			faces[fmt.Sprint(face)] = len(face) - 1
		}
		if d.Dim >= 2 {
			require.Equal(t, 1, d.orientation(c.Vertices))
		}
		for k, other := range c.Neighbors[:n] {
			if other < 0 || d.Dim == 0 {
				continue
			}
			o := d.Cells[other]
			back := slices.Index(o.Neighbors[:n], int32(i))
			require.GreaterOrEqual(t, back, 0)
			if d.Dim >= 2 {
				require.False(t, d.conflicts(&c, o.Vertices[back]))
			}
			mine, its := slices.Clone(c.Vertices[:n]), slices.Clone(o.Vertices[:n])
			require.NotEqual(t, mine[k], its[back])
			mine, its = slices.Delete(mine, k, k+1), slices.Delete(its, back, back+1)
			slices.Sort(mine)
			slices.Sort(its)
			require.Equal(t, mine, its)
		}
	}
	euler := 0
	for _, dim := range faces {
		euler += 1 - 2*(dim%2)
	}
	require.Equal(t, 1, euler)
}

func TestAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var d Triangulation
	for trial := range 8 * kinds {
		dim := 2 + trial/kinds%2
		requireTriangulation(t, &d, draw(r, 1+r.IntN(10-dim), dim, trial%kinds), r)
	}
}

// FuzzTriangulation compares with brute force. Each coordinate is one of few numbers, so that
// most clouds are degenerate, or any float64 of moderate size.
func FuzzTriangulation(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, false, int64(0))
	f.Add([]byte{0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 2, 2, 2}, true, int64(1))
	f.Add([]byte{0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44}, true, int64(2))
	f.Fuzz(func(t *testing.T, data []byte, space bool, seed int64) {
		dim := 2
		if space {
			dim = 3
		}
		r := rand.New(rand.NewPCG(uint64(seed), 0))
		numbers := []float64{0, 1, 0.5, 0.1, 0.2, 0.3, 1e-9, 1 + 0x1p-52, -1, 3, r.Float64(), r.NormFloat64()}
		var points [][]float64
		for i := 0; i+dim <= len(data) && len(points) < 8; i += dim {
			p := make([]float64, dim)
			for a, b := range data[i : i+dim] {
				p[a] = numbers[int(b)%len(numbers)]
				if b > 250 {
					p[a] = r.Float64()
				}
			}
			points = append(points, p)
		}
		if len(points) > 0 {
			requireTriangulation(t, new(Triangulation), points, r)
		}
	})
}

// requireTriangulation compares a triangulation with that by brute force, and with that of
// the points in another order.
func requireTriangulation(t *testing.T, d *Triangulation, points [][]float64, r *rand.Rand) {
	t.Helper()
	dim := len(points[0])
	coords := slices.Concat(points...)
	d.Build(dim, coords, parallel.Stop{})
	o := newOracle(points)
	require.Equal(t, o.dim, d.Dim, points)
	require.Equal(t, o.cells(), cellsOf(d), points)
	requireValid(t, d)
	shuffled := r.Perm(len(points))
	var other [][]float64
	for _, i := range shuffled {
		other = append(other, points[i])
	}
	cells := coordinatesOf(d, points)
	d.Build(dim, slices.Concat(other...), parallel.Stop{})
	require.Equal(t, cells, coordinatesOf(d, other))
}

// coordinatesOf returns the cells as sorted lists of coordinates.
func coordinatesOf(d *Triangulation, points [][]float64) []string {
	var list []string
	for _, c := range d.Cells {
		var cell [][]float64
		for _, v := range c.Vertices[:d.Dim+1] {
			cell = append(cell, points[v])
		}
		slices.SortFunc(cell, slices.Compare)
		list = append(list, fmt.Sprint(cell))
	}
	slices.Sort(list)
	return list
}
