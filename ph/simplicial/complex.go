package simplicial

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/topogen/topogen/ph"
)

// A Simplex is a simplex of a filtered complex.
type Simplex struct {
	Points ph.Simplex // ascending
	Value  float64    // at which it enters
	Cell   ph.Cell    // the input values that Value depends on
}

// A Complex is a filtered simplicial complex, a [ph.Filtration].
type Complex struct {
	simplices [][]Simplex // by dimension, in the order of the filtration

	// The cofacets of simplex i of dimension d are cofacets[d][starts[d][i]:starts[d][i+1]].
	starts   [][]int32
	cofacets [][]int32
}

// New returns the complex of simplices. It sorts the simplices of each dimension by value,
// then by points. It returns an error that names a simplex
//
//   - if its points do not ascend, or if one is negative;
//   - if it is listed twice;
//   - if one of its facets is missing or enters later;
//   - if its value is NaN or infinite.
//
// It takes O(n log n) for n simplices.
func New(simplices []Simplex) (*Complex, error) {
	c := new(Complex)
	for i, s := range simplices {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("simplicial: simplex %d, %v, %w", i, s.Points, err)
		}
		for len(c.simplices) < len(s.Points) {
			c.simplices = append(c.simplices, nil)
		}
		c.simplices[len(s.Points)-1] = append(c.simplices[len(s.Points)-1], s)
	}
	for _, list := range c.simplices {
		slices.SortFunc(list, func(s, t Simplex) int {
			return cmp.Or(cmp.Compare(s.Value, t.Value), slices.Compare(s.Points, t.Points))
		})
	}
	return c, c.link()
}

// check returns an error if the points or the value of a simplex are not valid. Its text
// continues a sentence that the caller starts with the name of the simplex.
func (s *Simplex) check() error {
	if len(s.Points) == 0 {
		return fmt.Errorf("has no points")
	}
	if s.Value-s.Value != 0 {
		return fmt.Errorf("has the value %v: values must be finite", s.Value)
	}
	last := int32(-1)
	for _, p := range s.Points {
		if p <= last {
			return fmt.Errorf("has points that do not ascend from 0")
		}
		last = p
	}
	return nil
}

// link sets starts and cofacets. It returns an error if a simplex is listed twice, or if a
// facet is missing or enters later.
func (c *Complex) link() error {
	below := make(map[string]int32) // the numbers of the simplices of one dimension less
	var key []byte
	for dim, list := range c.simplices {
		numbers := make(map[string]int32, len(list))
		type incidence struct{ facet, cofacet int32 } // cofacet has a sign, as in ph.Filtration
		var incidences []incidence
		for i, s := range list {
			key = appendKey(key[:0], s.Points, -1)
			if _, ok := numbers[string(key)]; ok {
				return fmt.Errorf("simplicial: simplex %v is listed twice", s.Points)
			}
			numbers[string(key)] = int32(i)
			for skip := range s.Points {
				if dim == 0 {
					break
				}
				key = appendKey(key[:0], s.Points, skip)
				facet, ok := below[string(key)]
				if !ok {
					return fmt.Errorf("simplicial: simplex %v lacks its facet without point %d", s.Points, s.Points[skip])
				}
				if f := &c.simplices[dim-1][facet]; f.Value > s.Value {
					return fmt.Errorf("simplicial: simplex %v enters at %v, before its facet %v at %v", s.Points, s.Value, f.Points, f.Value)
				}
				cofacet := int32(i)
				if skip%2 != 0 {
					cofacet = ^cofacet
				}
				incidences = append(incidences, incidence{facet, cofacet})
			}
		}
		if dim > 0 {
			starts := make([]int32, len(c.simplices[dim-1])+2)
			ends := starts[1:]
			for _, x := range incidences {
				ends[x.facet+1]++
			}
			for i := 1; i < len(ends); i++ {
				ends[i] += ends[i-1]
			}
			cofacets := make([]int32, len(incidences))
			for _, x := range incidences {
				cofacets[ends[x.facet]] = x.cofacet
				ends[x.facet]++
			}
			c.starts, c.cofacets = append(c.starts, starts), append(c.cofacets, cofacets)
		}
		below = numbers
	}
	return nil
}

// appendKey appends the points of a simplex as bytes, without points[skip]. A negative skip
// leaves out none.
func appendKey(key []byte, points ph.Simplex, skip int) []byte {
	for i, p := range points {
		if i != skip {
			key = append(key, byte(p), byte(p>>8), byte(p>>16), byte(p>>24))
		}
	}
	return key
}

// Len returns the number of simplices of a dimension.
func (c *Complex) Len(dim int) int {
	if dim >= len(c.simplices) {
		return 0
	}
	return len(c.simplices[dim])
}

// Value returns the value at which a simplex enters.
func (c *Complex) Value(dim, i int) float64 { return c.simplices[dim][i].Value }

// Cell names the input values that the value of a simplex depends on.
func (c *Complex) Cell(dim, i int) ph.Cell { return c.simplices[dim][i].Cell }

// Simplex returns the points of a simplex.
func (c *Complex) Simplex(dim, i int) ph.Simplex { return c.simplices[dim][i].Points }

// AppendCofacets appends the cofacets of a simplex, with signs as in [ph.Filtration].
func (c *Complex) AppendCofacets(dst []int32, dim, i int) []int32 {
	if dim >= len(c.cofacets) {
		return dst
	}
	return append(dst, c.cofacets[dim][c.starts[dim][i]:c.starts[dim][i+1]]...)
}
