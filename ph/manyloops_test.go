package ph_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// TestCyclesOfManyPoints checks that a cycle has each point an even number of times, and no
// edge longer than the birth, for as many points as package spindle takes.
func TestCyclesOfManyPoints(t *testing.T) {
	points := cube(rand.New(rand.NewPCG(61, 62)), 9000, 2)
	for _, threshold := range []float64{0, 0.02} {
		result, err := ph.Rips(t.Context(), points, ph.Options{MaxDegree: 1, Cycles: true, Threshold: threshold})
		require.NoError(t, err)
		require.NotEmpty(t, result.Classes[1])
		for _, c := range result.Classes[1] {
			degree := map[int32]int{}
			for _, term := range c.Cycle {
				u, v := term.Simplex[0], term.Simplex[1]
				degree[u]++
				degree[v]++
				require.LessOrEqual(t, points.Distance(int(u), int(v)), c.Birth)
			}
			require.EqualValues(t, []int32{c.BirthCell.V, c.BirthCell.U}, c.Cycle[0].Simplex)
			for point, k := range degree {
				require.Zero(t, k%2, "point %d", point)
			}
		}
	}
}

// TestProgress checks that every engine reports progress, in shares from 0 to 1.
func TestProgress(t *testing.T) {
	r := rand.New(rand.NewPCG(63, 64))
	for _, c := range []struct {
		points ph.Points[float32]
		degree int
		stage  string
	}{
		{cube(r, 9000, 2), 1, "loops"},
		{cube(r, 300, 2), 1, "edges"},
		{cube(r, 40, 2), 2, "degree 2"},
	} {
		told := false
		_, err := ph.Rips(t.Context(), c.points, ph.Options{MaxDegree: c.degree, Progress: func(stage string, share float64) {
			told = told || strings.Contains(stage, c.stage)
			require.True(t, share >= 0 && share <= 1, "%s: %v", stage, share)
		}})
		require.NoError(t, err)
		require.True(t, told, c.stage)
	}
}
