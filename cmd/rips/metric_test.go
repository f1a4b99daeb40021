package main

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/npy"
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
		{"-metric cosine -format lower-distance", "", "-metric cosine -format lower-distance: a metric is that of points", 2},
		{"-metric cosine", "1 0\n0 0\n", "standard input: point 1 is 0, which has no direction", 1},
		{"-metric cosine -format point-cloud", "1 0\n0 0\n", "standard input: point 1 is 0, which has no direction", 1},
		{"-metric manhattan -format point-cloud", "-3e38 0\n3e38 0\n", "a distance of point 1 is too large for a number", 1},
		{"-metric precomputed -format point-cloud", "0 nan\nnan 0\n", "line 1: nan: numbers must be finite", 1},
		{"-metric precomputed -format point-cloud", "0 -inf\n-inf 0\n", "line 1: -inf: numbers must be finite", 1},
		{"-metric precomputed -format point-cloud", "0 inf\n1 0\n", "row 1: the distance of points 1 and 0 is 1, in row 0 it is +Inf", 1},
		{"-metric precomputed -format point-cloud", "inf 1\n1 0\n", "row 0: the distance of point 0 to itself is +Inf, not 0", 1},
		{"-metric precomputed -format npy", array(t, 0, math.NaN(), 1, 0), "row 0, column 1 is NaN: distances must not be negative, nor NaN", 1},
		{"-metric precomputed -format npy", array(t, 0, math.Inf(-1), 1, 0), "row 0, column 1 is -Inf: distances must not be negative", 1},
		{"-metric precomputed -format npy", array(t, 0, 1e60, 1e60, 0), "row 0, column 1 is 1e+60, too large for a number of 32 bits", 1},
		{"-metric precomputed -format off", "OFF\n3 0 0\n0 1 2\n1 0 3\n2 3 0\n", "precomputed distances are an array of the format point-cloud, npy or npz, not off", 1},
		{"-metric precomputed -format point-cloud", "0 1\n", "1 rows of 2 numbers are not a full matrix of distances", 1},
		{"-metric precomputed -format point-cloud", "0 1\n2 0\n", "row 1: the distance of points 1 and 0 is 2, in row 0 it is 1", 1},
	} {
		code, stdout, stderr := call(t, c.points, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		require.Empty(t, stdout)
	}
}

// TestNeverJoined: in a matrix of distances of any format, inf stands for points that are
// never joined.
func TestNeverJoined(t *testing.T) {
	inf := math.Inf(1)
	code, want, stderr := call(t, "0 1 inf\n1 0 inf\ninf inf 0\n", "-format", "distance", "-json")
	require.Zero(t, code, stderr)
	require.Contains(t, want, `"bars":[[0,1],[0,null],[0,null]]`)
	for format, text := range map[string]string{
		"npy": array(t, 0, 1, inf, 1, 0, inf, inf, inf, 0), "point-cloud": "0 1 inf\n1 0 inf\ninf inf 0\n",
	} {
		code, got, stderr := call(t, text, "-format", format, "-metric", "precomputed", "-json")
		require.Zero(t, code, stderr)
		require.Equal(t, want, got)
	}
}

// array returns a square array in the format .npy.
func array(t *testing.T, values ...float64) string {
	n := int(math.Sqrt(float64(len(values))))
	var b strings.Builder
	require.NoError(t, npy.Write(&b, &npy.Array{Shape: []int{n, n}, Values: values}))
	return b.String()
}
