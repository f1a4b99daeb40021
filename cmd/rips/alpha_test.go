package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An acute triangle: its longest edge closes a loop, which its circumscribed circle fills.
const triangle = "0 0\n2 0\n0.5 1.5\n"

func TestAlpha(t *testing.T) {
	code, stdout, stderr := call(t, triangle, "-complex", "alpha")
	require.Zero(t, code, stderr)
	require.Equal(t, `point cloud with 3 points in dimension 2
alpha complex, values are squared radii
persistence intervals in dim 0:
 [0,0.625)
 [0,1)
 [0, )
persistence intervals in dim 1:
 [1.125,1.25)
`, stdout)
	require.Empty(t, stderr)
	code, stdout, stderr = call(t, triangle, "-complex", "alpha", "-radii", "-dim", "0", "-float64")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "values are radii\npersistence intervals in dim 0:\n [0,0.790569)\n [0,1)\n [0, )\n")
	require.NotContains(t, stdout, "dim 1")
	name := filepath.Join(t.TempDir(), "triangle")
	code, stdout, stderr = call(t, triangle, "-complex", "alpha", "-json", "-png", name)
	require.Zero(t, code, stderr)
	require.JSONEq(t, `{"points":3,"dimension":2,"complex":"alpha","values":"squared radii","modulus":2,"diagrams":[
		{"degree":0,"bars":[[0,0.625],[0,1],[0,null]],"simplices":[[[2],[0,2]],[[1],[0,1]],[[0],null]]},
		{"degree":1,"bars":[[1.125,1.25]],"simplices":[[[1,2],[0,1,2]]]}]}`, stdout)
	for _, kind := range []string{"diagram", "barcode", "cloud"} {
		require.FileExists(t, name+"-"+kind+".png")
	}
	// A tetrahedron has a void.
	code, stdout, stderr = call(t, "0 0 0\n1 1 0\n1 0 1\n0 1 1\n", "-complex=alpha", "-format=point-cloud", "-modulus=3")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "dim 2:\n [0.666667,0.75)\n")
	code, stdout, stderr = call(t, triangle, strings.Fields("-complex alpha -vector betti -resolution 3 -range 0,2 -dim 0")...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, `"values":[2,0,0]`)
}

func TestMistakesWithAlpha(t *testing.T) {
	for args, says := range map[string]string{
		"-complex alpha -metric cosine":         "-metric has no effect with -complex alpha",
		"-complex alpha -threshold 1":           "-threshold has no effect with -complex alpha",
		"-complex alpha -superlevel":            "-superlevel has no effect with -complex alpha",
		"-complex alpha -format lower-distance": "an alpha complex is that of points, whose -format is one of",
		"-radii":                                "-radii has no effect with -complex rips",
		"-complex cubical -radii":               "-radii has no effect with -complex cubical",
	} {
		code, stdout, stderr := call(t, triangle, strings.Fields(args)...)
		require.Equal(t, 2, code, "%s: %s", args, stderr)
		require.Contains(t, stderr, says)
		require.Empty(t, stdout)
	}
	code, _, stderr := call(t, "1 2 3 4\n", "-complex", "alpha")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "points of dimension 4: want 2 or 3")
}
