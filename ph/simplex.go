package ph

import (
	"fmt"
	"math/bits"
)

// A simplex is written as one integer, the rank of its youngest edge followed by
// its other points, so that the order of integers is the order of the
// filtration. Points are in descending order, as v+1, but the apex of the edge
// is the least of all, 0. The lowest bits hold a coefficient, at least 1.
//
// Simplices of one rank and degree may be in any order: each edge may have its
// own order of points, and an apex that is joined to many others in the edge's
// lune leaves few simplices that are not in an apparent pair.
type coder struct {
	*skeleton
	pointBits, coefficientBits int
}

const maxPoints = 16 // of a simplex

func (c *coder) begin(s *skeleton, modulus int) {
	c.skeleton = s
	c.pointBits = bits.Len(uint(s.n))
	c.coefficientBits = bits.Len(uint(modulus - 1))
}

// check returns an error where simplices of so many points do not fit.
func (c *coder) check(points int) error {
	need := bits.Len(uint(len(c.ends))) + (points-2)*c.pointBits + c.coefficientBits
	if need > 64 || points > maxPoints {
		return fmt.Errorf("ph: simplices of %d points among %d points and %d edges take %d bits, more than 64: lower the degree or the threshold",
			points, c.n, len(c.ends), need)
	}
	return nil
}

// shift is the number of bits below the rank of a simplex of so many points.
func (c *coder) shift(points int) int { return (points-2)*c.pointBits + c.coefficientBits }

func (c *coder) rankOf(simplex uint64, points int) uint32 { return uint32(simplex >> c.shift(points)) }

// coefficient returns that of a simplex.
func (c *coder) coefficient(simplex uint64) uint64 { return simplex & (1<<c.coefficientBits - 1) }

// bare returns a simplex with the coefficient 0.
func (c *coder) bare(simplex uint64) uint64 { return simplex &^ (1<<c.coefficientBits - 1) }

// points writes the points of a simplex in ascending order.
func (c *coder) points(dst []int32, simplex uint64) {
	n := len(dst)
	rank := c.rankOf(simplex, n)
	e := c.ends[rank]
	dst[0], dst[1] = e.V, e.U
	rest := simplex >> c.coefficientBits
	mask := uint64(1)<<c.pointBits - 1
	for k := 2; k < n; k++ {
		v := int32(rest&mask) - 1
		rest >>= c.pointBits
		if v < 0 {
			v = c.apex[rank]
		}
		i := k
		for ; i > 0 && dst[i-1] > v; i-- {
			dst[i] = dst[i-1]
		}
		dst[i] = v
	}
}

// encode writes the simplex of an edge and other points, which are ascending,
// with the coefficient 0.
func (c *coder) encode(rank uint32, others []int32) uint64 {
	s := uint64(rank)
	apex := c.apex[rank]
	with := false
	for k := len(others) - 1; k >= 0; k-- {
		if others[k] == apex {
			with = true
			continue
		}
		s = s<<c.pointBits | uint64(others[k]+1)
	}
	if with {
		s <<= c.pointBits
	}
	return s << c.coefficientBits
}

// least returns the least of a simplex's points in the order of its edge, apart
// from the ends of the edge, and the simplex without it, which is its
// youngest facet. The coefficient is lost.
func (c *coder) least(simplex uint64, points int) (v int32, facet uint64) {
	rest := simplex >> c.coefficientBits
	v = int32(rest&(1<<c.pointBits-1)) - 1
	if v < 0 {
		v = c.apex[c.rankOf(simplex, points)]
	}
	return v, rest >> c.pointBits << c.coefficientBits
}
