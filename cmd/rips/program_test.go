package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph"
)

// call runs the program and returns its exit code and what it wrote.
func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	err := rips(context.Background(), args, strings.NewReader(stdin), &out)
	code = cli.Report("rips", err, &errs)
	return code, out.String(), errs.String()
}

// intervals returns the intervals of each degree that a program printed, sorted:
// the order within a degree is each program's own.
func intervals(t *testing.T, text string) (degrees [][]string) {
	t.Helper()
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "persistence intervals in dim"):
			degrees = append(degrees, []string{})
		case strings.HasPrefix(line, " ["):
			degrees[len(degrees)-1] = append(degrees[len(degrees)-1], line)
		}
	}
	for _, list := range degrees {
		slices.Sort(list)
	}
	return degrees
}

// The files *.ripser are what ripser 1.2.1 printed for the same inputs.
func TestIntervalsAreThoseOfRipser(t *testing.T) {
	for _, c := range []struct{ recorded, args string }{
		{"lower-distance", "-dim 2 testdata/lower-distance.txt"},
		{"lower-distance", "testdata/upper-distance.txt -dim 2 -format upper-distance"},
		{"lower-distance", "-dim 2 -format distance testdata/distance.txt"},
		{"lower-distance", "-dim 2 -format dipha testdata/matrix.dipha"},
		{"lower-distance", "-dim 2 -format binary testdata/matrix.bin"},
		{"lower-distance", "--dim 2 --float64 --modulus 3 testdata/lower-distance.txt"},
		{"points", "-dim 2 -format point-cloud testdata/points.txt"},
		{"points", "-dim 2 -threads 3 -format point-cloud testdata/points.txt"},
		{"sparse", "-dim 2 -format sparse testdata/sparse.txt"},
		{"threshold", "-threshold 1.5 -format distance testdata/distance.txt"},
		{"ratio", "-ratio 1.5 -format distance testdata/distance.txt"},
	} {
		want, err := os.ReadFile(filepath.Join("testdata", c.recorded+".ripser"))
		require.NoError(t, err)
		code, stdout, stderr := call(t, "", strings.Fields(c.args)...)
		require.Zero(t, code, stderr)
		require.Equal(t, intervals(t, string(want)), intervals(t, stdout), c.args)
	}
}

const square = "0 0\n1 0\n1 1\n0 1\n"

func TestTextOfASquare(t *testing.T) {
	code, stdout, stderr := call(t, square, "-format", "point-cloud", "-cycles", "-cocycles")
	require.Zero(t, code, stderr)
	require.Equal(t, `point cloud with 4 points in dimension 2
distance matrix with 4 points
persistence intervals in dim 0:
 [0,1)
 [0,1)
 [0,1)
 [0, )
persistence intervals in dim 1:
 [1,1.41421):  {[2,3]}:  {[3,2], [3,0], [2,1], [1,0]}
`, stdout)
}

func TestJSONOfASquare(t *testing.T) {
	code, stdout, stderr := call(t, square, "-format", "point-cloud", "-json", "-cycles", "-cocycles", "-")
	require.Zero(t, code, stderr)
	var r report
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	require.Equal(t, 4, r.Points)
	require.Equal(t, 2, r.Dimension)
	require.Equal(t, 2, r.Modulus)
	require.Len(t, r.Diagrams, 2)
	loop := r.Diagrams[1].Bars[0]
	require.InDelta(t, 1.4142135, loop.Death, 1e-6)
	require.Equal(t, ph.Simplex{2, 3}, r.Simplices[1][0][0])
	require.Len(t, r.Simplices[1][0][1], 3, "a triangle fills the loop")
	require.Len(t, r.Cycles[0], 4)
	require.Equal(t, 1, r.Cocycles[1][0][0].Coefficient)
	require.Len(t, r.Simplices[0], 4)
}

func TestPictures(t *testing.T) {
	name := filepath.Join(t.TempDir(), "square")
	code, _, stderr := call(t, square, "-format", "point-cloud", "-png", name+".png")
	require.Zero(t, code, stderr)
	for _, kind := range []string{"diagram", "barcode", "cloud"} {
		data, err := os.ReadFile(name + "-" + kind + ".png")
		require.NoError(t, err)
		_, err = png.Decode(bytes.NewReader(data))
		require.NoError(t, err)
	}
	// A matrix has no cloud to draw, and degree 0 no loop.
	other := filepath.Join(t.TempDir(), "other")
	code, _, stderr = call(t, "1\n2 3\n", "-png", other, "-dim", "0")
	require.Zero(t, code, stderr)
	require.NoFileExists(t, other+"-cloud.png")
}

func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		args, stdin, says string
		code              int
	}{
		{"-format cloud", "", "there is no such format", 2},
		{"-dim -1", "", "-dim -1", 2},
		{"-threshold -2", "", "-threshold -2", 2},
		{"-threshold NaN", "", "-threshold NaN", 2},
		{"-threads -1", "", "-threads -1", 2},
		{"-ratio 0", "", "-ratio 0", 2},
		{"-cycles -modulus 3", "", "-cocycles", 2},
		{"a b", "", `"a" and "b"`, 2},
		{"-colour", "", "-colour", 2},
		{"-modulus 4", "1\n", "4", 1},
		{"/nowhere/at/all", "", "/nowhere/at/all", 1},
		{"-format point-cloud", "0 0\n1 x\n", "standard input: line 2", 1},
		{"-format point-cloud", "0 0\nNaN 1\n", "line 2", 1},
		{"-png /nowhere/at/all/x", "1\n", "/nowhere/at/all", 1},
	} {
		code, stdout, stderr := call(t, c.stdin, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
		require.Empty(t, stdout)
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := call(t, "", "-help")
	require.Zero(t, code)
	require.Contains(t, stdout, "-modulus")
	require.Contains(t, stdout, "point-cloud")
}
