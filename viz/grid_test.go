package viz

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every pixel of every image stands as a square where its row and column say.
func TestImageGridShowsEveryPixel(t *testing.T) {
	const side, n, columns = 5, 7, 3
	rows := []GridRow{{Caption: "true"}, {Caption: "a longer caption"}}
	for k := range rows {
		for i := range n * side * side {
			rows[k].Images = append(rows[k].Images, float32((i*13+k*57)%256)/255)
		}
	}
	rows[0].Images[0], rows[0].Images[1] = -3, 2 // cut off

	var b bytes.Buffer
	require.NoError(t, ImageGrid(&b, "title", []int{1, side, side}, columns, rows...))
	decoded, err := png.Decode(&b)
	require.NoError(t, err)
	m := decoded.(*image.Gray)

	captions := int(newTypeface(textSize, gridDPI).width("a longer caption")) + 12
	scale := gridScale(side, side)
	step := side*scale + gridGap
	for k, r := range rows {
		for i := range n {
			left := gridMargin + captions + i%columns*step
			top := gridHead + i/columns*(2*step+gridBlock) + k*step
			for p := range side * side {
				want := uint8(255*min(max(r.Images[i*side*side+p], 0), 1) + 0.5)
				for _, at := range []image.Point{{0, 0}, {1, 1}} {
					x, y := left+p%side*scale+at.X, top+p/side*scale+at.Y
					require.Equal(t, want, m.GrayAt(x, y).Y, "row %d, image %d, pixel %d", k, i, p)
				}
			}
			require.EqualValues(t, 255, m.GrayAt(left-1, top).Y, "a gap before image %d", i)
		}
	}
	require.Greater(t, m.Rect.Dx(), gridMargin+captions+columns*step-gridGap)
	dark := 0
	for _, v := range m.Pix[:gridHead*m.Stride] {
		if v < 100 {
			dark++
		}
	}
	require.Greater(t, dark, 30, "the title")
}

func TestImageGridRefuses(t *testing.T) {
	pixels := make([]float32, 8)
	bad := append([]float32(nil), pixels...)
	bad[5] = float32(math.NaN())
	for _, test := range []struct {
		want          string
		side, columns int
		rows          []GridRow
	}{
		{"a grid of 0 rows", 2, 4, nil},
		{"with 0 columns", 2, 0, []GridRow{{"a", pixels}}},
		{"of images of shape [1 0 0]", 0, 4, []GridRow{{"a", pixels}}},
		{`row "a" has no image of shape [1 3 3]`, 3, 4, []GridRow{{"a", pixels}}},
		{`row "b" has 4 values, want 2 images of 4`, 2, 4, []GridRow{{"a", pixels}, {"b", pixels[:4]}}},
		{`row "b": image 1 has a pixel of value NaN`, 2, 4, []GridRow{{"a", pixels}, {"b", bad}}},
	} {
		var b bytes.Buffer
		require.ErrorContains(t, ImageGrid(&b, "", []int{1, test.side, test.side}, test.columns, test.rows...), test.want)
		require.Zero(t, b.Len())
	}
}

// Colours stand in their places, whatever height and width are.
func TestImageGridInColour(t *testing.T) {
	const height, width = 2, 3
	row := GridRow{Caption: "c", Images: make([]float32, 3*height*width)}
	for i := range row.Images {
		row.Images[i] = float32(i) / 17
	}
	for _, size := range []int{1, 40} { // large images are not enlarged
		shape := []int{3, height, width * size}
		r := GridRow{Caption: "c", Images: make([]float32, 3*height*width*size)}
		for i := range r.Images {
			r.Images[i] = row.Images[i/size]
		}
		m, err := imageGrid("", shape, 1, []GridRow{r})
		require.NoError(t, err)
		scale := gridScale(height, width*size)
		require.Equal(t, 2-size/40, scale)
		left := gridMargin + int(newTypeface(textSize, gridDPI).width("c")) + 12
		for i := range height * width {
			x, y := left+i%width*size*scale, gridHead+i/width*scale
			red, green, blue, _ := m.At(x, y).RGBA()
			for channel, v := range []uint32{red, green, blue} {
				require.EqualValues(t, uint8(255*row.Images[channel*6+i]+0.5), v>>8, "pixel %d, channel %d", i, channel)
			}
		}
	}
	var b bytes.Buffer
	require.ErrorContains(t, ImageGrid(&b, "", []int{2, 2, 2}, 1, GridRow{"a", make([]float32, 8)}), "1 or 3 channels")
}
