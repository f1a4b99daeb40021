package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph/cubical"
)

// constructions are the values of -construction.
var constructions = map[string]cubical.Construction{"T": cubical.TopCells, "V": cubical.Vertices}

// shapeText returns a shape as 28×28.
func shapeText(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

func (o *options) readImage(stdin io.Reader) (m cubical.Image[float64], err error) {
	file := o.file()
	if isStandardInput(file) {
		if m, err = decodeImage(stdin); err != nil {
			err = fmt.Errorf("standard input: %w", err)
		}
		return m, err
	}
	f, err := os.Open(file)
	if err != nil {
		return m, err
	}
	defer f.Close()
	if m, err = decodeImage(f); err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	return m, err
}

// decodeImage reads an image of at least one pixel, whose first bytes tell its format.
func decodeImage(r io.Reader) (m cubical.Image[float64], err error) {
	m, err = decodeFormat(bufio.NewReader(r))
	if err == nil && len(m.Values) == 0 {
		err = fmt.Errorf("an image of %s pixels: it has none", shapeText(m.Shape))
	}
	return m, err
}

func decodeFormat(in *bufio.Reader) (m cubical.Image[float64], err error) {
	head, err := in.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return m, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG")):
		return decodePNG(in)
	case bytes.HasPrefix(head, []byte("P2")), bytes.HasPrefix(head, []byte("P5")):
		return decodePGM(in)
	case bytes.HasPrefix(head, []byte("\x93NUMPY")):
		a, err := npy.Read(in)
		if err != nil {
			return m, err
		}
		return cubical.Image[float64]{Shape: a.Shape, Values: a.Values}, nil
	}
	return m, fmt.Errorf("it begins with %q: want a PNG or PGM image or a .npy array", head)
}

// maxPixels bounds the size of an image, which takes some 100 bytes a pixel.
const maxPixels = 1 << 28

// decodePNG reads an image whose values are levels of gray: from 0 to 65535 if it has 16
// bits a sample, else from 0 to 255. Colours become their luminance. What a transparent pixel
// shows depends on what is behind it, so that such pixels are refused.
func decodePNG(r *bufio.Reader) (m cubical.Image[float64], err error) {
	const header = 33 // bytes up to the end of the first chunk, which has the size
	begin, err := r.Peek(header)
	if err != nil {
		return m, io.ErrUnexpectedEOF
	}
	config, err := png.DecodeConfig(bytes.NewReader(begin))
	if err != nil {
		return m, err
	}
	if config.Width > maxPixels/config.Height {
		return m, fmt.Errorf("a PNG image of %d×%d pixels: at most %d are read", config.Width, config.Height, maxPixels)
	}
	img, err := png.Decode(r)
	if err != nil {
		return m, err
	}
	deep := false
	switch img.(type) {
	case *image.Gray16, *image.RGBA64, *image.NRGBA64:
		deep = true
	}
	b := img.Bounds()
	m.Shape = []int{b.Dy(), b.Dx()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := img.At(x, y)
			if _, _, _, opacity := c.RGBA(); opacity != 0xffff {
				return m, fmt.Errorf("pixel [%d %d] of the PNG image is transparent: put the image on a background", y, x)
			}
			if deep {
				m.Values = append(m.Values, float64(color.Gray16Model.Convert(c).(color.Gray16).Y))
			} else {
				m.Values = append(m.Values, float64(color.GrayModel.Convert(c).(color.Gray).Y))
			}
		}
	}
	return m, nil
}

// decodePGM reads an image of the Netpbm format PGM, as text (P2) or binary (P5).
func decodePGM(in *bufio.Reader) (m cubical.Image[float64], err error) {
	magic, err := pgmWord(in)
	if err != nil {
		return m, err
	}
	var header [3]int // width, height, maximum
	for i := range header {
		if header[i], err = pgmNumber(in); err != nil {
			return m, fmt.Errorf("the header of the PGM image: %w", err)
		}
	}
	columns, rows, most := header[0], header[1], header[2]
	if most < 1 || most > 65535 || columns > 1<<20 || rows > 1<<20 || columns*rows > maxPixels {
		return m, fmt.Errorf("a PGM image of %d×%d pixels up to %d: want up to 2^20 rows and columns, %d pixels, and a maximum from 1 to 65535", columns, rows, most, maxPixels)
	}
	m.Shape = []int{rows, columns}
	for i := range rows * columns {
		var v int
		switch {
		case magic == "P2":
			v, err = pgmNumber(in)
		default:
			v, err = pgmSample(in, most > 255)
		}
		if err == nil && v > most {
			err = fmt.Errorf("%d is above the maximum %d", v, most)
		}
		if err != nil {
			return m, fmt.Errorf("pixel [%d %d] of the PGM image: %w", i/columns, i%columns, err)
		}
		m.Values = append(m.Values, float64(v))
	}
	for {
		switch c, err := in.ReadByte(); {
		case err == io.EOF:
			return m, nil
		case err != nil:
			return m, err
		case !unicode.IsSpace(rune(c)):
			return m, fmt.Errorf("the PGM image goes on after its last pixel, with %q", c)
		}
	}
}

// pgmSample reads a binary sample of one byte, or of two, the higher one first.
func pgmSample(in *bufio.Reader, two bool) (v int, err error) {
	b, err := in.ReadByte()
	v = int(b)
	if err == nil && two {
		b, err = in.ReadByte()
		v = v<<8 | int(b)
	}
	if err != nil {
		err = io.ErrUnexpectedEOF
	}
	return v, err
}

// pgmNumber reads a number, which is not negative, and the white space after it.
func pgmNumber(in *bufio.Reader) (int, error) {
	word, err := pgmWord(in)
	if err != nil {
		return 0, err
	}
	v := 0
	for _, c := range []byte(word) {
		if c < '0' || c > '9' || v > 1<<24 {
			return 0, fmt.Errorf("%q is no number", word)
		}
		v = 10*v + int(c-'0')
	}
	return v, nil
}

// maxWord bounds the length of a word, so that a file of other content does not fill memory.
const maxWord = 64

// pgmWord reads up to the next white space, and one byte of that. It skips white space and
// comments before the word.
func pgmWord(in *bufio.Reader) (string, error) {
	var word []byte
	for {
		c, err := in.ReadByte()
		if err == io.EOF && len(word) > 0 {
			return string(word), nil
		}
		if err != nil {
			return "", io.ErrUnexpectedEOF
		}
		switch {
		case c == '#' && len(word) == 0:
			for c != '\n' {
				if c, err = in.ReadByte(); err != nil {
					return "", io.ErrUnexpectedEOF
				}
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if len(word) > 0 {
				return string(word), nil
			}
		case len(word) == maxWord:
			return "", fmt.Errorf("%q… is no number", word)
		default:
			word = append(word, c)
		}
	}
}
