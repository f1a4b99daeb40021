package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
)

// TestFormatsAreRecognised: where the first bytes identify the format, no flag is needed. The flag
// -format takes precedence.
func TestFormatsAreRecognised(t *testing.T) {
	const off = "OFF\n4 0 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n"
	var array strings.Builder
	require.NoError(t, npyio.Write(&array, [4][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}}))
	ply := "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nend_header\n" + strings.TrimPrefix(off, "OFF\n4 0 0\n")
	for format, text := range map[string]string{"off": off, "ply": ply, "npy": array.String()} {
		for _, args := range []string{"", "-complex alpha -radii", "-metric chebyshev"} {
			code, stdout, stderr := call(t, text, strings.Fields(args)...)
			require.Zero(t, code, stderr)
			require.Equal(t, "rips: the format is "+format+", by the first bytes\n", stderr)
			require.Contains(t, stdout, "dim 1", args)
			code, given, stderr := call(t, text, append(strings.Fields(args), "-format", format)...)
			require.Zero(t, code)
			require.Empty(t, stderr)
			require.Equal(t, given, stdout)
		}
		code, _, stderr := call(t, text, "-format", "distance")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "is not a number (give -format point-cloud for coordinates, sparse for edges with lengths)")
	}
	code, _, stderr := call(t, "", "-dim", "2", "testdata/matrix.dipha")
	require.Zero(t, code, stderr)

	// Text without such first bytes is still read as a matrix, even a single number.
	code, stdout, stderr := call(t, "1")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "2 points")
	require.Empty(t, stderr)
	// Points that can be a matrix are read as one, and the note says how they are read as points.
	code, stdout, stderr = call(t, "0 0 5\n1 1 5\n")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "4 points")
	require.Contains(t, stderr, "6 numbers in 2 lines are read as one wrapped line")
	require.Contains(t, stderr, "(give -format point-cloud for coordinates, sparse for edges with lengths)")
	_, _, stderr = call(t, "0 0 5\n1 1 5\n", "-format", "lower-distance")
	require.NotContains(t, stderr, "coordinates")

	for text, want := range map[string]string{
		`{"points":3}`: `standard input: it begins with "{", as JSON does: give -format diagrams if it holds diagrams`,
		"\x00F\xd7\xe0\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00": "standard input: it is an image: give -complex cubical",
		"\x00F\xd7\xe0\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00": "standard input: it holds diagrams: give -format diagrams",
		`[[0,1]]`:           `standard input: it begins with "[", as JSON does`,
		"\x89PNG\r\n\x1a\n": "standard input: it is an image: give -complex cubical",
		"P2\n1 1\n9\n1\n":   "standard input: it is an image: give -complex cubical",
		"":                  "standard input: no distances (give -format point-cloud for coordinates, sparse for edges with lengths)",
		"x":                 "(give -format point-cloud for coordinates, sparse for edges with lengths)",
	} {
		code, _, stderr := call(t, text)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, want)
		require.Equal(t, strings.Contains(want, "coordinates"), strings.Contains(stderr, "coordinates"), stderr)
	}
}

// TestNamesOfFiles: a name that is empty, as of a variable of the shell that is not set, or that
// is a folder's, would lose pictures or hide them.
func TestNamesOfFiles(t *testing.T) {
	for args, want := range map[string]string{
		"-png=":               `-png "": want a name, as in -png rips`,
		"-svg=":               `-svg "": want a name, as in -svg rips`,
		"-svg folder/":        `-svg "folder/": want a name, as in -svg folder/rips`,
		"-vector betti -npy=": `-npy "": want a name, as in -npy rips`,
	} {
		code, stdout, stderr := call(t, "1\n", strings.Fields(args)...)
		require.Equal(t, 2, code)
		require.Equal(t, "rips: "+want+"\n", stderr)
		require.Empty(t, stdout)
	}
}

// TestInterruptBeforePictures: pictures of many points take long; none is drawn after an
// interrupt.
func TestInterruptBeforePictures(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	name := filepath.Join(t.TempDir(), "p")
	o, err := parse([]string{"-png", name}, os.Stdout)
	require.NoError(t, err)
	a, err := o.run(context.Background(), strings.NewReader("1\n"), func(string) {})
	require.NoError(t, err)
	require.ErrorIs(t, o.draw(ctx, a), cli.ErrInterrupted)
	require.NoFileExists(t, name+"-diagram.png")
	require.NoError(t, o.draw(context.Background(), a))
	require.FileExists(t, name+"-diagram.png")
}
