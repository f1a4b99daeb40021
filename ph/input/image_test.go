package input_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/cubical"
	"github.com/topogen/topogen/ph/input"
)

// pngOf returns an image as a PNG file.
func pngOf(m image.Image) string {
	var b strings.Builder
	png.Encode(&b, m)
	return b.String()
}

// hugePNG returns a small PNG file that claims to have 65536×65536 pixels.
func hugePNG() string {
	huge := []byte(pngOf(image.NewGray(image.Rect(0, 0, 3, 2))))
	copy(huge[16:], "\x00\x01\x00\x00\x00\x01\x00\x00")
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29])) // the sum of the chunk
	return string(huge)
}

// transparent returns a PNG image one of whose pixels lets a little through.
func transparent() string {
	m := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	m.SetNRGBA(1, 2, color.NRGBA{R: 9, G: 9, B: 9, A: 254})
	return pngOf(m)
}

// diphaFile returns the numbers of a file of DIPHA.
func diphaFile(numbers ...any) string {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, int64(8067171840))
	for _, n := range numbers {
		if k, ok := n.(int); ok {
			n = int64(k)
		}
		binary.Write(&b, binary.LittleEndian, n)
	}
	return b.String()
}

// TestReadImage: the same image in each format.
func TestReadImage(t *testing.T) {
	gray, colour, deep := image.NewGray(image.Rect(0, 0, 3, 2)), image.NewNRGBA(image.Rect(0, 0, 3, 2)), image.NewGray16(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		x, y, v := i%3, i/3, uint8(i)
		gray.SetGray(x, y, color.Gray{Y: v})
		colour.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		deep.SetGray16(x, y, color.Gray16{Y: uint16(v)})
	}
	var palette color.Palette // as many programs write images of few colours
	for v := range uint8(200) {
		palette = append(palette, color.Gray{Y: v})
	}
	paletted := image.NewPaletted(gray.Rect, palette)
	copy(paletted.Pix, gray.Pix)
	array := npyOf("'<f8'", "(2, 3)", []float64{0, 1, 2, 3, 4, 5})
	want := cubical.Image[float64]{Shape: []int{2, 3}, Values: []float64{0, 1, 2, 3, 4, 5}}
	for name, file := range map[string]string{
		"PNG": pngOf(gray), "PNG of colours": pngOf(colour), "PNG of 16 bits": pngOf(deep), "PNG with a palette": pngOf(paletted),
		"PGM":         "P2 # a comment\n3 2 5\n0 1 2\n3 4 5",
		"PGM, blanks": "P2 3 2 5 0 1 2 3 4 5\n \n",
		"binary PGM":  "P5 3 2 5\n\x00\x01\x02\x03\x04\x05",
		"PGM, 2 byte": "P5 3 2 300\n\x00\x00\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05",
		"NPY":         array, "NPZ": zipped(array),
		"NPY, columns first": npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}", []float32{0, 3, 1, 4, 2, 5}),
		"DIPHA":              diphaFile(1, 6, 2, 3, 2, []float64{0, 1, 2, 3, 4, 5}),
	} {
		got, err := input.ReadImage(strings.NewReader(file))
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	got, err := input.ReadImage(strings.NewReader(diphaFile(1, 6, 3, 3, 2, 1, []float64{0, 1, 2, 3, 4, math.Inf(1)})))
	require.NoError(t, err)
	require.Equal(t, cubical.Image[float64]{Shape: []int{1, 2, 3}, Values: []float64{0, 1, 2, 3, 4, math.Inf(1)}}, got)

	path := filepath.Join(t.TempDir(), "image.complex")
	require.NoError(t, os.WriteFile(path, []byte("P2 2 1 9 1"), 0o600))
	_, err = input.ReadImageFile(path)
	require.EqualError(t, err, path+": pixel [0 1] of the PGM image: unexpected EOF")
	_, err = input.ReadImageFile(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestBadImages holds the message that a user sees for each kind of bad image.
func TestBadImages(t *testing.T) {
	for _, c := range badImages {
		m, err := input.ReadImage(strings.NewReader(c.data))
		require.EqualError(t, err, c.want, "%.200q", c.data)
		require.Zero(t, m)
		require.Less(t, len(err.Error()), 400, "a message that fits a screen")
	}
}

var badImages = []struct{ data, want string }{
	{"", "the file is empty: want an image, PNG or PGM, an array, .npy or .npz, or an image of DIPHA"},
	{"0 0\n1 0\n", `it begins with "0 0\n1 0\n": want an image, PNG or PGM, an array, .npy or .npz, or an image of DIPHA`},
	{"\xff\xd8\xff\xe0\x00\x10JF", `it begins with "\xff\xd8\xff\xe0\x00\x10JF": want an image, PNG or PGM, an array, .npy or .npz, or an image of DIPHA`},
	{"\x89PNG\r\n\x1a\n", "the file is too short: the header of a PNG image is 33 bytes long"},
	{hugePNG(), "a PNG image of 65536×65536 pixels: at most 268435456 are read"},
	{hugePNG()[:20], "the file is too short: the header of a PNG image is 33 bytes long"},
	{pngOf(image.NewGray(image.Rect(0, 0, 30, 20)))[:45], "png: invalid format: not enough pixel data"},
	{transparent(), "pixel [2 1] of the PNG image is transparent: put the image on a background"},
	{"P2", "the header of the PGM image: unexpected EOF"},
	{"P2 2", "the header of the PGM image: unexpected EOF"},
	{"P2 #" + strings.Repeat("1", 1<<20), "the header of the PGM image: unexpected EOF"},
	{"P2 x 2 9", `the header of the PGM image: "x" is not a number`},
	{"P2 2 2 " + strings.Repeat("1", 1<<20), `the header of the PGM image: "` + strings.Repeat("1", 64) + `"… is not a number`},
	{"P2 2 2 70000 1 1 1 1", "a PGM image of 2×2 pixels up to 70000: want up to 2^20 rows and columns, 268435456 pixels, and a maximum from 1 to 65535"},
	{"P5 1048576 1048576 1\n", "a PGM image of 1048576×1048576 pixels up to 1: want up to 2^20 rows and columns, 268435456 pixels, and a maximum from 1 to 65535"},
	{"P2 0 0 9", "an image of shape [0 0]: it has no pixels"},
	{"P2 3 0 9", "an image of shape [0 3]: it has no pixels"},
	{"P2 2 2 9 1 2 3", "pixel [1 1] of the PGM image: unexpected EOF"},
	{"P2 2 2 9 1 2 3 10", "pixel [1 1] of the PGM image: 10 is above the maximum 9"},
	{"P5 2 2 9 \x01", "pixel [0 1] of the PGM image: unexpected EOF"},
	{"P2 1 1 9\n7\n8", "the PGM image goes on after its last pixel, with '8'"},
	{npyOf("'<f8'", "(4, 0, 2)"), "an image of shape [4 0 2]: it has no pixels"},
	{npyOf("'<f8'", "(2, 3)", six[:5]), "npy: the file ends after 5 of the 6 values of shape [2 3]"},
	{npyOf("'<c16'", "(1, 3)", six), "npy: the array holds '<c16'; booleans, integers and floats can be read"},
	{"PK\x03\x04", "not an .npz file: zip: not a valid zip file"},
	{zipped(), "an .npz file of 0 arrays (): want one"},
	{zipped("1", "2"), "an .npz file of 2 arrays (arr_0.npy, arr_1.npy): want one"},
	{zipped("P2 1 1 9 7"), "arr_0.npy: npy: not a .npy file: it begins with \"P2 1 1\""},
	{diphaFile(1, 6), "the file is too short: the header of an image of DIPHA is 32 bytes long and more"},
	{diphaFile(2, 6, 2, 3, 2), "a DIPHA file of type 2, a persistence diagram: want type 1, an image"},
	{diphaFile(8, 6, 2, 3, 2), "a DIPHA file of type 8, a sparse matrix of distances: want type 1, an image"},
	{diphaFile(0, 6, 2, 3, 2), "a DIPHA file of type 0: want type 1, an image"},
	{diphaFile(1, 6, 1, 6, six), "an image of DIPHA of 1 dimensions: want 2 or 3"},
	{diphaFile(1, 6, 4, 1, 1, 3, 2, six), "an image of DIPHA of 4 dimensions: want 2 or 3"},
	{diphaFile(1, 6, 2, 3), "the file is too short: it ends before the size of axis 1 of 2"},
	{diphaFile(1, 0, 2, 3, 0), "an image of DIPHA with 0 values along axis 1: want at least 1, and at most 268435456 in all"},
	{diphaFile(1, 6, 2, -3, -2, six), "an image of DIPHA with -3 values along axis 0: want at least 1, and at most 268435456 in all"},
	{diphaFile(1, 1<<40, 2, 1<<20, 1<<20), "an image of DIPHA with 1048576 values along axis 1: want at least 1, and at most 268435456 in all"},
	{diphaFile(1, 0, 3, 1<<22, 1<<21, 1<<21), "an image of DIPHA with 2097152 values along axis 1: want at least 1, and at most 268435456 in all"},
	{diphaFile(1, 5, 2, 3, 2, six), "an image of DIPHA of 5 values, which has 6 along its axes"},
	{diphaFile(1, 6, 2, 3, 2, six[:5]), "the file is too short: it ends in value 5 of 6"},
	{diphaFile(1, 6, 2, 3, 2, six)[:80], "the file is too short: it ends in value 4 of 6"},
	{diphaFile(1, 6, 2, 3, 2, six, 7.), "there is more after the 6 values"},
}

// FuzzReadImage: an image is refused, or has a finite number of pixels and persistent
// homology.
func FuzzReadImage(f *testing.F) {
	for _, m := range []image.Image{image.NewGray(image.Rect(0, 0, 3, 2)), image.NewNRGBA64(image.Rect(0, 0, 1, 2)), image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black})} {
		f.Add([]byte(pngOf(m)))
	}
	f.Add([]byte(hugePNG()))
	f.Add([]byte("P2 2 2 9\n1 2\n3 4\n"))
	f.Add([]byte("P5 # c\n2 1 300\n\x00\x01\x01\x00"))
	f.Add([]byte("P2 0 0 1\n"))
	f.Add([]byte(npyOf("'<f8'", "(2, 3)", six)))
	f.Add([]byte(zipped(npyOf("'<f4'", "(1, 2, 3)", []float32{1, 2, 3, 4, 5, 6}))))
	f.Add([]byte(diphaFile(1, 6, 2, 3, 2, six)))
	f.Add([]byte(diphaFile(1, 6, 3, 3, 1, 2, six)))
	f.Add([]byte(diphaFile(1, 1<<62, 3, 1<<21, 1<<21, 1<<20)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := input.ReadImage(bytes.NewReader(data))
		if err != nil {
			return
		}
		n := 1
		for _, d := range m.Shape {
			n *= d
		}
		require.Len(t, m.Values, n)
		require.NotZero(t, n)
		if n > 1000 || len(m.Shape) < 2 || len(m.Shape) > 3 {
			return
		}
		for _, v := range m.Values {
			if v-v != 0 {
				return
			}
		}
		_, err = cubical.Compute(t.Context(), m, cubical.Options{})
		require.NoError(t, err)
	})
}
