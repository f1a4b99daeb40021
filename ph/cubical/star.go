package cubical

import "math/bits"

// The star of a pixel of an image of three dimensions has the cells that enter with the pixel:
// those around the pixel whose other pixels have all entered before. In the V-construction
// these are edges from the pixel to neighbors, squares and cubes.
//
// Edges, squares and cubes at a pixel are the vertices, edges and triangles of an
// octahedron:
//
//   - Edge d leads along axis d/2, back if d is even and forth if d is odd.
//   - Square k lies between the edges squareSides[k].
//   - Cube t lies between three edges, forth along axis a if bit a of t is set. Across a
//     square, along the axis that the square does not have, is the cube of which this bit
//     differs.
//
// Nearly all cells of a star are paired with each other, as pairs that a discrete gradient
// has (Robins, Wood and Sheppard, Theory and algorithms for constructing discrete Morse
// complexes from grayscale digital images, 2011). Here two forests are the gradient: one
// that spans the vertices of the octahedron by squares of the star, and one that spans its
// triangles across the other squares.
const (
	edgesAround   = 6
	squaresAround = 12
	cubesAround   = 8
)

// squareSides has the two edges of each square, that along the lower axis first.
var squareSides = [squaresAround][2]uint8{
	{0, 2}, {0, 3}, {1, 2}, {1, 3}, // axes 0 and 1
	{0, 4}, {0, 5}, {1, 4}, {1, 5}, // axes 0 and 2
	{2, 4}, {2, 5}, {3, 4}, {3, 5}, // axes 1 and 2
}

// across has for each square the bit of the axis that it does not have.
func across(square int) int { return 4 >> (square / 4) }

// A stars value has tables for the stars of all pixels.
type stars struct {
	squares [1 << edgesAround]uint16   // for each set of edges the squares between two of them
	cubes   [1 << squaresAround]uint8  // for each set of squares the cubes between three of them
	forests [1 << squaresAround]forest // for each set of squares a forest that spans all edges
	sides   [cubesAround][3]uint8      // the squares of each cube
	filled  bool
}

// A forest spans the edges of a star by squares. In each tree the root is the edge of the
// lowest number.
type forest struct {
	places [edgesAround]uint8 // for each edge its place in an order in which parents come first
	to     [edgesAround]uint8 // for each edge the square that joins it to its parent, noSquare for a root
	used   uint16             // the set of these squares
}

// noSquare stands for no square.
const noSquare = squaresAround

// fill sets the tables.
func (s *stars) fill() {
	if s.filled {
		return
	}
	s.filled = true
	for t := range cubesAround {
		for k, sides := range squareSides {
			if edgeOf(t, sides[0]) && edgeOf(t, sides[1]) {
				s.sides[t][k/4] = uint8(k)
			}
		}
	}
	for set := range s.squares {
		for k, sides := range squareSides {
			if set>>sides[0]&1 != 0 && set>>sides[1]&1 != 0 {
				s.squares[set] |= 1 << k
			}
		}
	}
	for set := range s.forests {
		for t, sides := range s.sides {
			if set>>sides[0]&1 != 0 && set>>sides[1]&1 != 0 && set>>sides[2]&1 != 0 {
				s.cubes[set] |= 1 << t
			}
		}
		s.forests[set] = spanning(set)
	}
}

// edgeOf reports whether an edge is one of a cube.
func edgeOf(cube int, edge uint8) bool { return uint8(cube>>(edge/2)&1) == edge&1 }

// spanning returns a forest of a set of squares.
func spanning(set int) (f forest) {
	visited, place := 0, uint8(0)
	for root := range edgesAround {
		if visited>>root&1 != 0 {
			continue
		}
		visited |= 1 << root
		f.to[root] = noSquare
		queue := []int{root}
		for len(queue) > 0 {
			edge := queue[0]
			queue = queue[1:]
			f.places[edge] = place
			place++
			for k := set; k != 0; k &= k - 1 {
				square := bits.TrailingZeros(uint(k))
				sides := squareSides[square]
				other := int(sides[0]) + int(sides[1]) - edge
				if int(sides[0]) != edge && int(sides[1]) != edge || visited>>other&1 != 0 {
					continue
				}
				visited |= 1 << other
				f.to[other] = uint8(square)
				f.used |= 1 << square
				queue = append(queue, other)
			}
		}
	}
	return f
}
