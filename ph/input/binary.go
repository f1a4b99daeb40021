package input

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/topogen/topogen/ph"
)

// readDIPHA reads a file of the format [DIPHA].
func readDIPHA[T ph.Float](r io.Reader, note func(string)) (ph.Distances, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var header [3]int64
	if err := binary.Read(in, binary.LittleEndian, &header); err != nil {
		return nil, noMore(err, "the header of a DIPHA file is 24 bytes long")
	}
	n := int(header[2])
	switch {
	case header[0] != diphaMagic:
		return nil, fmt.Errorf("not a DIPHA file: it begins with %d, not %d", header[0], diphaMagic)
	case header[1] != diphaDistance:
		return nil, otherDIPHA(header[1], diphaDistance)
	case n < 1 || n >= math.MaxInt32:
		return nil, fmt.Errorf("a DIPHA file of %d points", header[2])
	}
	var data []T
	var entry [8]byte
	for i := range n {
		for j := range n {
			if _, err := io.ReadFull(in, entry[:]); err != nil {
				return nil, noMore(err, "it ends in row %d of %d", i, n)
			}
			x := math.Float64frombits(binary.LittleEndian.Uint64(entry[:]))
			v := T(x)
			switch {
			case math.IsNaN(x) || math.IsInf(x, -1):
				return nil, fmt.Errorf("row %d, column %d is %v: distances must not be negative, nor NaN", i, j, x)
			case math.IsInf(float64(v), 1) && !math.IsInf(x, 1):
				return nil, fmt.Errorf("row %d, column %d is %v, too large for a number of 32 bits", i, j, x)
			}
			data = append(data, v)
		}
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the %d² distances", n)
	}
	data, err := symmetric(n, data, func(i int) string { return fmt.Sprint("row ", i) }, note)
	if err != nil {
		return nil, err
	}
	return joined(n, data), nil
}

// readBinary reads a file of the format [Binary].
func readBinary[T ph.Float](r io.Reader) (ph.Distances, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var m ph.LowerMatrix[T]
	var entry [4]byte
	for i, j := 1, 0; ; j++ {
		if j == i {
			i, j = i+1, 0
		}
		switch _, err := io.ReadFull(in, entry[:]); {
		case err == io.EOF && len(m.Data) == 0:
			return nil, errors.New("no distances")
		case err == io.EOF:
			var err error
			if m.N, err = points(len(m.Data)); err != nil {
				return nil, err
			}
			return joinedLower(m), nil
		case err != nil:
			return nil, noMore(err, "its length is not a multiple of 4 bytes")
		}
		v := T(math.Float32frombits(binary.LittleEndian.Uint32(entry[:])))
		if err := checkEntry(i, j, v); err != nil {
			return nil, err
		}
		m.Data = append(m.Data, v)
	}
}

// checkEntry returns an error if v, in row i and column j, is negative or NaN.
func checkEntry[T ph.Float](i, j int, v T) error {
	if !(v >= 0) {
		return fmt.Errorf("row %d, column %d is %v: distances must not be negative, nor NaN", i, j, v)
	}
	return nil
}

// noMore returns err, unless err is the end of a file. Then it returns an error that says
// that the file is too short, followed by the formatted text.
func noMore(err error, format string, args ...any) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file is too short: "+format, args...)
	}
	return err
}
