package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph/cubical"
)

// maxPixels bounds the size of an image, which takes some 100 bytes a pixel.
const maxPixels = 1 << 28

// ReadImage reads an image of at least one pixel and at most 2²⁸. Its first bytes tell the
// format:
//
//   - PNG and PGM, the latter as text or binary. Values are levels of gray as in the file, from 0
//     to 255 or to 65535. Colours become their luminance; a transparent pixel is an error.
//   - An array of NumPy, .npy, or an archive of one, .npz.
//   - An image of the program DIPHA, of two or three dimensions.
//
// Values of arrays may be infinite or NaN. Package cubical refuses them, and names the pixel.
func ReadImage(r io.Reader) (m cubical.Image[float64], err error) {
	m, err = readImage(bufio.NewReader(r))
	if err == nil && len(m.Values) == 0 {
		err = fmt.Errorf("an image of shape %.80s: it has no pixels", fmt.Sprint(m.Shape))
	}
	if err != nil {
		return cubical.Image[float64]{}, err
	}
	return m, nil
}

func readImage(in *bufio.Reader) (m cubical.Image[float64], err error) {
	head, err := in.Peek(beginning)
	if err != nil && !errors.Is(err, io.EOF) {
		return m, err
	}
	const want = "want an image, PNG or PGM, an array, .npy or .npz, or an image of DIPHA"
	switch {
	case len(head) == 0:
		return m, errors.New("the file is empty: " + want)
	case bytes.HasPrefix(head, []byte("\x89PNG")):
		return readPNG(in)
	case bytes.HasPrefix(head, []byte("P2")), bytes.HasPrefix(head, []byte("P5")):
		return readPGM(in)
	}
	switch FormatOf(head) {
	case NPY:
		return pixelsIn(npy.Read(in))
	case NPZ:
		return pixelsIn(readArchive(in))
	case DIPHA:
		return readImageDIPHA(in)
	}
	return m, fmt.Errorf("it begins with %q: %s", head, want)
}

// pixelsIn returns an array as an image.
func pixelsIn(a *npy.Array, err error) (m cubical.Image[float64], _ error) {
	if err != nil {
		return m, err
	}
	return cubical.Image[float64]{Shape: a.Shape, Values: a.Values}, nil
}

// ReadImageFile reads a file as [ReadImage] does. Errors begin with the path of the file.
func ReadImageFile(path string) (m cubical.Image[float64], err error) {
	file, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer file.Close()
	if m, err = ReadImage(file); err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return m, err
}
