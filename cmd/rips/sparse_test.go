package main

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSparse(t *testing.T) {
	var circle strings.Builder
	for i := range 200 {
		fmt.Fprintln(&circle, math.Cos(float64(i)), math.Sin(float64(i)))
	}
	var exact, birth, death float64
	code, stdout, stderr := call(t, circle.String(), "-format", "point-cloud", "-ratio", "5")
	require.Zero(t, code, stderr)
	_, err := fmt.Sscanf(stdout[strings.Index(stdout, "dim 1"):], "dim 1:\n [%f,%f)", &birth, &exact)
	require.NoError(t, err)
	code, stdout, stderr = call(t, circle.String(), "-format", "point-cloud", "-ratio", "5", "-sparse", "0.5")
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "of 19900 edges are used: births and deaths are off by a factor of at most 1.5")
	_, err = fmt.Sscanf(stdout[strings.Index(stdout, "dim 1"):], "dim 1:\n [%f,%f)", &birth, &death)
	require.NoError(t, err)
	require.InDelta(t, 0, math.Log(death/exact), math.Log(1.5))
	_, stdout, _ = call(t, square, "-format", "point-cloud", "-json", "-sparse", "0.1")
	require.Contains(t, stdout, `"sparse":0.1`)
	for args, says := range map[string]string{
		"-sparse -1": "-sparse -1: want a positive number",
		"-sparse 1 -format point-cloud -metric cosine": "do not obey the triangle inequality",
		"-sparse 1 -complex alpha":                     "-sparse has no effect with -complex alpha",
		"-sparse 1 -format diagrams":                   "-sparse has no effect with -format diagrams",
	} {
		code, _, stderr := call(t, "", strings.Fields(args)...)
		require.Equal(t, 2, code)
		require.Contains(t, stderr, says)
	}
}
