package cubical

import (
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/bittree"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/radix"
)

// A space computes the persistent homology of an image of three dimensions.
//
// Idea: a discrete gradient pairs most cells within the star of one pixel: see star.go. Each
// of these pairs has persistence 0. The other cells are critical. They alone make classes:
//
//   - Degree 0 is the merging of connected components at critical edges. From each pixel the
//     gradient leads along edges to the minimum whose component it joins.
//   - Degree 2 is the merging of connected components of the complement at critical squares,
//     from the last to the first. From each cube the gradient leads across squares to the
//     maximum whose component it joins, or to the outside.
//   - Degree 1 pairs the critical edges and squares that are left, by the reduction of the
//     boundary matrix: see loops.go.
//
// That is the V-construction. A cell of the T-construction is dual to one of the
// V-construction: a pixel, there a cube, is a vertex here. The pixel of a cell is the first
// of those around it and not the last. So with the order of pixels reversed, and the outside
// as the pixels that come first, the T-construction is a V-construction in which birth and
// death are swapped and degree 0 stands for degree 2 (Garin et al., Duality in persistent
// homology of images, 2020).
//
// The time of a pixel is its rank, or, in the T-construction, its rank from the end.
//
// Memory is about 100 bytes for each pixel, and that of the columns of degree 1.
type space struct {
	stop    parallel.Stop
	pixels  []int32   // by rank
	levels  []float64 // for each rank the level at which the pixel enters
	reverse bool      // whether times are ranks from the end, as in the T-construction

	// The image has a frame of one pixel around it. The place of a pixel is its index in the
	// image with the frame, that of a cube the place of its first pixel. A way is the
	// difference of two places.
	stride [3]int32 // the difference of places of neighbors along each axis
	times  []int32  // for each place the time; the frame has the time −1 or, after all, n

	stars      stars
	edgeWays   [edgesAround]int32      // the way from a pixel to a neighbor
	squareWays [squaresAround]int32    // the way to the pixel opposite in a square
	cornerWays [cubesAround]int32      // the way to the pixel opposite in a cube
	cubeWays   [cubesAround]int32      // the way from a pixel to the place of a cube
	edgeIndex  [edgesAround]int32      // the index of an edge, less three times the place
	boundaries [squaresAround][4]int32 // of the edges of a square

	low, high sides
	radix     radix.Sorter

	// keys has for each edge its key: eight times the time of its last pixel, plus its
	// place in the forest of the star of that pixel. Edges that join components have no key,
	// but the number absent. The edge from a place along axis a has index three times the
	// place plus a.
	keys []int32
	// columns tells which column of the matrix has the edge of a key as pivot: 0 stands for
	// none, i+1 for column i, and ^c for square c, with which the edge is paired in its star.
	columns []int32
	ends    []int // of each column in entries
	entries []int32
	column  bittree.Set

	pairs []uint64 // of classes of one degree: the ranks of death and birth
}

// absent stands for no key.
const absent = -1

// squareCode returns the number of a square.
func squareCode(at int32, square int) int32 { return at<<4 | int32(square) }

// beginSpace starts with an image. order has the pixels in the order in which they enter. It
// returns false if a stop is requested.
func beginSpace[T ph.Float](s *space, m Image[T], o Options, order *order) bool {
	n := len(m.Values)
	s.pixels, s.reverse = order.pixels, o.Construction == TopCells
	if n == 0 {
		return true
	}
	sign := 1.0
	if o.Superlevel {
		sign = -1
	}
	s.levels = reuse.Slice(s.levels, n)
	planes, rows, columns := m.Shape[0], m.Shape[1], m.Shape[2]
	s.stride = [3]int32{int32((rows + 2) * (columns + 2)), int32(columns + 2), 1}
	size := (planes + 2) * (rows + 2) * (columns + 2)
	s.times = reuse.Slice(s.times, size)
	outside := int32(n)
	if s.reverse {
		outside = -1
	}
	for i := range s.times {
		s.times[i] = outside
	}
	ranks := reuse.Slice(s.columns, n) // a scratch list here
	for rank, pixel := range s.pixels {
		ranks[pixel] = int32(rank)
		s.levels[rank] = sign*float64(m.Values[pixel]) + 0 // +0 makes a −0 a 0
	}
	if s.stop.Requested() {
		return false
	}
	pixel := 0
	for z := range planes {
		for y := range rows {
			row := s.times[int32(z+1)*s.stride[0]+int32(y+1)*s.stride[1]+1:][:columns]
			for x := range row {
				row[x] = ranks[pixel]
				if s.reverse {
					row[x] = int32(n) - 1 - ranks[pixel]
				}
				pixel++
			}
		}
	}
	s.columns = ranks
	s.fillWays()
	return s.findGradient(planes, rows, columns)
}

