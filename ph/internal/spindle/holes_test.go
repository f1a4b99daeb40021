package spindle

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/kdtree"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// TestHoleSearchMarksPointsNearHoles: if a position is farther than the radius from all points,
// then all points within reach of it are marked, also by later searches with greater radii.
func TestHoleSearchMarksPointsNearHoles(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for dim := 1; dim <= 3; dim++ {
		for _, n := range []int{1, 2, 30, 500} {
			coords := make([]float64, n*dim)
			for i := range coords {
				coords[i] = float64(i%dim+1) * r.Float64() // a box, longer in some directions
			}
			var tree kdtree.Tree
			kdtree.Build(&tree, dim, coords, nil, parallel.Stop{})
			var h holeSearch
			h.begin(&tree, parallel.Stop{})
			lo, hi := tree.Box(0)
			near, found := 0, 0
			for _, radius := range []float64{0.02, 0.05, 0.15, 0.3} {
				reach := radius * (1 + r.Float64())
				h.run(radius, reach, 1+2*r.IntN(2))
				for range 2000 {
					x := make([]float64, dim)
					for d := range x {
						x[d] = lo[d] + r.Float64()*(hi[d]-lo[d])
					}
					isHole := true
					for p := range int32(n) {
						isHole = isHole && kdtree.Squared(x, tree.At(p)) > radius*radius
					}
					if !isHole {
						continue
					}
					found++
					for p := range int32(n) {
						if kdtree.Squared(x, tree.At(p)) <= reach*reach {
							near++
							require.True(t, h.marked[p].Load())
						}
					}
				}
			}
			if n >= 30 && dim > 1 {
				require.NotZero(t, found)
				require.NotZero(t, near)
			}
		}
	}
}

// TestHoleSearchWithoutHoles marks no point of a fine grid.
func TestHoleSearchWithoutHoles(t *testing.T) {
	const side = 20
	var coords []float64
	for i := range side * side {
		coords = append(coords, float64(i%side), float64(i/side))
	}
	var tree kdtree.Tree
	kdtree.Build(&tree, 2, coords, nil, parallel.Stop{})
	var h holeSearch
	h.begin(&tree, parallel.Stop{})
	h.run(0.8, 1.5, 2) // the farthest positions are 0.71 from a point
	for p := range int32(tree.Len()) {
		require.False(t, h.marked[p].Load())
	}
	require.Empty(t, h.blocks)
}
