package fashionmnist

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
	// IDX headers: two zero bytes, the element type (8: unsigned byte), the
	// number of dimensions.
	imagesMagic = 0x00000803
	labelsMagic = 0x00000801

	// maxImages is far above what any such data set has; a larger count is a
	// corrupt header, whatever follows.
	maxImages = 1 << 20
	// maxAhead bounds the memory that a header can claim before the data it
	// promises has been seen.
	maxAhead = 64 << 20
)

// readImages reads a whole IDX file of 28×28 images, compressed by gzip or not.
func readImages(r io.Reader) ([]uint8, error) {
	return readIDX(r, "images", imagesMagic, Side, Side)
}

// readLabels reads a whole IDX file of labels, compressed by gzip or not.
func readLabels(r io.Reader) ([]uint8, error) {
	labels, err := readIDX(r, "labels", labelsMagic)
	if err != nil {
		return nil, err
	}
	for i, label := range labels {
		if label >= Classes {
			return nil, fmt.Errorf("label %d is %d, want 0 to %d", i, label, Classes-1)
		}
	}
	return labels, nil
}

// readIDX reads an IDX file whose items are bytes in an array of the given shape.
func readIDX(r io.Reader, what string, magic uint32, shape ...int) ([]uint8, error) {
	b := bufio.NewReader(r)
	r = b
	if start, _ := b.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("damaged gzip header: %w", err)
		}
		r = z
	}

	header := make([]byte, 4*(2+len(shape)))
	if n, err := io.ReadFull(r, header); err != nil {
		return nil, damaged(err, "truncated: %d of the %d bytes of an IDX header", n, len(header))
	}
	if got := binary.BigEndian.Uint32(header); got != magic {
		return nil, fmt.Errorf("not an IDX file of %s: begins with %08x, want %08x", what, got, magic)
	}
	count := binary.BigEndian.Uint32(header[4:])
	if count == 0 {
		return nil, fmt.Errorf("holds no %s", what)
	}
	if count > maxImages {
		return nil, fmt.Errorf("corrupt header: claims %d %s, more than %d", count, what, maxImages)
	}
	size := 1
	for i, want := range shape {
		if got := binary.BigEndian.Uint32(header[8+4*i:]); got != uint32(want) {
			return nil, fmt.Errorf("dimension %d of the %s is %d, want %d", i+1, what, got, want)
		}
		size *= want
	}

	want := int(count) * size
	data := bytes.NewBuffer(make([]byte, 0, min(want, maxAhead)))
	if got, err := io.CopyN(data, r, int64(want)); err != nil {
		return nil, damaged(err, "truncated: %d of %d bytes of %s", got, want, what)
	}
	switch _, err := io.ReadFull(r, header[:1]); {
	case err == nil:
		return nil, fmt.Errorf("has more bytes than the %d %s that its header promises", count, what)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("damaged after the last of the %s: %w", what, err)
	}
	return data.Bytes(), nil
}

// damaged describes a read that failed with err: format says what was there if
// the file merely ended.
func damaged(err error, format string, args ...any) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf(format, args...)
	}
	return err
}
