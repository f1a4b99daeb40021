package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/npy"
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
	binary := []byte("P5 5 5 9 ")
	two := []byte("P5 5 5 300\n")
	for y, row := range ringValues {
		for x, v := range row {
			gray.SetGray(x, y, color.Gray{Y: v})
			colour.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
			deep.SetGray16(x, y, color.Gray16{Y: uint16(v)})
			binary = append(binary, v)
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
	for _, file := range []string{
		write("text.pgm", []byte(ring)), write("binary.pgm", binary), write("two.pgm", two),
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
		{"-complex cubical", "0 0\n1 0\n", `standard input: it begins with "0 0\n1 "`, 1},
		{"-complex cubical", "", `begins with ""`, 1},
		{"-complex cubical", "P2 2 2 9 1 2 3", "pixel [1 1] of the PGM image: unexpected EOF", 1},
		{"-complex cubical", "P2 2 2 9 1 2 3 10", "pixel [1 1] of the PGM image: 10 is above the maximum 9", 1},
		{"-complex cubical", "P5 2 2 9 \x01", "pixel [0 1] of the PGM image", 1},
		{"-complex cubical", "P2 x 2 9", `"x" is no number`, 1},
		{"-complex cubical", "P2 2 2 " + strings.Repeat("1", 1<<20), `"` + strings.Repeat("1", 64) + `"… is no number`, 1},
		{"-complex cubical", "P2 #" + strings.Repeat("1", 1<<20), "the header of the PGM image: unexpected EOF", 1},
		{"-complex cubical", "P2 0 0 9", "an image of 0×0 pixels: it has none", 1},
		{"-complex cubical", "P2 3 0 9", "an image of 0×3 pixels: it has none", 1},
		{"-complex cubical", noPixels(t), "an image of 4×0×2 pixels: it has none", 1},
		{"-complex cubical", transparent(t), "pixel [2 1] of the PNG image is transparent: put the image on a background", 1},
		{"-complex cubical", "P2 2 2 70000 1 1 1 1", "maximum from 1 to 65535", 1},
		{"-complex cubical", "P2 2", "the header of the PGM image", 1},
		{"-complex cubical /nowhere/at/all", "", "/nowhere/at/all", 1},
		{"-complex cubical", "\x89PNG\r\n\x1a\n", "unexpected EOF", 1},
	} {
		code, stdout, stderr := call(t, c.stdin, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
		require.Empty(t, stdout)
	}
}

func noPixels(t *testing.T) string {
	var b strings.Builder
	require.NoError(t, npy.Write(&b, &npy.Array{Shape: []int{4, 0, 2}}))
	return b.String()
}

// transparent returns a PNG image one of whose pixels lets a little through.
func transparent(t *testing.T) string {
	m := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	m.SetNRGBA(1, 2, color.NRGBA{R: 9, G: 9, B: 9, A: 254})
	var b strings.Builder
	require.NoError(t, png.Encode(&b, m))
	return b.String()
}
