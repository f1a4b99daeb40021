package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzDecodeImage: an image is refused, or has a number for each pixel.
func FuzzDecodeImage(f *testing.F) {
	for _, m := range []image.Image{image.NewGray(image.Rect(0, 0, 3, 2)), image.NewNRGBA64(image.Rect(0, 0, 1, 2)), image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black})} {
		var b bytes.Buffer
		require.NoError(f, png.Encode(&b, m))
		f.Add(b.Bytes())
		huge := bytes.Clone(b.Bytes())
		copy(huge[16:], "\x7f\xff\xff\xff\x7f\xff\xff\xff")
		f.Add(huge)
	}
	f.Add([]byte("P2 2 2 9\n1 2\n3 4\n"))
	f.Add([]byte("P5 # c\n2 1 300\n\x00\x01\x01\x00"))
	f.Add([]byte("P2 0 0 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeImage(bytes.NewReader(data))
		if err != nil {
			return
		}
		n := 1
		for _, d := range m.Shape {
			n *= d
		}
		require.Len(t, m.Values, n)
	})
}

// TestHugeImages: sizes that a few bytes claim are refused before memory is taken.
func TestHugeImages(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	huge := b.Bytes()
	copy(huge[16:], "\x00\x01\x00\x00\x00\x01\x00\x00") // 65536×65536; the sum of the chunk is mended
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for text, want := range map[string]string{
		string(huge):             "a PNG image of 65536×65536 pixels: at most 268435456 are read",
		string(huge[:20]):        "unexpected EOF",
		"P5 1048576 1048576 1\n": "a PGM image of 1048576×1048576 pixels up to 1: want up to 2^20 rows and columns, 268435456 pixels",
		"P2 1 1 9\n7\n8":         "the PGM image goes on after its last pixel, with '8'",
	} {
		code, _, stderr := call(t, text, "-complex", "cubical")
		require.NotZero(t, code)
		require.Contains(t, stderr, want)
	}
	code, stdout, stderr := call(t, "P2 1 1 9\n7\n \n", "-complex", "cubical")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "[7, )")
}
