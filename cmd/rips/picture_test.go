package main

import (
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// TestPicturesOfExtremeNumbers: what can be computed can be drawn.
func TestPicturesOfExtremeNumbers(t *testing.T) {
	name := filepath.Join(t.TempDir(), "p")
	for _, c := range []struct {
		input  string
		args   []string
		clouds bool
	}{
		{"0 0\n1e200 0\n0 1e200\n1e200 1e200\n", []string{"-format", "point-cloud", "-float64"}, true},
		{"0 0\n1e-310 0\n0 1e-310\n", []string{"-format", "point-cloud", "-float64"}, true},
		{"0 1e308\n1e308 0\n", []string{"-format", "distance", "-float64"}, false},
		{"# dimension birth death\n0 -1e308 1e308\n1 1e-300 inf\n", []string{"-format", "diagrams"}, false},
	} {
		code, _, stderr := call(t, c.input, append(c.args, "-png", name)...)
		require.Zero(t, code, stderr)
		files := []string{"-diagram", "-barcode"}
		if c.clouds {
			files = append(files, "-cloud")
		}
		for _, file := range files {
			f, err := os.Open(name + file + ".png")
			require.NoError(t, err)
			_, err = png.Decode(f)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			require.NoError(t, os.Remove(f.Name()))
		}
	}
	points, power := pointsOf(ph.Points[float64]{Dim: 2, Coords: []float64{0, -1e-310, 5e-310, 0}})
	require.Equal(t, -310, power)
	require.InDelta(t, 5, points.Coords[2], 1e-4)
	_, power = pointsOf(ph.Points[float64]{Dim: 2, Coords: []float64{0, 1, -2e10, 0}})
	require.Zero(t, power)
}

// TestPicturesOfVectors: each kind of vector but a single number has its picture, in both
// formats.
func TestPicturesOfVectors(t *testing.T) {
	name := filepath.Join(t.TempDir(), "v")
	for _, kind := range []string{"image", "heat", "landscape", "silhouette", "betti", "entropy-curve", "entropy"} {
		code, _, stderr := call(t, square, "-format", "point-cloud", "-vector", kind, "-png", name, "-svg", name+".svg")
		require.Zero(t, code, stderr)
		if kind == "entropy" {
			require.NoFileExists(t, name+"-"+kind+".png")
			continue
		}
		file, err := os.Open(name + "-" + kind + ".png")
		require.NoError(t, err)
		_, err = png.Decode(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		text, err := os.ReadFile(name + "-" + kind + ".svg")
		require.NoError(t, err)
		require.Contains(t, string(text), "degree 1")
		require.FileExists(t, name+"-diagram.png")
		require.FileExists(t, name+"-diagram.svg")
	}
	code, _, stderr := call(t, square, "-vector", "image", "-svg", "/nowhere/at/all/x")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "-svg /nowhere/at/all/x: there is no folder /nowhere/at/all")
}

// TestPicturesOfBothFormats: the pictures of a complex are the same in both formats, and show
// cycles of points in the plane or in space, wherever these come from.
func TestPicturesOfBothFormats(t *testing.T) {
	const cube = "OFF\n8 0 0\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n"
	for _, c := range []struct {
		input, args string
		cloud       bool
		words       string // in the picture with representatives, "" if there is none
	}{
		{square, "-format point-cloud", true, "degree 1 (1)"},
		{square, "-format point-cloud -json -modulus 3", true, "degree 1 (1)"},
		{square, "-complex alpha -json", true, "degree 1 (1)"},
		{cube, "-format off -dim 2", true, "degree 1 (5)"},
		{cube, "-complex alpha -format off", true, "degree 2 (1)"},
		{square, "-format point-cloud -dim 0", true, ""},
		{"0 0\n1 1\n", "-format point-cloud", true, ""},
		{"0 0 0 0\n1 0 0 1\n", "-format point-cloud", false, ""},
		{"1\n2 2\n", "", false, ""},
		{square, "-format point-cloud -metric manhattan", false, ""},
		{ring, "-complex cubical", false, ""},
		{"0 0 1\n1 0 inf\n", "-format diagrams", false, ""},
	} {
		name := filepath.Join(t.TempDir(), "p")
		code, stdout, stderr := call(t, c.input, append(strings.Fields(c.args), "-svg", name, "-png", name)...)
		require.Zero(t, code, stderr)
		require.NotContains(t, stdout, "cycles", "those of a picture are not printed")
		want := []string{"diagram", "barcode"}
		if c.cloud {
			want = append(want, "cloud")
		}
		if c.words != "" {
			want = append(want, "representatives")
			require.Contains(t, words(t, name+"-representatives.svg"), c.words)
		}
		files, err := os.ReadDir(filepath.Dir(name))
		require.NoError(t, err)
		require.Len(t, files, 2*len(want), "%s: %v", c.args, files)
		for _, kind := range want {
			require.FileExists(t, name+"-"+kind+".png")
			require.NotEmpty(t, words(t, name+"-"+kind+".svg"))
		}
	}
}

// words returns the texts in a picture, which must be well-formed.
func words(t *testing.T, file string) (words []string) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	d := xml.NewDecoder(f)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			words = append(words, string(text))
		}
	}
}

// TestLongest: cycles of the longest bars, the longest first, and each edge once.
func TestLongest(t *testing.T) {
	loop := func(birth, death float64, edges ...ph.Simplex) ph.Class {
		c := ph.Class{Bar: ph.Bar{Birth: birth, Death: death}}
		for _, e := range edges {
			c.Cycle = append(c.Cycle, ph.Term{Simplex: e, Coefficient: 1})
		}
		return c
	}
	r := &ph.Result{Classes: [][]ph.Class{
		{loop(0, 9)},
		{loop(1, 2, ph.Simplex{0, 1}), loop(1, 5), loop(1, 4, ph.Simplex{1, 2}), loop(3, math.Inf(1), ph.Simplex{0, 3})},
		{loop(1, 3, ph.Simplex{0, 1, 2}, ph.Simplex{0, 1, 3})},
	}}
	got := longest(r, 1, 2, 3)
	require.Equal(t, []viz.Representative{
		{Degree: 1, Bar: 3, Edges: []ph.Cell{{U: 3, V: 0}}},
		{Degree: 1, Bar: 2, Edges: []ph.Cell{{U: 2, V: 1}}},
		{Degree: 2, Bar: 0, Edges: []ph.Cell{{U: 1, V: 0}, {U: 2, V: 0}, {U: 2, V: 1}, {U: 3, V: 0}, {U: 3, V: 1}}},
	}, got)
	require.Len(t, longest(r, 1, 1, 9), 3)
	require.Empty(t, longest(&ph.Result{}, 1, 1, 1))
}
