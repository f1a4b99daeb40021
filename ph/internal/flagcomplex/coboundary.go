package flagcomplex

import (
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/field"
)

// coboundaries enumerates the cofacets of one simplex after another. Each cofacet consists
// of the simplex and a new point, the point of a cone.
type coboundaries struct {
	*simplexCodec
	field  *field.Field
	points []int32  // the points of the simplex, ascending
	cones  []cone   // one for each cofacet
	set    []uint64 // room for a bitset of points
}

func (c *coboundaries) begin(code *simplexCodec, f *field.Field) {
	c.simplexCodec, c.field = code, f
	c.set = reuse.Slice(c.set, c.words)
}

// appendCoboundary appends factor times the coboundary of a simplex of dim+1
// points.
func (c *coboundaries) appendCoboundary(dst []uint64, simplex uint64, dim int, factor uint64) []uint64 {
	points := reuse.Slice(c.points, dim+1)
	c.points = points
	c.simplexCodec.points(points, simplex)
	rank := c.rankOf(simplex, dim+1)
	shift := c.shift(dim + 2)
	// If the youngest edge of a cofacet joins the new point to points[i], then the code of
	// the cofacet lists all other points of the simplex. faces[i] is this list, for an edge
	// whose apex is not in the list. A local list depends on the edge.
	var faces [maxPoints]uint64
	for i := range points {
		for j := dim; j >= 0 && !c.local; j-- {
			if j != i {
				faces[i] = faces[i]<<c.pointBits | uint64(points[j]+1)
			}
		}
	}
	signs := [2]uint64{factor, c.field.Negate(factor)}
	before := 0 // the number of points of the simplex that are less than the new point
	c.cones = c.appendCones(c.cones[:0], points, int32(c.n), c.set)
	for _, cone := range c.cones {
		for before <= dim && points[before] < cone.point {
			before++
		}
		var code uint64
		switch {
		case cone.rank < rank:
			code = c.over(rank, cone.point)
		case c.local || c.isApex(cone.rank, points, cone.at):
			code = c.without(cone.rank, cone.at)
		default:
			code = uint64(cone.rank)<<shift | faces[cone.at]<<c.coefficientBits
		}
		dst = append(dst, code|signs[before&1])
	}
	return dst
}

// isApex reports whether the apex of the edge of the given rank is in points, at an index
// other than at. If so, the code of a cofacet with this youngest edge must write that point as 0,
// as a simplexCodec writes apexes.
func (c *coboundaries) isApex(rank uint32, points []int32, at int32) bool {
	apex := c.apex[rank]
	for i, p := range points {
		if p == apex {
			return i != int(at)
		}
	}
	return false
}

// over returns the code of the cofacet that consists of the simplex and v. rank is the rank
// of the youngest edge of the simplex. The edges from the simplex to v must be older.
func (c *coboundaries) over(rank uint32, v int32) uint64 {
	e := c.ends[rank]
	var others [maxPoints]int32
	k := 0
	for _, p := range c.points {
		if v >= 0 && v < p {
			others[k] = v
			k++
			v = -1
		}
		if p != e.U && p != e.V {
			others[k] = p
			k++
		}
	}
	if v >= 0 {
		others[k] = v
		k++
	}
	if c.local {
		return c.encodeLocally(rank, others[:k])
	}
	return c.encodeWhole(rank, others[:k])
}

// without returns the code of the cofacet that consists of the simplex and a new point. The
// youngest edge of this cofacet has the given rank and joins the new point to points[at].
func (c *coboundaries) without(rank uint32, at int32) uint64 {
	var others [maxPoints]int32
	k := 0
	for i, p := range c.points {
		if i != int(at) {
			others[k] = p
			k++
		}
	}
	if c.local {
		return c.encodeLocally(rank, others[:k])
	}
	return c.encodeWhole(rank, others[:k])
}
