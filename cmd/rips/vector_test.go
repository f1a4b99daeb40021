package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/internal/npy"
)

const twoDegrees = "0 0 4\n0 0 2\n0 0 inf\n1 1 4\n"

func TestVectors(t *testing.T) {
	for args, want := range map[string]string{
		// Bars alive at 0, 1, 2, 3 and 4.
		"-vector betti -resolution 5": `{"vector":"betti","range":[0,4],"shape":[5],"degrees":[
			{"degree":0,"values":[2,2,1,1,0]},{"degree":1,"values":[0,1,1,1,0]}]}`,
		// Tents of half the length of a bar.
		"-vector landscape -resolution 5 -layers 2": `{"vector":"landscape","range":[0,4],"shape":[2,5],"degrees":[
			{"degree":0,"values":[0,1,2,1,0,0,1,0,0,0]},{"degree":1,"values":[0,0,1,1,0,0,0,0,0,0]}]}`,
		"-vector silhouette -resolution 5 -range 0,2 -dim 0 -weight linear": `{"vector":"silhouette","range":[0,2],"weight":"linear","shape":[5],"degrees":[
			{"degree":0,"values":[0,0.5,1,1.1666666666666667,1.3333333333333333]}]}`,
		"-vector entropy -dim 0": `{"vector":"entropy","shape":[],"degrees":[{"degree":0,"values":[0]}]}`,
	} {
		diagrams := twoDegrees
		if strings.Contains(args, "entropy") {
			diagrams = "1 0 inf\n1 2 5\n0 1 3\n" // one bar that dies
		}
		code, stdout, stderr := call(t, diagrams, append(strings.Fields(args), "-format", "diagrams")...)
		require.Zero(t, code, stderr)
		require.JSONEq(t, want, stdout, args)
	}
}

// A Gaussian over one bar: 1/2πh² in the middle, times the length by default.
func TestImageOfABar(t *testing.T) {
	var got vectors.Vectors
	code, stdout, stderr := call(t, "0 0 4\n", "-format", "diagrams", "-vector", "image", "-resolution", "3", "-bandwidth", "2")
	require.Zero(t, code, stderr)
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	require.Equal(t, []int{3, 3}, got.Shape)
	require.Equal(t, "linear", got.Weight)
	values := got.Degrees[0].Values // births 0, 2, 4 in each row of lengths 0, 2, 4
	require.InDelta(t, 4/(8*math.Pi), values[6], 1e-15)
	require.InDelta(t, 4/(8*math.Pi)*math.Exp(-0.5), values[7], 1e-15)
	require.InDelta(t, 4/(8*math.Pi)*math.Exp(-4), values[2], 1e-15)
}

// The vectors of what is computed, as an array: a square has one loop from 1 to √2.
func TestVectorsAsAnArray(t *testing.T) {
	file := filepath.Join(t.TempDir(), "betti.npy")
	args := strings.Fields("-format point-cloud -vector betti -range 0.5,2 -resolution 4 -npy")
	code, stdout, stderr := call(t, square, append(args, file)...)
	require.Zero(t, code, stderr)
	require.Empty(t, stdout)
	a, err := npy.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, []int{2, 4}, a.Shape)
	require.Equal(t, []float64{3, 0, 0, 0, 0, 1, 0, 0}, a.Values)

	_, stdout, _ = call(t, square, append(args, "-")...)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, []byte(stdout)))

	// No finite bars at all.
	code, stdout, stderr = call(t, "0 0\n", "-format", "point-cloud", "-vector", "image", "-resolution", "1")
	require.Zero(t, code, stderr)
	require.JSONEq(t, `{"vector":"image","range":[0,0],"bandwidth":1,"weight":"linear","shape":[1,1],"degrees":[{"degree":0,"values":[0]},{"degree":1,"values":[0]}]}`, stdout)
}

func TestMistakesWithVectors(t *testing.T) {
	for args, says := range map[string]string{
		"-vector picture":                          "-vector picture: want one of betti, entropy, entropy-curve, heat, image, landscape, silhouette",
		"-vector image -resolution 0":              "-resolution 0: want from 1 to 65536",
		"-vector landscape -layers 0":              "-layers 0: want from 1 to 65536",
		"-vector image -bandwidth -1":              "-bandwidth -1: want a positive number",
		"-vector image -weight heavy":              "-weight heavy: want one of arctangent, constant, linear, quadratic",
		"-vector image -layers 2":                  "-layers has no effect with -vector image: leave it out",
		"-vector betti -bandwidth 2":               "-bandwidth has no effect with -vector betti",
		"-vector betti -range 2":                   "want two numbers, as in 0,1.5",
		"-vector betti -range 2,1":                 "the lesser one first",
		"-vector betti -range 0,1x":                "want two numbers, as in 0,1.5",
		"-vector betti -range 0,inf":               "want two finite numbers",
		"-resolution 3":                            "-resolution has no effect without -vector",
		"-npy x.npy":                               "-npy has no effect without -vector",
		"-vector image -json":                      "-json has no effect with -vector",
		"-vector image -npy /nowhere/at/all/x.npy": "-npy /nowhere/at/all/x.npy: there is no folder /nowhere/at/all",
		"-vector image -resolution 65536":          "ask for a smaller -resolution",
	} {
		code, stdout, stderr := call(t, "1\n", strings.Fields(args)...)
		require.Equal(t, 2, code, "%s: %s", args, stderr)
		require.Contains(t, stderr, says, args)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
		require.Empty(t, stdout)
	}
}
