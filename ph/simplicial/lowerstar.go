package simplicial

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/ph"
)

// maxPoints bounds the number of vertices of a simplex whose faces are added: it has 2ⁿ − 1.
const maxPoints = 24

// LowerStar returns the lower-star filtration of values on vertices. Its complex has all
// vertices, the given simplices and all their faces. A simplex enters with the last of its
// vertices, by value and then by number, and its Cell is that vertex: {v, v}.
//
// The points of simplices, at most 24 each, may be in any order. The same simplex may be given several times.
func LowerStar(values []float64, simplices []ph.Simplex) (*Complex, error) {
	var all []Simplex
	present := make(map[string]bool)
	var key []byte
	var add func(points ph.Simplex)
	add = func(points ph.Simplex) {
		key = appendKey(key[:0], points, -1)
		if len(points) == 0 || present[string(key)] {
			return
		}
		present[string(key)] = true
		last := points[0]
		for _, p := range points[1:] {
			if values[p] >= values[last] {
				last = p
			}
		}
		all = append(all, Simplex{points, values[last], ph.Cell{U: last, V: last}})
		for skip := range points {
			add(slices.Delete(slices.Clone(points), skip, skip+1))
		}
	}
	for v := range values {
		add(ph.Simplex{int32(v)})
	}
	for i, s := range simplices {
		if len(s) > maxPoints {
			return nil, fmt.Errorf("simplicial: simplex %d has %d vertices, of which every set is a face: want at most %d", i, len(s), maxPoints)
		}
		points := slices.Clone(s)
		slices.Sort(points)
		for k, p := range points {
			if p < 0 || int(p) >= len(values) || k > 0 && p == points[k-1] {
				return nil, fmt.Errorf("simplicial: simplex %d, %v: want different vertices from 0 to %d", i, s, len(values)-1)
			}
		}
		add(points)
	}
	return New(all)
}
