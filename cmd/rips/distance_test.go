package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
)

// write writes a file of a test and returns its name.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Matchings of so few bars are found by hand. Degree 0: (0,4) moves to (0,5) by 1, and
// (0,2) to the diagonal by 1. Degree 1 of the second file is empty: (1,4) moves by 1.5.
func TestDistances(t *testing.T) {
	a := write(t, "a.pers", "0 0 4\n0 0 2\n0 0 inf\n1 1 4\n")
	b := write(t, "b.json", `{"diagrams":[{"degree":0,"bars":[[0,5],[3,null]]}]}`)
	for _, c := range []struct {
		args       string
		dim0, dim1 float64
	}{
		{"-distance bottleneck", 3, 1.5}, // the essential bars
		{"-distance wasserstein", 5, 1.5},
		{"-order 2 -norm inf -distance wasserstein", math.Sqrt(11), 1.5},
		{"-order 2 -norm 2 -distance wasserstein", math.Sqrt(12), 3 / math.Sqrt2}, // 1 + 2 + 9
		{"-distance wasserstein -order inf", 3, 1.5},
		{"-distance sliced -directions 2", 5, 1.5}, // to the axes of birth and of death
	} {
		code, stdout, stderr := call(t, "", append(strings.Fields(c.args), a, b)...)
		require.Zero(t, code, stderr)
		var kind string
		var dim0, dim1 float64
		_, err := fmt.Sscanf(stdout, "%s distance in dim 0: %v\n%s distance in dim 1: %v\n", &kind, &dim0, &kind, &dim1)
		require.NoError(t, err, stdout)
		require.Contains(t, c.args, kind)
		require.InDelta(t, c.dim0, dim0, 1e-14, c.args)
		require.InDelta(t, c.dim1, dim1, 1e-14, c.args)
		require.Empty(t, stderr)
	}
	code, stdout, stderr := call(t, "", "-distance", "bottleneck", a, b, "-dim", "0", "-json")
	require.Zero(t, code, stderr)
	require.JSONEq(t, `{"distance":"bottleneck","degrees":[{"degree":0,"distance":3}]}`, stdout)

	// A bar that never dies has no partner.
	code, stdout, stderr = call(t, "0 0 1\n", "-distance", "bottleneck", a, "-")
	require.Zero(t, code)
	require.Equal(t, "bottleneck distance in dim 0: inf\nbottleneck distance in dim 1: 1.5\n", stdout)
	require.Equal(t, "rips: dim 0: 1 and 0 bars never die, so the distance is infinite\n", stderr)
	code, stdout, _ = call(t, "0 0 1\n", "-distance", "sliced", "-json", "-", a)
	require.Zero(t, code)
	require.Contains(t, stdout, `"distance":null`)
}

// What the program prints as JSON is what -distance and -format diagrams read.
func TestPrintedDiagramsAreRead(t *testing.T) {
	_, printed, _ := call(t, square, "-format", "point-cloud", "-json", "-cycles", "-cocycles")
	file := write(t, "square.json", printed)
	code, stdout, stderr := call(t, "", "-distance", "wasserstein", file, file)
	require.Zero(t, code, stderr)
	require.Equal(t, "wasserstein distance in dim 0: 0\nwasserstein distance in dim 1: 0\n", stdout)

	code, stdout, stderr = call(t, "", "-format", "diagrams", file)
	require.Zero(t, code, stderr)
	_, text, _ := call(t, square, "-format", "point-cloud")
	require.Equal(t, text[strings.Index(text, "persistence"):], stdout)
	code, stdout, stderr = call(t, "", "-format", "diagrams", "-json", "-dim", "0", file)
	require.Zero(t, code, stderr)
	require.JSONEq(t, `{"diagrams":[{"degree":0,"bars":[[0,1],[0,1],[0,1],[0,null]],
		"edges":[[[1,1],[1,0]],[[2,2],[2,1]],[[3,3],[3,0]],[[0,0],null]]}]}`, stdout)
	name := filepath.Join(t.TempDir(), "read")
	code, _, stderr = call(t, printed, "-format", "diagrams", "-png", name)
	require.Zero(t, code, stderr)
	require.FileExists(t, name+"-barcode.png")
	require.NoFileExists(t, name+"-cloud.png")
}

func TestMistakesWithDistances(t *testing.T) {
	a := write(t, "a.pers", "0 0 4\n")
	bad := write(t, "bad.json", `{"diagrams":[{"degree":0,"bars":[[4,0]]}]}`)
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"-distance far A A", "-distance far: want bottleneck, wasserstein or sliced", 2},
		{"-distance bottleneck A", "two files, not 1: write rips -distance bottleneck A B", 2},
		{"-distance bottleneck A A A", "two files, not 3", 2},
		{"-distance bottleneck - -", "only one of the two files can be standard input", 2},
		{"-distance bottleneck -order 2 A A", "-order has no effect without -distance wasserstein: leave it out", 2},
		{"-distance wasserstein -directions 2 A A", "-directions has no effect without -distance sliced", 2},
		{"-norm 2 A", "-norm has no effect without -distance wasserstein", 2},
		{"-distance wasserstein -order 0.5 A A", "-order 0.5: want a number from 1 to inf", 2},
		{"-distance wasserstein -norm NaN A A", "-norm NaN: want a number from 1 to inf", 2},
		{"-distance sliced -directions 0 A A", "-directions 0: want at least 1", 2},
		{"-distance sliced -threshold 1 A A", "-threshold has no effect with -distance", 2},
		{"-distance sliced -vector image A A", "-vector has no effect with -distance", 2},
		{"-distance sliced A /nowhere/b", "/nowhere/b", 1},
		{"-distance sliced A BAD", "bad.json: ph: bar 0 of degree 0 is born at 4 and dies at 0, before its birth", 1},
		{"-format diagrams -threshold 1 A", "-threshold has no effect with -format diagrams", 2},
	} {
		args := strings.NewReplacer("BAD", bad, "A", a).Replace(c.args)
		code, stdout, stderr := call(t, "", strings.Fields(args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
		require.Empty(t, stdout)
	}
}

func TestInterruptWhileReadingDiagrams(t *testing.T) {
	a := write(t, "a.pers", "0 0 4\n")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in, out := io.Pipe()
	defer out.Close()
	require.ErrorIs(t, rips(ctx, []string{"-distance", "bottleneck", a, "-"}, in, io.Discard, new(bytes.Buffer)), cli.ErrInterrupted)
}
