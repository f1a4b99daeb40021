package main

import (
	"bytes"
	"context"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
)

// call runs the program and returns its exit code and what it wrote.
func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	err := rips(context.Background(), args, strings.NewReader(stdin), &out, &errs)
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
 [1,1.41421):  {[2,3]}:  {[2,3], [0,3], [1,2], [0,1]}
`, stdout)
}

func TestJSONOfASquare(t *testing.T) {
	code, stdout, stderr := call(t, square, "-format", "point-cloud", "-json", "-cycles", "-cocycles", "-")
	require.Zero(t, code, stderr)
	require.JSONEq(t, `{"points": 4, "dimension": 2, "modulus": 2, "diagrams": [
		{"degree": 0, "bars": [[0, 1], [0, 1], [0, 1], [0, null]],
			"edges": [[[1, 1], [1, 0]], [[2, 2], [2, 1]], [[3, 3], [3, 0]], [[0, 0], null]],
			"simplices": [[[1], [0, 1]], [[2], [1, 2]], [[3], [0, 3]], [[0], null]]},
		{"degree": 1, "bars": [[1, 1.4142135381698608]], "edges": [[[3, 2], [2, 0]]],
			"simplices": [[[2, 3], [0, 2, 3]]],
			"cocycles": [[{"simplex": [2, 3], "coefficient": 1}]],
			"cycles": [[{"simplex": [2, 3], "coefficient": 1}, {"simplex": [0, 3], "coefficient": 1},
				{"simplex": [1, 2], "coefficient": 1}, {"simplex": [0, 1], "coefficient": 1}]]}]}`, stdout)

	// Cycles that a picture alone needs are not printed.
	name := filepath.Join(t.TempDir(), "square")
	code, stdout, stderr = call(t, square, "-format", "point-cloud", "-json", "-png", name)
	require.Zero(t, code, stderr)
	require.NotContains(t, stdout, "cycles")
}

func TestInfiniteThresholdIsNone(t *testing.T) {
	code, want, stderr := call(t, square, "-format", "point-cloud", "-json")
	require.Zero(t, code, stderr)
	code, stdout, stderr := call(t, square, "-format", "point-cloud", "-json", "-threshold", "inf")
	require.Zero(t, code, stderr)
	require.Equal(t, want, stdout)
}

// TestInterruptWhileReading: the program does not wait for an input that does not
// come, and says what it waits for at a terminal.
func TestInterruptWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in, out := io.Pipe()
	defer out.Close()
	require.ErrorIs(t, rips(ctx, nil, in, io.Discard, io.Discard), cli.ErrInterrupted)

	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal: ", err)
	}
	defer terminal.Close()
	var stderr bytes.Buffer
	require.ErrorIs(t, rips(ctx, nil, terminal, io.Discard, &stderr), cli.ErrInterrupted)
	require.Contains(t, stderr.String(), "reading lower-distance from the terminal")
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
	// What is computed is printed, even if it cannot be drawn.
	require.NoError(t, os.Remove(name+"-diagram.png"))
	require.NoError(t, os.Mkdir(name+"-diagram.png", 0o700))
	code, stdout, stderr := call(t, square, "-format", "point-cloud", "-png", name)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, name+"-diagram.png")
	require.Contains(t, stdout, "[1,1.41421)")

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
		{"a b", "", `"a" and "b"`, 2},
		{"-colour", "", "-colour", 2},
		{"-modulus 0", "1\n", "-modulus 0: the least prime is 2", 2},
		{"-modulus 4", "1\n", "4", 1},
		{"", "0 0\n-1 0\n", "give -format point-cloud for coordinates", 1},
		{"-format distance", "0 1\n0 1\n", "give -format point-cloud for coordinates", 1},
		{"/nowhere/at/all", "", "/nowhere/at/all", 1},
		{"-format point-cloud", "0 0\n1 x\n", "standard input: line 2", 1},
		{"-format point-cloud", "0 0\nNaN 1\n", "line 2", 1},
		{"-png /nowhere/at/all/x", "", "-png /nowhere/at/all/x: there is no folder /nowhere/at/all", 2},
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

// A note on standard error reports what is skipped or changed; standard output has results only.
func TestNotesOfInput(t *testing.T) {
	code, stdout, stderr := call(t, "x y\n0 0\n3 4\n", "-format", "point-cloud", "-dim", "0")
	require.Zero(t, code)
	require.Contains(t, stdout, "[0,5)")
	require.Equal(t, "rips: line 1 is skipped as a heading: x y\n", stderr)
	code, _, stderr = call(t, "0 1\n1.000001 0\n", "-format", "distance", "-dim", "0")
	require.Zero(t, code)
	require.Contains(t, stderr, "rips: the matrix is made symmetric")
}
