package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"
)

// ring is an image of a dark ring with a bright middle, in which one pixel is darker.
const ring = "P2\n# a ring\n5 5 9\n" +
	"9 9 9 9 9\n" +
	"9 1 1 1 9\n" +
	"9 1 8 2 9\n" +
	"9 0 1 1 9\n" +
	"9 9 9 9 9\n"

var ringValues = [5][5]uint8{{9, 9, 9, 9, 9}, {9, 1, 1, 1, 9}, {9, 1, 8, 2, 9}, {9, 0, 1, 1, 9}, {9, 9, 9, 9, 9}}

const ringText = `image with 5×5 pixels, T-construction, sublevel sets
persistence intervals in dim 0:
 [0, )
persistence intervals in dim 1:
 [2,8)
`

func TestImages(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	gray := image.NewGray(image.Rect(0, 0, 5, 5))
	colour := image.NewNRGBA(gray.Rect)
	deep := image.NewGray16(gray.Rect)
	raw := []byte("P5 5 5 9 ")
	two := []byte("P5 5 5 300\n")
	for y, row := range ringValues {
		for x, v := range row {
			gray.SetGray(x, y, color.Gray{Y: v})
			colour.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
			deep.SetGray16(x, y, color.Gray16{Y: uint16(v)})
			raw = append(raw, v)
			two = append(two, 0, v)
		}
	}
	encode := func(m image.Image) []byte {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, m))
		return b.Bytes()
	}
	var array bytes.Buffer
	require.NoError(t, npyio.Write(&array, [5][5]float64{{9, 9, 9, 9, 9}, {9, 1, 1, 1, 9}, {9, 1, 8, 2, 9}, {9, 0, 1, 1, 9}, {9, 9, 9, 9, 9}}))
	dipha := []int64{8067171840, 1, 25, 2, 5, 5}
	for _, row := range ringValues {
		for _, v := range row {
			dipha = append(dipha, int64(math.Float64bits(float64(v))))
		}
	}
	var complex bytes.Buffer
	require.NoError(t, binary.Write(&complex, binary.LittleEndian, dipha))
	for _, file := range []string{
		write("image.complex", complex.Bytes()), write("text.pgm", []byte(ring)), write("binary.pgm", raw), write("two.pgm", two),
		write("gray.png", encode(gray)), write("colour.png", encode(colour)), write("deep.png", encode(deep)),
		write("array.npy", array.Bytes()),
	} {
		code, stdout, stderr := call(t, "", "-complex", "cubical", file)
		require.Zero(t, code, stderr)
		require.Equal(t, ringText, stdout, file)
	}
	code, stdout, stderr := call(t, ring, "-complex", "cubical")
	require.Zero(t, code, stderr)
	require.Equal(t, ringText, stdout)

	code, stdout, stderr = call(t, ring, "-complex=cubical", "-construction=V", "-superlevel", "-dim=0")
	require.Zero(t, code, stderr)
	require.Equal(t, "image with 5×5 pixels, V-construction, superlevel sets, of negated values\n"+
		"persistence intervals in dim 0:\n [-8,-2)\n [-9, )\n", stdout)

	name := filepath.Join(folder, "ring")
	code, stdout, stderr = call(t, ring, "-complex=cubical", "-superlevel", "-json", "-png", name)
	require.Zero(t, code, stderr)
	require.JSONEq(t, `{"shape": [5, 5], "construction": "T", "superlevel": true, "diagrams": [
		{"degree": 0, "bars": [[-8, -2], [-9, null]], "edges": [[[12, 12], [13, 13]], [[0, 0], null]]},
		{"degree": 1, "bars": [[-9, 0]], "edges": [[[23, 23], [16, 16]]]}]}`, stdout)
	for _, kind := range []string{"diagram", "barcode"} {
		require.FileExists(t, name+"-"+kind+".png")
	}
	require.NoFileExists(t, name+"-cloud.png")
	require.NotContains(t, stdout, "-0")
}

func TestMistakesWithImages(t *testing.T) {
	for _, c := range []struct {
		args, stdin, says string
		code              int
	}{
		{"-complex cech", "", "-complex cech: want one of rips, alpha, cubical", 2},
		{"-construction V", "", "-construction has no effect with -complex rips", 2},
		{"-superlevel", "", "-superlevel has no effect with -complex rips", 2},
		{"-complex cubical -threshold 1", "", "-threshold has no effect with -complex cubical", 2},
		{"-complex cubical -ratio 2", "", "-ratio has no effect with -complex cubical", 2},
		{"-complex cubical -construction S", "", "-construction S: want T or V", 2},
		{"-complex cubical", "0 0\n1 0\n", `standard input: it begins with "0 0\n1 0\n": want an image`, 1},
		{"-complex cubical", "", "standard input: the file is empty: want an image", 1},
		{"-complex cubical testdata/matrix.dipha", "", "testdata/matrix.dipha: a DIPHA file of type 7, a matrix of distances: want type 1, an image", 1},
		{"-complex cubical", "P2 2 2 9 1 2 3 10", "pixel [1 1] of the PGM image: 10 is above the maximum 9", 1},
		{"-complex cubical /nowhere/at/all", "", "/nowhere/at/all", 1},
	} {
		code, stdout, stderr := call(t, c.stdin, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
		require.Empty(t, stdout)
	}
}
