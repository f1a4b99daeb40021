package flagcomplex

import (
	"fmt"
	"math/bits"
	"slices"
)

// A simplexCodec encodes simplices as integers in the order of the filtration.
//
// The code of a simplex has the rank of its youngest edge in the highest bits, then the
// other points of the simplex, then a coefficient in the lowest bits. A point v is written as
// v+1, and the apex of the edge as 0. The points descend by these numbers, so that the apex
// is the last.
//
// If such codes do not fit into 64 bits, points are written locally. All other points of a
// simplex are neighbors of both ends of its youngest edge. So v is written as its place,
// counted from 1, in the list of the neighbors of one end: of the end that has fewer. The
// lists ascend, so that local codes are in the same order. They take few bits in a graph in
// which each edge has an end of few neighbors, however many points there are.
//
// The filtration leaves the order of simplices of one youngest edge and dimension free. In
// the order of these codes few of them are in no apparent pair; see the package comment.
type simplexCodec struct {
	*skeleton
	pointBits, coefficientBits int // the number of bits of a point, and of a coefficient

	local bool
}

const maxPoints = 16 // the largest number of points of a simplex

func (c *simplexCodec) begin(s *skeleton, modulus int) {
	c.skeleton, c.local = s, false
	c.pointBits = bits.Len(uint(s.n))
	c.coefficientBits = bits.Len(uint(modulus - 1))
}

// bits returns the number of bits of the code of a simplex with the given number of points.
func (c *simplexCodec) bits(points int) int {
	return bits.Len(uint(len(c.ends))) + (points-2)*c.pointBits + c.coefficientBits
}

// fits reports whether the codes of simplices with the given number of points fit 64 bits.
func (c *simplexCodec) fits(points int) bool { return points <= maxPoints && c.bits(points) <= 64 }

// fit chooses codes for simplices of up to the given number of points. It returns an upper
// bound of the number of points of these simplices. It is an error if there may be simplices
// whose codes do not fit 64 bits.
func (c *simplexCodec) fit(points int) (most int, err error) {
	if c.fits(points) {
		return points, nil
	}
	whole := c.bits(points)
	if points = min(points, c.widestLune()+2); c.fits(points) {
		return points, nil
	}
	c.writeLocally()
	if c.fits(points) {
		return points, nil
	}
	if c.stop.Requested() {
		return 0, nil
	}
	return 0, fmt.Errorf("ph: simplices of %d points among %d points and %d edges take %d bits, more than 64: lower the degree or the threshold",
		points, c.n, len(c.ends), min(whole, c.bits(points)))
}

// writeLocally makes codes local.
func (c *simplexCodec) writeLocally() {
	c.useLinks()
	most := 0
	for rank := range c.ends {
		most = max(most, len(c.nearby(uint32(rank))))
	}
	c.local, c.pointBits = true, bits.Len(uint(most))
}

// nearby returns the list of neighbors by which local codes name the points of simplices
// whose youngest edge has the given rank.
func (c *simplexCodec) nearby(rank uint32) []link {
	e := c.ends[rank]
	u, v := c.linksOf(e.U), c.linksOf(e.V)
	if len(v) < len(u) {
		return v
	}
	return u
}

// localNumber returns the number, at least 1, that stands for a point other than the apex in
// local codes of simplices whose youngest edge has the given rank.
func (c *simplexCodec) localNumber(rank uint32, v int32) uint64 {
	at, _ := slices.BinarySearchFunc(c.nearby(rank), v, func(l link, v int32) int { return int(l.to - v) })
	return uint64(at + 1)
}

// point returns the point for which a number stands in simplices whose youngest edge has the
// given rank.
func (c *simplexCodec) point(rank uint32, number uint64) int32 {
	if number == 0 || c.local {
		return c.pointOf(rank, number)
	}
	return int32(number) - 1
}

// pointOf does the same for the apex and in local codes.
func (c *simplexCodec) pointOf(rank uint32, number uint64) int32 {
	if number == 0 {
		return c.apex[rank]
	}
	return c.nearby(rank)[number-1].to
}

// shift returns the number of bits below the rank in the code of a simplex with the
// given number of points.
func (c *simplexCodec) shift(points int) int { return (points-2)*c.pointBits + c.coefficientBits }

// rankOf returns the rank of the youngest edge of a simplex with the given number of points.
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
		v := c.point(rank, rest&mask)
		rest >>= c.pointBits
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
	if c.local {
		return c.encodeLocally(rank, others)
	}
	return c.encodeWhole(rank, others)
}

// encodeWhole does what encode does where codes are not local. The compiler inlines it.
func (c *simplexCodec) encodeWhole(rank uint32, others []int32) uint64 {
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

// encodeLocally does what encode does where codes are local.
func (c *simplexCodec) encodeLocally(rank uint32, others []int32) uint64 {
	s := uint64(rank)
	with := false
	for k := len(others) - 1; k >= 0; k-- {
		if others[k] == c.apex[rank] {
			with = true
			continue
		}
		s = s<<c.pointBits | c.localNumber(rank, others[k])
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
	v = c.point(c.rankOf(simplex, points), rest&(1<<c.pointBits-1))
	return v, rest >> c.pointBits << c.coefficientBits
}
