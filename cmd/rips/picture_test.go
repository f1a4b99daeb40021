package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
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
	}
	code, _, stderr := call(t, square, "-svg", "x")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "-svg has no effect without -vector")
	code, _, stderr = call(t, square, "-vector", "image", "-svg", "/nowhere/at/all/x")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "-svg /nowhere/at/all/x: there is no folder /nowhere/at/all")
}
