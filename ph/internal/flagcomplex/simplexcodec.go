package flagcomplex

import (
	"fmt"
	"math/bits"
)

// A simplexCodec encodes simplices as integers in the order of the filtration.
//
// The code of a simplex is the rank of its youngest edge, then its other points, then a
// coefficient in the lowest bits. Points are in descending order, as v+1. But the apex of
// the edge is 0, the least of all.
//
// Simplices of one youngest edge and dimension may come in any order. This one leaves few
// of them that are not in an apparent pair; see the package comment.
type simplexCodec struct {
	*skeleton
	pointBits, coefficientBits int
}

const maxPoints = 16 // of a simplex

func (c *simplexCodec) begin(s *skeleton, modulus int) {
	c.skeleton = s
	c.pointBits = bits.Len(uint(s.n))
	c.coefficientBits = bits.Len(uint(modulus - 1))
}

// check returns an error if simplices of a number of points do not fit into an integer.
func (c *simplexCodec) check(points int) error {
	need := bits.Len(uint(len(c.ends))) + (points-2)*c.pointBits + c.coefficientBits
	if need > 64 || points > maxPoints {
		return fmt.Errorf("ph: simplices of %d points among %d points and %d edges take %d bits, more than 64: lower the degree or the threshold",
			points, c.n, len(c.ends), need)
	}
	return nil
}

// shift returns the number of bits below the rank in the code of a simplex of a number of
// points.
func (c *simplexCodec) shift(points int) int { return (points-2)*c.pointBits + c.coefficientBits }

// rankOf returns the rank of the youngest edge of a simplex of a number of points.
func (c *simplexCodec) rankOf(simplex uint64, points int) uint32 {
	return uint32(simplex >> c.shift(points))
}

// coefficient returns the coefficient in a code.
func (c *simplexCodec) coefficient(simplex uint64) uint64 {
	return simplex & (1<<c.coefficientBits - 1)
}

// bare returns a code with the coefficient 0.
func (c *simplexCodec) bare(simplex uint64) uint64 { return simplex &^ (1<<c.coefficientBits - 1) }

// points writes the points of a simplex in ascending order.
func (c *simplexCodec) points(dst []int32, simplex uint64) {
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

// encode returns the code of the simplex of an edge and other points, which ascend, with
// the coefficient 0.
func (c *simplexCodec) encode(rank uint32, others []int32) uint64 {
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

// least returns the first of the points of a simplex in the order of its youngest edge,
// apart from the ends of that edge, and the facet without this point, with the coefficient
// 0. That is the youngest facet of the simplex.
func (c *simplexCodec) least(simplex uint64, points int) (v int32, facet uint64) {
	rest := simplex >> c.coefficientBits
	v = int32(rest&(1<<c.pointBits-1)) - 1
	if v < 0 {
		v = c.apex[c.rankOf(simplex, points)]
	}
	return v, rest >> c.pointBits << c.coefficientBits
}
