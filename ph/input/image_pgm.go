package input

import (
	"bufio"
	"fmt"
	"io"
	"unicode"

	"github.com/topogen/topogen/ph/cubical"
)

// readPGM reads an image of the Netpbm format PGM, as text (P2) or binary (P5).
func readPGM(in *bufio.Reader) (m cubical.Image[float64], err error) {
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
			return 0, fmt.Errorf("%q is not a number", word)
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
			return "", fmt.Errorf("%q… is not a number", word)
		default:
			word = append(word, c)
		}
	}
}
