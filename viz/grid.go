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

// A GridRow is a row of an image grid: a caption and images.
type GridRow struct {
	Caption string
	// Images holds the images one after another, each channel by channel and row
	// by row from the top, with values from 0, dark, to 1, light. Values beyond
	// are cut off.
	Images []float32
}

// ImageGrid draws rows of images of the given shape below each other as a PNG, to
// compare what stands in one column. The shape is channels × height × width; one
// channel is grey, three are red, green and blue. Every pixel becomes a sharp
// square. Rows longer than columns images continue in another block below.
func ImageGrid(w io.Writer, title string, shape []int, columns int, rows ...GridRow) error {
	m, err := imageGrid(title, shape, columns, rows)
	if err != nil {
		return err
	}
	return png.Encode(w, m)
}

// Measures of a grid, in pixels.
const (
	gridGap    = 3 // between images
	gridBlock  = 16
	gridMargin = 14
	gridHead   = 40
	gridDPI    = 120
)

// gridScale is the size of an image's pixel.
func gridScale(height, width int) int {
	if max(height, width) > 64 {
		return 1
	}
	return 2
}

func imageGrid(title string, shape []int, columns int, rows []GridRow) (draw.Image, error) {
	if len(shape) != 3 || (shape[0] != 1 && shape[0] != 3) || shape[1] < 1 || shape[2] < 1 || columns < 1 || len(rows) == 0 {
		return nil, fmt.Errorf("viz: a grid of %d rows with %d columns of images of shape %v, want channels × height × width with 1 or 3 channels", len(rows), columns, shape)
	}
	height, width := shape[1], shape[2]
	size := shape[0] * height * width
	n := len(rows[0].Images) / size
	if n == 0 {
		return nil, fmt.Errorf("viz: row %q has no image of shape %v", rows[0].Caption, shape)
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

	scale := gridScale(height, width)
	right, down := width*scale+gridGap, height*scale+gridGap
	columns = min(columns, n)
	blocks := (n + columns - 1) / columns
	block := len(rows)*down + gridBlock
	heading := newTypeface(titleSize, gridDPI)
	total := max(captions+columns*right, int(heading.width(title)))
	bounds := image.Rect(0, 0, total+2*gridMargin, gridHead+blocks*block)
	var m draw.Image = image.NewGray(bounds)
	if shape[0] == 3 {
		m = image.NewRGBA(bounds)
	}
	draw.Draw(m, bounds, image.White, image.Point{}, draw.Src)
	write := func(f typeface, x, y int, text string) {
		d := font.Drawer{Dst: m, Src: image.NewUniform(black.color()), Face: f, Dot: fixed.P(x, y)}
		d.DrawString(text)
	}
	write(heading, gridMargin, 26, title)
	for i := range n {
		column, top := i%columns, gridHead+i/columns*block
		for k, r := range rows {
			y := top + k*down
			if column == 0 {
				write(face, gridMargin, y+(height*scale+int(face.height()))/2, r.Caption)
			}
			enlarge(m, gridMargin+captions+column*right, y, shape, r.Images[i*size:(i+1)*size])
		}
	}
	return m, nil
}

// enlarge draws an image with its corner at (x, y).
func enlarge(m draw.Image, x, y int, shape []int, values []float32) {
	height, width := shape[1], shape[2]
	scale, plane := gridScale(height, width), height*width
	tone := func(i int) uint8 { return uint8(255*min(max(values[i], 0), 1) + 0.5) }
	for i := range plane {
		var c color.Color = color.Gray{Y: tone(i)}
		if shape[0] == 3 {
			c = color.RGBA{tone(i), tone(plane + i), tone(2*plane + i), 255}
		}
		for k := range scale * scale {
			m.Set(x+i%width*scale+k%scale, y+i/width*scale+k/scale, c)
		}
	}
}
