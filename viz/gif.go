package viz

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"image"
	"image/color"
	"io"
)

// A gifWriter writes an animation in the format GIF89a, frame by frame. Package
// image/gif can write only frames that are all in memory and compresses them one
// after the other; here they are compressed wherever they are drawn.
type gifWriter struct{ w io.Writer }

// newGIFWriter writes the head of a file: the size, the palette for all frames,
// and that the animation repeats for ever.
func newGIFWriter(w io.Writer, size image.Point) (*gifWriter, error) {
	var b bytes.Buffer
	b.WriteString("GIF89a")
	b.Write(uint16s(size.X, size.Y))
	b.Write([]byte{0xf7, 0, 0}) // 256 colours for all frames; background; square pixels
	colors := table().colors
	for i := range 256 {
		c := color.RGBA{255, 255, 255, 255}
		if i < len(colors) {
			c = colors[i].(color.RGBA)
		}
		b.Write([]byte{c.R, c.G, c.B})
	}
	b.WriteString("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
	_, err := w.Write(b.Bytes())
	return &gifWriter{w}, err
}

// write appends a frame from a [frameEncoder].
func (g *gifWriter) write(frame []byte) error {
	_, err := g.w.Write(frame)
	return err
}

// close writes the end of the file.
func (g *gifWriter) close() error {
	_, err := g.w.Write([]byte{0x3b})
	return err
}

// A frameEncoder compresses frames, one after the other.
type frameEncoder struct {
	pixels []byte
	lzw    lzw.Writer
}

// encode returns a frame that turns previous into now: the pixels of the given
// rectangle, those that did not change transparent unless the frame is whole.
// The delay is in hundredths of a second.
func (e *frameEncoder) encode(now, previous canvas, r image.Rectangle, whole bool, delay int) []byte {
	if r.Empty() {
		r = image.Rect(0, 0, 1, 1)
	}
	e.pixels = e.pixels[:0]
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := now.Pix[now.PixOffset(r.Min.X, y):][:r.Dx()]
		before := previous.Pix[previous.PixOffset(r.Min.X, y):][:r.Dx()]
		for x, v := range row {
			if !whole && v == before[x] {
				v = transparent
			}
			e.pixels = append(e.pixels, v)
		}
	}

	var b bytes.Buffer
	// Graphic control: leave the frame in place, one entry is transparent.
	b.Write([]byte{0x21, 0xf9, 4, 1<<2 | 1})
	b.Write(uint16s(delay))
	b.Write([]byte{transparent, 0})
	b.WriteByte(0x2c)
	b.Write(uint16s(r.Min.X, r.Min.Y, r.Dx(), r.Dy()))
	const literalBits = 8
	b.Write([]byte{0, literalBits})
	blocks := blockWriter{out: &b}
	e.lzw.Reset(&blocks, lzw.LSB, literalBits)
	_, err := e.lzw.Write(e.pixels)
	if err == nil {
		err = e.lzw.Close()
	}
	if err != nil {
		panic(err) // writing to memory does not fail
	}
	blocks.flush()
	b.WriteByte(0) // no more blocks
	return b.Bytes()
}

// A blockWriter divides data into blocks of up to 255 bytes with their length
// before them.
type blockWriter struct {
	out   *bytes.Buffer
	block [255]byte
	n     int
}

func (b *blockWriter) Write(data []byte) (int, error) {
	for k := 0; k < len(data); {
		n := copy(b.block[b.n:], data[k:])
		b.n += n
		k += n
		if b.n == len(b.block) {
			b.flush()
		}
	}
	return len(data), nil
}

func (b *blockWriter) flush() {
	if b.n > 0 {
		b.out.WriteByte(byte(b.n))
		b.out.Write(b.block[:b.n])
		b.n = 0
	}
}

// uint16s returns numbers as little-endian pairs of bytes.
func uint16s(numbers ...int) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	return b
}
