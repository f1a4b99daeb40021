package metric

import (
	"math"

	"github.com/topogen/topogen/internal/reuse"
)

// A coincidence finds the points of a cloud that coincide with others.
//
// Of points that coincide, the one with the lowest index stands for the others, its copies. A
// copy has one edge of its own, of length 0, to the point that stands for it. Its other edges do
// not change the homology: where the edge from a copy to a point comes, all their neighbors in
// common are joined to each other point that coincides with the copy and has a lower index. So
// the edge is the base of a cone (Boissonnat, Pritam and Pareek 2018, Strong collapse for
// persistence, on dominated vertices). In a cloud of which half coincides, these edges would be
// most of those that are visited.
type coincidence[T Float] struct {
	members []int32   // the points that are not copies, if there is a copy
	copies  []Edge[T] // the edges of the copies

	table []int32 // a hash table of the points that are not copies: 1 more than a point, 0 where none is
}

// find finds the copies among points of dim coordinates each, in time proportional to the
// number of coordinates.
func (c *coincidence[T]) find(dim int, coords []T) {
	n := len(coords) / dim
	size := 4
	for size < 2*n {
		size *= 2
	}
	c.table = reuse.Slice(c.table, size)
	clear(c.table)
	c.members, c.copies = c.members[:0], c.copies[:0]
	for a := range int32(n) {
		x := coords[int(a)*dim:][:dim]
		place := int(hash(x)) & (size - 1)
		for {
			b := c.table[place] - 1
			if b < 0 {
				c.table[place] = a + 1
				break
			}
			if equal(x, coords[int(b)*dim:][:dim]) {
				c.copies = append(c.copies, Edge[T]{0, a, b})
				break
			}
			place = (place + 1) & (size - 1)
		}
	}
	if len(c.copies) == 0 {
		return
	}
	next := 0
	for a := range int32(n) {
		if next < len(c.copies) && c.copies[next].A == a {
			next++
		} else {
			c.members = append(c.members, a)
		}
	}
}

// hash returns a number that is equal for equal points.
func hash[T Float](x []T) uint64 {
	h := uint64(0)
	for _, v := range x {
		h = (h ^ math.Float64bits(float64(v)+0)) * 0x9e3779b97f4a7c15 // +0 makes a −0 a 0
		h ^= h >> 32
	}
	return h
}

func equal[T Float](x, y []T) bool {
	for k, v := range x {
		if v != y[k] {
			return false
		}
	}
	return true
}
