package viz

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A GridRow is a row of an image grid: a caption and square grey images.
type GridRow struct {
	Caption string
	// Images holds the images one after another, row by row from the top,
	// with values from 0, black, to 1, white.
	Images []float32
}

// ImageGrid draws rows of square images of the given side, in pixels, below each
// other as a PNG. Every pixel becomes a sharp square; rows longer than columns
// images continue below, so that images of one place stand in one block.
func ImageGrid(w io.Writer, title string, side, columns int, rows ...GridRow) error {
	const (
		scale  = 2
		gap    = 4
		margin = 12
		label  = 76 // room for captions
		head   = 34
	)
	size := side * side
	if side < 1 || columns < 1 || len(rows) == 0 {
		return fmt.Errorf("viz: a grid of %d rows with %d columns of images of side %d", len(rows), columns, side)
	}
	n := len(rows[0].Images) / size
	for _, r := range rows {
		if len(r.Images) != n*size {
			return fmt.Errorf("viz: row %q has %d values, want %d images of %d", r.Caption, len(r.Images), n, size)
		}
		for i, v := range r.Images {
			if v != v {
				return fmt.Errorf("viz: row %q: image %d has the value NaN", r.Caption, i/size)
			}
		}
	}
	cell := side*scale + gap
	blocks := (n + columns - 1) / columns
	blockHeight := len(rows)*cell + 2*gap
	canvas := image.NewRGBA(image.Rect(0, 0, 2*margin+label+min(n, columns)*cell, margin+head+blocks*blockHeight))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	if err := text(canvas, title, 17, margin, margin+16); err != nil {
		return err
	}
	for b := range blocks {
		for k, r := range rows {
			y := head + margin + b*blockHeight + k*cell
			if err := text(canvas, r.Caption, 14, margin, y+cell/2+3); err != nil {
				return err
			}
			for i := b * columns; i < min(n, (b+1)*columns); i++ {
				x := margin + label + (i-b*columns)*cell
				pixels(canvas, r.Images[i*size:(i+1)*size], side, scale, x, y)
			}
		}
	}
	return png.Encode(w, canvas)
}

// pixels draws one image with its corner at (x, y).
func pixels(canvas *image.RGBA, values []float32, side, scale, x, y int) {
	for i, v := range values {
		g := uint8(255*min(max(v, 0), 1) + 0.5)
		at := image.Rect(0, 0, scale, scale).Add(image.Pt(x+i%side*scale, y+i/side*scale))
		draw.Draw(canvas, at, image.NewUniform(color.Gray{g}), image.Point{}, draw.Src)
	}
}

// text writes a line of text with its baseline at (x, y).
func text(canvas draw.Image, s string, size float64, x, y int) error {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return fmt.Errorf("viz: font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return fmt.Errorf("viz: font: %w", err)
	}
	defer face.Close()
	d := font.Drawer{Dst: canvas, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(s)
	return nil
}
