package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Degree 0 of two points is their distance.
func TestMetrics(t *testing.T) {
	for _, c := range []struct{ metric, points, want string }{
		{"euclidean", "0 0\n3 4\n", "5"},
		{"manhattan", "0 0\n3 -4\n", "7"},
		{"chebyshev", "0 0\n3 -4\n", "4"},
		{"cosine", "2 0\n0 3\n", "1"},
		{"cosine", "2 0\n-0.5 0\n", "2"},
		{"cosine", "1 0\n1 1e-6\n", "5e-13"}, // 1 − cos rounds to 5.0004e-13
		{"cosine", "1e-30 0\n0 1e30\n", "1"}, // squares over- and underflow in float32
		{"precomputed", "0 2.5\n2.5 0\n", "2.5"},
	} {
		for _, threads := range []string{"1", "3"} {
			code, stdout, stderr := call(t, c.points, "-format", "point-cloud", "-float64", "-metric", c.metric, "-threads", threads)
			require.Zero(t, code, stderr)
			require.Contains(t, stdout, " [0,"+c.want+")\n", c.metric)
			require.Empty(t, stderr)
		}
	}
	// Points on a circle: their angles are what cosine sees.
	code, stdout, stderr := call(t, "5 0\n0 1\n-2 0\n0 -3\n", "-format", "point-cloud", "-metric", "cosine")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "dim 1:\n [1,2)\n")
	require.True(t, strings.HasPrefix(stdout, "distance matrix with 4 points\n"))
}

func TestMistakesWithMetrics(t *testing.T) {
	for _, c := range []struct {
		args, points, says string
		code               int
	}{
		{"-metric taxi -format point-cloud", "", "-metric taxi: want one of euclidean, cosine, manhattan, chebyshev, precomputed", 2},
		{"-metric cosine", "", "-metric cosine -format lower-distance: a metric is that of points", 2},
		{"-metric cosine -format point-cloud", "1 0\n0 0\n", "standard input: point 1 is 0, which has no direction", 1},
		{"-metric manhattan -format point-cloud", "-3e38 0\n3e38 0\n", "a distance of point 1 is too large for a number", 1},
		{"-metric precomputed -format point-cloud", "0 1\n", "1 rows of 2 numbers are no full matrix of distances", 1},
		{"-metric precomputed -format point-cloud", "0 1\n2 0\n", "row 1: the distance of points 1 and 0 is 2, in row 0 it is 1", 1},
	} {
		code, stdout, stderr := call(t, c.points, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		require.Empty(t, stdout)
	}
}
