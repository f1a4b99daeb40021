package delaunay

import (
	"math/bits"
	"slices"
)

// insertionOrder returns the order in which points are inserted: keys in ascending order, with
// the index of a point in the low 32 bits of each.
//
// Points are inserted in rounds. A round has about as many points as all rounds before it
// together. The index of a point decides its round. Within a round points follow Morton's
// curve (A computer oriented geodetic data base, 1966).
func insertionOrder(dst []uint64, points []Point, dim int, low, high Point) []uint64 {
	// The number of bits of a coordinate. Few points need only a coarse grid.
	digits := min(26/dim, bits.Len(uint(len(points)))/dim+2)
	var scale Point
	for axis := range dim {
		if size := high[axis] - low[axis]; size > 0 {
			scale[axis] = (float64(uint64(1)<<digits) - 1) / size
		}
	}
	for i, p := range points {
		var x [3]uint32
		for axis := range dim {
			x[axis] = uint32((p[axis] - low[axis]) * scale[axis])
		}
		round := min(bits.TrailingZeros64(mix(uint64(i))), 31)
		dst = append(dst, uint64(31-round)<<58|interleave(x, dim)<<32|uint64(i))
	}
	slices.Sort(dst)
	return dst
}

// mix returns a number whose bits look random (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// interleave returns a number in which the bits of the coordinates alternate. Coordinates
// have up to 13 bits in two dimensions and up to 8 in three.
func interleave(x [3]uint32, dim int) uint64 {
	if dim == 2 {
		return spread2(x[0])<<1 | spread2(x[1])
	}
	return spread3(x[0])<<2 | spread3(x[1])<<1 | spread3(x[2])
}

// spread2 puts one zero bit above each of 16 bits.
func spread2(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<8) & 0x00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f
	x = (x | x<<2) & 0x33333333
	return (x | x<<1) & 0x55555555
}

// spread3 puts two zero bits above each of 10 bits.
func spread3(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x030000ff
	x = (x | x<<8) & 0x0300f00f
	x = (x | x<<4) & 0x030c30c3
	return (x | x<<2) & 0x09249249
}
