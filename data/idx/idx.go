// Package idx reads images and labels in the format IDX, in which MNIST and the
// data sets like it are published.
//
// An IDX file has a big-endian header: two zero bytes, the element type, the number of
// dimensions, and the dimensions. The elements follow. A file may be compressed by gzip.
// [Load] finds the four files of a data set in a folder.
package idx

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// The first four bytes: the element type 8 is an unsigned byte.
	imagesMagic = 0x00000803
	labelsMagic = 0x00000801

	// maxItems is the largest number of items in a file. No data set of this kind has
	// nearly as many: a larger number means that the header is corrupt.
	maxItems = 1 << 20
	// maxSide bounds the height and the width of an image.
	maxSide = 1 << 12
	// maxAhead is the most memory, in bytes, that read allocates because of a header,
	// before it has read the data.
	maxAhead = 64 << 20
)

// Images reads a whole file of images and returns their pixels, one image after
// another, each row by row from the top.
func Images(r io.Reader) (pixels []uint8, height, width int, err error) {
	pixels, shape, err := read(r, "images", imagesMagic, 2)
	if err != nil {
		return nil, 0, 0, err
	}
	return pixels, shape[0], shape[1], nil
}

// Labels reads a whole file of labels.
func Labels(r io.Reader) ([]uint8, error) {
	labels, _, err := read(r, "labels", labelsMagic, 0)
	return labels, err
}

// read reads a file of items of the given number of dimensions, and returns their
// bytes and their shape.
func read(r io.Reader, what string, magic uint32, dimensions int) (items []uint8, shape []int, err error) {
	b := bufio.NewReader(r)
	r = b
	if start, _ := b.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, nil, fmt.Errorf("damaged gzip header: %w", err)
		}
		r = z
	}
	header := make([]byte, 4*(2+dimensions))
	if n, err := io.ReadFull(r, header); err != nil {
		return nil, nil, damaged(err, "truncated: %d of the %d bytes of an IDX header", n, len(header))
	}
	if got := binary.BigEndian.Uint32(header); got != magic {
		return nil, nil, fmt.Errorf("not an IDX file of %s: begins with %08x, want %08x", what, got, magic)
	}
	count := binary.BigEndian.Uint32(header[4:])
	if count == 0 {
		return nil, nil, fmt.Errorf("holds no %s", what)
	}
	if count > maxItems {
		return nil, nil, fmt.Errorf("corrupt header: claims %d %s, more than %d", count, what, maxItems)
	}
	size := 1
	for i := range dimensions {
		n := binary.BigEndian.Uint32(header[8+4*i:])
		if n == 0 || n > maxSide {
			return nil, nil, fmt.Errorf("dimension %d of the %s is %d, want 1 to %d", i+1, what, n, maxSide)
		}
		shape = append(shape, int(n))
		size *= int(n)
	}

	want := int(count) * size
	data := bytes.NewBuffer(make([]byte, 0, min(want, maxAhead)))
	if got, err := io.CopyN(data, r, int64(want)); err != nil {
		return nil, nil, damaged(err, "truncated: %d of %d bytes of %s", got, want, what)
	}
	switch _, err := io.ReadFull(r, header[:1]); {
	case err == nil:
		return nil, nil, fmt.Errorf("has more bytes than the %d %s that its header promises", count, what)
	case !errors.Is(err, io.EOF):
		return nil, nil, fmt.Errorf("damaged after the last of the %s: %w", what, err)
	}
	return data.Bytes(), shape, nil
}

// damaged returns the error of a read that failed with err. If the file ended early, format
// and args describe what it held.
func damaged(err error, format string, args ...any) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf(format, args...)
	}
	return err
}
