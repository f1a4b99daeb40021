package images_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/images"
)

// write writes a picture of one colour.
func write(t *testing.T, path string, width, height int, c color.Color) {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		m.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	if filepath.Ext(path) == ".png" {
		require.NoError(t, png.Encode(&b, m))
	} else {
		require.NoError(t, jpeg.Encode(&b, m, nil))
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
}

func TestColourPicturesOfMixedSizes(t *testing.T) {
	dir := t.TempDir()
	red, blue := color.RGBA{R: 200, A: 255}, color.RGBA{B: 100, A: 255}
	for i := range 9 {
		write(t, filepath.Join(dir, "red", fmt.Sprintf("%d.png", i)), 20+i, 40, red)
		write(t, filepath.Join(dir, "blue", "deep", fmt.Sprintf("%d.jpg", i)), 50, 30+i, blue)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("not a picture"), 0o666))
	sets, err := images.Load(t.Context(), dir, images.Options{})
	require.NoError(t, err)
	require.Equal(t, []int{3, 32, 32}, sets.Train.Shape())
	require.Equal(t, 15, sets.Train.Len())
	require.Equal(t, 3, sets.Test.Len())
	require.Equal(t, "15 training and 3 test pictures of 32×32 pixels in colour from "+dir+", 2 classes", sets.Note)
	require.Equal(t, []string{"blue", "red"}, sets.Train.Labels().Names)
	x := make([]float32, 3*32*32)
	for i, class := range sets.Train.Labels().Classes {
		sets.Train.Decode(x, []int{i})
		at := []int{2048, 0}[class] // a pixel of the class's own channel
		require.InDelta(t, []float64{100, 200}[class]/255, x[at], 0.02)
		require.InDelta(t, 0, x[1024], 0.02)
	}
	again, err := images.Load(t.Context(), dir, images.Options{})
	require.NoError(t, err)
	require.Equal(t, sets, again)
}

func TestGreySquaresKeepTheirSize(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.png", i)), 12, 12, color.Gray{Y: uint8(40 * i)})
	}
	sets, err := images.Load(t.Context(), dir, images.Options{})
	require.NoError(t, err)
	require.Equal(t, []int{1, 12, 12}, sets.Train.Shape())
	require.Nil(t, sets.Train.Labels())
	seen := map[uint8]bool{}
	for _, set := range []data.Dataset{sets.Train, sets.Test} {
		for i := range set.Len() {
			seen[set.(*data.Bytes).At(i)[5]] = true
		}
	}
	require.Equal(t, map[uint8]bool{0: true, 40: true, 80: true, 120: true, 160: true, 200: true}, seen)

	sets, err = images.Load(t.Context(), dir, images.Options{Side: 7, Colour: images.RGB})
	require.NoError(t, err)
	require.Equal(t, []int{3, 7, 7}, sets.Train.Shape())
}

func TestTrainAndTestFolders(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		write(t, filepath.Join(dir, "train", fmt.Sprintf("%d.png", i)), 8, 8, color.White)
	}
	write(t, filepath.Join(dir, "test", "a.png"), 8, 8, color.Black)
	sets, err := images.Load(t.Context(), dir, images.Options{})
	require.NoError(t, err)
	require.Equal(t, []int{4, 1}, []int{sets.Train.Len(), sets.Test.Len()})
	require.Equal(t, uint8(0), sets.Test.(*data.Bytes).Values[0])
}

func TestTransparentIsWhite(t *testing.T) {
	dir := t.TempDir()
	for i := range 2 {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.png", i)), 8, 8, color.Transparent)
	}
	sets, err := images.Load(t.Context(), dir, images.Options{})
	require.NoError(t, err)
	require.Equal(t, uint8(255), sets.Train.(*data.Bytes).Values[0])
}

func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	_, err := images.Load(t.Context(), dir, images.Options{})
	require.ErrorContains(t, err, "holds no PNG, JPEG or GIF pictures")
	require.False(t, images.In(dir))
	write(t, filepath.Join(dir, "a.png"), 8, 9, color.White)
	require.True(t, images.In(dir))
	broken := filepath.Join(dir, "b.jpeg")
	require.NoError(t, os.WriteFile(broken, []byte("text"), 0o666))
	_, err = images.Load(t.Context(), dir, images.Options{})
	require.ErrorContains(t, err, broken+": not a picture that can be read")
	_, err = images.Load(t.Context(), dir, images.Options{Side: 5000})
	require.ErrorContains(t, err, "pictures of side 5000: want 1 to 1024")
	_, err = images.Load(t.Context(), dir, images.Options{Colour: "sepia"})
	require.ErrorContains(t, err, `no colour "sepia"`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = images.Load(ctx, dir, images.Options{Side: 4})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "train"), 0o777))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "test"), 0o777))
	_, err = images.Load(t.Context(), dir, images.Options{})
	require.ErrorContains(t, err, "there are 0 pictures in train and 0 in test")
}
