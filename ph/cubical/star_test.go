package cubical

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStars visits every set of squares and of cubes that a star can have. Forests span the
// edges, each cube but a maximum leads out of the star, and the squares that are left are as
// many as the star has loops.
func TestStars(t *testing.T) {
	const edges = 1<<edgesAround - 1 // squares and cubes do not depend on edges without squares
	var s space
	s.stride = [3]int32{16, 4, 1}
	s.fillWays()
	const at = 21 // in a space of 4×4×4 places
	s.times = make([]int32, 64)
	for squares := range 1 << squaresAround {
		f := &s.stars.forests[squares]
		components, places := 0, 0
		for d, k := range f.to {
			places |= 1 << f.places[d]
			if k == noSquare {
				components++
				continue
			}
			require.NotZero(t, squares&int(f.used)>>k&1)
			parent := squareSides[k][0] + squareSides[k][1] - uint8(d)
			require.Less(t, f.places[parent], f.places[d])
		}
		require.Equal(t, edges, places)
		all := int(s.stars.cubes[squares])
		for cubes := all; ; cubes = (cubes - 1) & all {
			s.low.begin(64)
			s.high.begin(64)
			left := s.pairCubes(at, uint32(cubes), uint32(squares)&^uint32(f.used))
			voids := 0
			if cubes == 1<<cubesAround-1 {
				voids = 1
			}
			loops := components + voids - edgesAround + bits.OnesCount(uint(squares)) - bits.OnesCount(uint(cubes))
			if bits.OnesCount32(left) != loops {
				t.Fatalf("squares %b, cubes %b: %d squares left, want %d", squares, cubes, bits.OnesCount32(left), loops)
			}
			for c := range cubesAround {
				place := at + s.cubeWays[c]
				for range cubesAround + 1 {
					if s.high.labels[place] < 0 {
						break
					}
					place = s.high.labels[place]
				}
				if s.high.labels[place] >= 0 {
					t.Fatalf("squares %b, cubes %b: cube %d leads nowhere", squares, cubes, c)
				}
			}
			if cubes == 0 {
				break
			}
		}
	}
}
