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
	require.NoError(t, ImageGrid(&b, "title", side, columns, rows...))
	decoded, err := png.Decode(&b)
	require.NoError(t, err)
	m := decoded.(*image.Gray)

	captions := int(newTypeface(textSize, gridDPI).width("a longer caption")) + 12
	step := side*gridScale + gridGap
	for k, r := range rows {
		for i := range n {
			left := gridMargin + captions + i%columns*step
			top := gridHead + i/columns*(2*step+gridBlock) + k*step
			for p := range side * side {
				want := uint8(255*min(max(r.Images[i*side*side+p], 0), 1) + 0.5)
				for _, at := range []image.Point{{0, 0}, {1, 1}} {
					x, y := left+p%side*gridScale+at.X, top+p/side*gridScale+at.Y
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
		{"of images of side 0", 0, 4, []GridRow{{"a", pixels}}},
		{`row "a" has no image of side 3`, 3, 4, []GridRow{{"a", pixels}}},
		{`row "b" has 4 values, want 2 images of 4`, 2, 4, []GridRow{{"a", pixels}, {"b", pixels[:4]}}},
		{`row "b": image 1 has a pixel of value NaN`, 2, 4, []GridRow{{"a", pixels}, {"b", bad}}},
	} {
		var b bytes.Buffer
		require.ErrorContains(t, ImageGrid(&b, "", test.side, test.columns, test.rows...), test.want)
		require.Zero(t, b.Len())
	}
}