// fillWays sets the ways between cells.
func (s *space) fillWays() {
	s.stars.fill()
	for d := range edgesAround {
		axis := d / 2
		s.edgeWays[d] = s.stride[axis]
		s.edgeIndex[d] = int32(axis)
		if d&1 == 0 {
			s.edgeWays[d] = -s.stride[axis]
			s.edgeIndex[d] -= 3 * s.stride[axis]
		}
	}
	for k, sides := range squareSides {
		a, b := sides[0], sides[1]
		s.squareWays[k] = s.edgeWays[a] + s.edgeWays[b]
		s.boundaries[k] = [4]int32{
			s.edgeIndex[a], s.edgeIndex[b],
			3*s.edgeWays[a] + s.edgeIndex[b], 3*s.edgeWays[b] + s.edgeIndex[a],
		}
	}
	for t := range cubesAround {
		s.cornerWays[t], s.cubeWays[t] = 0, 0
		for axis := range 3 {
			if t>>axis&1 != 0 {
				s.cornerWays[t] += s.stride[axis]
			} else {
				s.cornerWays[t] -= s.stride[axis]
				s.cubeWays[t] -= s.stride[axis]
			}
		}
	}
}

// findGradient visits the stars of all pixels. It returns false if a stop is requested.
func (s *space) findGradient(planes, rows, columns int) bool {
	size := len(s.times)
	s.keys, s.columns = reuse.Slice(s.keys, 3*size), reuse.Slice(s.columns, 8*planes*rows*columns)
	for i := range s.keys {
		s.keys[i] = absent
	}
	clear(s.columns)
	s.low.begin(size)
	s.high.begin(size)
	if s.reverse {
		s.low.addOutside(-1)
	} else {
		s.high.addOutside(int32(planes * rows * columns))
	}
	for z := range planes {
		for y := range rows {
			if s.stop.Requested() {
				return false
			}
			at := int32(z+1)*s.stride[0] + int32(y+1)*s.stride[1] + 1
			for range columns {
				s.visit(at)
				at++
			}
		}
	}
	return true
}

// visit finds the gradient in the star of a pixel.
func (s *space) visit(at int32) {
	time := s.times[at]
	edges, far := uint32(0), uint32(0)
	for d, by := range &s.edgeWays {
		edges |= uint32(s.times[at+by]-time) >> 31 << d
	}
	if edges == 0 { // a minimum
		s.low.addExtremum(at, time)
		return
	}
	first := bits.TrailingZeros32(edges)
	s.low.labels[at] = at + s.edgeWays[first]
	for k, by := range &s.squareWays {
		far |= uint32(s.times[at+by]-time) >> 31 << k
	}
	squares := far & uint32(s.stars.squares[edges])
	f := &s.stars.forests[squares]
	for rest := edges &^ (1 << first); rest != 0; rest &= rest - 1 {
		d := bits.TrailingZeros32(rest)
		key := time<<3 | int32(f.places[d])
		s.keys[3*at+s.edgeIndex[d]] = key
		if f.to[d] == noSquare {
			s.low.crossings = append(s.low.crossings, crossing{time, 3*at + s.edgeIndex[d], at, at + s.edgeWays[d]})
		} else {
			s.columns[key] = ^squareCode(at, int(f.to[d]))
		}
	}
	free := squares &^ uint32(f.used)
	if candidates := s.stars.cubes[squares]; candidates != 0 {
		cubes := uint32(0)
		for k := uint32(candidates); k != 0; k &= k - 1 {
			t := bits.TrailingZeros32(k)
			cubes |= uint32(s.times[at+s.cornerWays[t]]-time) >> 31 << t
		}
		free = s.pairCubes(at, cubes, free)
	}
	for ; free != 0; free &= free - 1 {
		k := bits.TrailingZeros32(free)
		a, b := squareSides[k][0], squareSides[k][1]
		t := int(a&1)<<(a/2) | int(b&1)<<(b/2)
		s.high.crossings = append(s.high.crossings, crossing{time, squareCode(at, k), at + s.cubeWays[t], at + s.cubeWays[t|across(k)]})
	}
}

// pairCubes pairs the cubes of a star with squares of a set, so that each leads to another
// one or to a cube outside of the star. If the star has all cubes, the first is a maximum. It
// returns the squares that are left.
func (s *space) pairCubes(at int32, cubes, free uint32) uint32 {
	if cubes == 1<<cubesAround-1 {
		s.high.addExtremum(at+s.cubeWays[0], s.times[at])
		cubes &^= 1
	}
	for cubes != 0 {
		for rest := cubes; rest != 0; rest &= rest - 1 {
			t := bits.TrailingZeros32(rest)
			for _, k := range s.stars.sides[t] {
				next := t ^ across(int(k))
				if free>>k&1 != 0 && cubes>>next&1 == 0 {
					s.high.labels[at+s.cubeWays[t]] = at + s.cubeWays[next]
					free &^= 1 << k
					cubes &^= 1 << t
					break
				}
			}
		}
	}
	return free
}
