package viz

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// A GridRow is a row of an image grid: a caption and square grey images.
type GridRow struct {
	Caption string
	// Images holds the images one after another, row by row from the top,
	// with values from 0, black, to 1, white. Values beyond are cut off.
	Images []float32
}

// ImageGrid draws rows of square images of the given side, in pixels, below each
// other as a PNG, to compare what stands in one column. Every pixel becomes a
// sharp square. Rows longer than columns images continue in another block below.
func ImageGrid(w io.Writer, title string, side, columns int, rows ...GridRow) error {
	m, err := imageGrid(title, side, columns, rows)
	if err != nil {
		return err
	}
	return png.Encode(w, m)
}

// Measures of a grid, in pixels.
const (
	gridScale  = 2 // of an image's pixel
	gridGap    = 3 // between images
	gridBlock  = 16
	gridMargin = 14
	gridHead   = 40
	gridDPI    = 120
)

func imageGrid(title string, side, columns int, rows []GridRow) (*image.Gray, error) {
	size := side * side
	if side < 1 || columns < 1 || len(rows) == 0 {
		return nil, fmt.Errorf("viz: a grid of %d rows with %d columns of images of side %d", len(rows), columns, side)
	}
	n := len(rows[0].Images) / size
	if n == 0 {
		return nil, fmt.Errorf("viz: row %q has no image of side %d", rows[0].Caption, side)
	}
	captions := 0
	face := newTypeface(textSize, gridDPI)
	for _, r := range rows {
		if len(r.Images) != n*size {
			return nil, fmt.Errorf("viz: row %q has %d values, want %d images of %d", r.Caption, len(r.Images), n, size)
		}
		for i, v := range r.Images {
			if math.IsNaN(float64(v)) {
				return nil, fmt.Errorf("viz: row %q: image %d has a pixel of value NaN", r.Caption, i/size)
			}
		}
		captions = max(captions, int(face.width(r.Caption))+12)
	}

	step := side*gridScale + gridGap
	columns = min(columns, n)
	blocks := (n + columns - 1) / columns
	block := len(rows)*step + gridBlock
	heading := newTypeface(titleSize, gridDPI)
	width := max(captions+columns*step, int(heading.width(title)))
	m := image.NewGray(image.Rect(0, 0, width+2*gridMargin, gridHead+blocks*block))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	write := func(f typeface, x, y int, text string) {
		d := font.Drawer{Dst: m, Src: image.NewUniform(black.color()), Face: f, Dot: fixed.P(x, y)}
		d.DrawString(text)
	}
	write(heading, gridMargin, 26, title)
	for i := range n {
		column, top := i%columns, gridHead+i/columns*block
		for k, r := range rows {
			y := top + k*step
			if column == 0 {
				write(face, gridMargin, y+(side*gridScale+int(face.height()))/2, r.Caption)
			}
			enlarge(m, gridMargin+captions+column*step, y, side, r.Images[i*size:(i+1)*size])
		}
	}
	return m, nil
}

// enlarge draws an image with its corner at (x, y).
func enlarge(m *image.Gray, x, y, side int, values []float32) {
	for i, v := range values {
		tone := color.Gray{Y: uint8(255*min(max(v, 0), 1) + 0.5)}
		for k := range gridScale * gridScale {
			m.SetGray(x+i%side*gridScale+k%gridScale, y+i/side*gridScale+k/gridScale, tone)
		}
	}
}
