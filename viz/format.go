package viz

import (
	"bytes"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Format is a file format of pictures.
type Format int

// The formats.
const (
	PNG Format = iota
	SVG
)

// canvas returns an empty canvas of the given size.
func (f Format) canvas(width, height vg.Length) vg.CanvasWriterTo {
	if f == SVG {
		return newSVG(width, height)
	}
	return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(stillDPI))}
}

// An svgCanvas has a white background, as a PNG has, and lists fallback fonts for viewers
// without Liberation Sans.
type svgCanvas struct{ *vgsvg.Canvas }

func newSVG(width, height vg.Length) svgCanvas {
	c := svgCanvas{vgsvg.New(width, height)}
	on := draw.New(c)
	c.SetColor(paper.color())
	c.Fill(on.Rectangle.Path())
	return c
}

// WriteTo implements [io.WriterTo].
func (c svgCanvas) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if _, err := c.Canvas.WriteTo(&b); err != nil {
		return 0, err
	}
	// Letters of Arial are as wide as those of Liberation Sans, for which the text is laid out.
	text := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
	n, err := w.Write(text)
	return int64(n), err
}
