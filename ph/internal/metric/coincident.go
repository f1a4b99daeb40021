package metric

import (
	"math"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
)

// A Coincidence tells which points of a cloud coincide. Used again, it keeps its memory.
//
// Of points that coincide, the one with the lowest index stands for the others, its copies. A
// copy has one edge of its own, of length 0, to the point that stands for it. Its other edges do
// not change the homology: where the edge from a copy to a point comes, all their neighbors in
// common are joined to each other point that coincides with the copy and has a lower index. So
// the edge is the base of a cone (Boissonnat, Pritam and Pareek 2018, Strong collapse for
// persistence, on dominated vertices). In a cloud of which half coincides, these edges would be
// most of those that are visited.
type Coincidence[T Float] struct {
	Distinct []int32   // the points that are not copies
	Copies   []Edge[T] // the edges of the copies

	table []int32 // a hash table of the points that are not copies; −1 where there is none
}

// Find tells the copies among points of dim coordinates each from the others, in time
// proportional to the number of coordinates.
func (c *Coincidence[T]) Find(dim int, coords []T) {
	n := len(coords) / dim
	size := 16
	for size < 2*n {
		size *= 2
	}
	c.table = reuse.Slice(c.table, size)
	for i := range c.table {
		c.table[i] = -1
	}
	at := func(a int32) []T { return coords[int(a)*dim:][:dim] }
	c.Distinct, c.Copies = c.Distinct[:0], c.Copies[:0]
	for a := range int32(n) {
		for k := hash(at(a)) & uint64(size-1); ; k = (k + 1) & uint64(size-1) {
			b := c.table[k]
			if b < 0 {
				c.table[k] = a
				c.Distinct = append(c.Distinct, a)
				break
			}
			if slices.Equal(at(a), at(b)) {
				c.Copies = append(c.Copies, Edge[T]{0, a, b})
				break
			}
		}
	}
}

// ignore takes n points for different ones, even if some coincide.
func (c *Coincidence[T]) ignore(n int) {
	c.Distinct, c.Copies = c.Distinct[:0], c.Copies[:0]
	for a := range int32(n) {
		c.Distinct = append(c.Distinct, a)
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
