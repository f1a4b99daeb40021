package flagcomplex

import (
	"fmt"
	"math/bits"
)

// A simplexCodec encodes simplices as integers in the order of the filtration.
//
// The code of a simplex has the rank of its youngest edge in the highest bits, then the
// other points of the simplex, then a coefficient in the lowest bits. A point v is written as
// v+1, and the apex of the edge as 0. The points descend by these numbers, so that the apex
// is the last.
//
// The filtration leaves the order of simplices of one youngest edge and dimension free. In
// the order of these codes few of them are in no apparent pair; see the package comment.
type simplexCodec struct {
	*skeleton
	pointBits, coefficientBits int // the number of bits of a point, and of a coefficient
}

const maxPoints = 16 // the largest number of points of a simplex

func (c *simplexCodec) begin(s *skeleton, modulus int) {
	c.skeleton = s
	c.pointBits = bits.Len(uint(s.n))
	c.coefficientBits = bits.Len(uint(modulus - 1))
}

// check returns an error if simplices of a number of points have more points than maxPoints
// or do not fit into 64 bits.
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

// encode returns the code of a simplex, with the coefficient 0. rank is the rank of its
// youngest edge, others are its other points, ascending.
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

// least returns the first point v of a simplex in the order of its youngest edge, apart
// from the ends of this edge. It also returns the code of the facet without v, with the
// coefficient 0. This facet is the youngest facet of the simplex.
func (c *simplexCodec) least(simplex uint64, points int) (v int32, facet uint64) {
	rest := simplex >> c.coefficientBits
	v = int32(rest&(1<<c.pointBits-1)) - 1
	if v < 0 {
		v = c.apex[c.rankOf(simplex, points)]
	}
	return v, rest >> c.pointBits << c.coefficientBits
}
