package cubical_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/cubical"
)

// A cube of the oracle: an interval [at, at+1] along the axes where long is set, else
// the point at.
type cube struct {
	at    [3]int
	long  [3]bool
	pixel int // whose value it has
}

// oracle returns the bars of positive length by degree, from the reduction of the whole
// boundary matrix as textbooks have it. It shares nothing with the package: cubes are
// listed by coordinates, and each asks all pixels next to it.
func oracle(shape []int, values []float64, o cubical.Options) [][]ph.Bar {
	n := [3]int{1, 1, 1}
	copy(n[3-len(shape):], shape)
	sign := 1.0
	if o.Superlevel {
		sign = -1
	}
	before := func(p, q int) int { return cmp.Or(cmp.Compare(sign*values[p], sign*values[q]), cmp.Compare(p, q)) }
	pixelAt := func(x [3]int) int { return (x[0]*n[1]+x[1])*n[2] + x[2] }

	var cubes []cube
	grow := func(c cube) {
		// Along each axis, the coordinates of the pixels next to the cube.
		var near [3][]int
		for a := range 3 {
			list := []int{c.at[a], c.at[a] + 1}
			switch {
			case o.Construction == cubical.Vertices && !c.long[a]:
				list = list[:1]
			case o.Construction == cubical.TopCells && c.long[a]:
				list = list[:1] // pixel i is the interval [i, i+1]
			case o.Construction == cubical.TopCells && a < 3-len(shape):
				list = list[:1] // an axis that the image does not have
			case o.Construction == cubical.TopCells:
				list = []int{c.at[a] - 1, c.at[a]} // the point i is an end of both
			}
			near[a] = list
		}
		c.pixel = -1
		for _, x := range near[0] {
			for _, y := range near[1] {
				for _, z := range near[2] {
					if x < 0 || y < 0 || z < 0 || x >= n[0] || y >= n[1] || z >= n[2] {
						if o.Construction == cubical.Vertices {
							return // a vertex is missing
						}
						continue
					}
					p := pixelAt([3]int{x, y, z})
					if c.pixel < 0 || (before(p, c.pixel) < 0) == (o.Construction == cubical.TopCells) {
						c.pixel = p
					}
				}
			}
		}
		if c.pixel >= 0 {
			cubes = append(cubes, c)
		}
	}
	for x := range n[0] + 1 {
		for y := range n[1] + 1 {
			for z := range n[2] + 1 {
				for long := range 8 {
					c := cube{at: [3]int{x, y, z}, long: [3]bool{long&1 != 0, long&2 != 0, long&4 != 0}}
					if len(shape) == 2 && (c.long[0] || x > 0) {
						continue
					}
					grow(c)
				}
			}
		}
	}
	dim := func(c cube) (d int) {
		for _, l := range c.long {
			if l {
				d++
			}
		}
		return d
	}
	slices.SortStableFunc(cubes, func(a, b cube) int { return cmp.Or(before(a.pixel, b.pixel), cmp.Compare(dim(a), dim(b))) })
	name := func(c cube) string { return fmt.Sprint(c.at, c.long) }
	place := make(map[string]int)
	for i, c := range cubes {
		place[name(c)] = i
	}
	value := func(i int) float64 { return sign * values[cubes[i].pixel] }
	cell := func(i int) ph.Cell { return ph.Cell{U: int32(cubes[i].pixel), V: int32(cubes[i].pixel)} }

	bars := make([][]ph.Bar, len(shape))
	columns := make(map[int]map[int]bool) // by pivot
	paired := make(map[int]bool)
	for i, c := range cubes {
		column := make(map[int]bool)
		for a := range 3 {
			if !c.long[a] {
				continue
			}
			for end := range 2 {
				side := c
				side.long[a] = false
				side.at[a] += end
				column[place[name(side)]] = true
			}
		}
		for len(column) > 0 {
			pivot := -1
			for k := range column {
				pivot = max(pivot, k)
			}
			if columns[pivot] == nil {
				columns[pivot] = column
				paired[pivot], paired[i] = true, true
				if value(pivot) < value(i) {
					d := dim(cubes[pivot])
					bars[d] = append(bars[d], ph.Bar{Birth: value(pivot), Death: value(i), BirthCell: cell(pivot), DeathCell: cell(i)})
				}
				break
			}
			for k := range columns[pivot] {
				if column[k] {
					delete(column, k)
				} else {
					column[k] = true
				}
			}
		}
	}
	for i, c := range cubes {
		if !paired[i] && dim(c) < len(bars) {
			bars[dim(c)] = append(bars[dim(c)], ph.Bar{Birth: value(i), Death: math.Inf(1), BirthCell: cell(i), DeathCell: ph.Cell{U: -1, V: -1}})
		}
	}
	for _, list := range bars {
		slices.SortFunc(list, compareBars)
	}
	return bars
}

func compareBars(a, b ph.Bar) int {
	return cmp.Or(cmp.Compare(a.Death, b.Death), cmp.Compare(a.Birth, b.Birth),
		cmp.Compare(a.DeathCell.U, b.DeathCell.U), cmp.Compare(a.BirthCell.U, b.BirthCell.U))
}
