package input

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/topogen/topogen/ph/cubical"
)

// readPNG reads an image whose values are levels of gray: from 0 to 65535 if it has 16
// bits a sample, else from 0 to 255. Colours become their luminance. What a transparent pixel
// shows depends on what is behind it, so that such pixels are refused.
func readPNG(r *bufio.Reader) (m cubical.Image[float64], err error) {
	const header = 33 // bytes up to the end of the first chunk, which has the size
	begin, err := r.Peek(header)
	if err != nil {
		return m, noMore(err, "the header of a PNG image is %d bytes long", header)
	}
	width, height := binary.BigEndian.Uint32(begin[16:]), binary.BigEndian.Uint32(begin[20:])
	if uint64(width)*uint64(height) > maxPixels {
		return m, fmt.Errorf("a PNG image of %d×%d pixels: at most %d are read", width, height, maxPixels)
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
