package delaunay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/parallel"
)

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
