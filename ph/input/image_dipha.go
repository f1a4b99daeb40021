package input

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/topogen/topogen/ph/cubical"
)

// readImageDIPHA reads an image in the format of the program DIPHA: the integers 8067171840, 1,
// the number of values and that of axes, the number of values along each axis, and the
// float64 values, those along the first axis side by side. All numbers have 64 bits, the lowest
// byte first. The first axis of the file becomes the last of the image.
func readImageDIPHA(in *bufio.Reader) (m cubical.Image[float64], err error) {
	var header [4]int64
	if err := binary.Read(in, binary.LittleEndian, &header); err != nil {
		return m, noMore(err, "the header of an image of DIPHA is 32 bytes long and more")
	}
	kind, count, axes := header[1], header[2], header[3]
	switch {
	case kind != diphaImage:
		return m, otherDIPHA(kind, diphaImage)
	case axes != 2 && axes != 3:
		return m, fmt.Errorf("an image of DIPHA of %d dimensions: want 2 or 3", axes)
	}
	m.Shape = make([]int, axes)
	size := int64(1)
	for axis := range m.Shape {
		var n int64
		if err := binary.Read(in, binary.LittleEndian, &n); err != nil {
			return m, noMore(err, "it ends before the size of axis %d of %d", axis, axes)
		}
		if n < 1 || n > maxPixels/size {
			return m, fmt.Errorf("an image of DIPHA with %d values along axis %d: want at least 1, and at most %d in all", n, axis, maxPixels)
		}
		size *= n
		m.Shape[len(m.Shape)-1-axis] = int(n)
	}
	if count != size {
		return m, fmt.Errorf("an image of DIPHA of %d values, which has %d along its axes", count, size)
	}
	var entry [8]byte
	for i := range size {
		if _, err := io.ReadFull(in, entry[:]); err != nil {
			return m, noMore(err, "it ends in value %d of %d", i, size)
		}
		m.Values = append(m.Values, math.Float64frombits(binary.LittleEndian.Uint64(entry[:])))
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return m, fmt.Errorf("there is more after the %d values", size)
	}
	return m, nil
}
