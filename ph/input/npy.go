package input

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph"
)

// A content is what the rows of an array hold.
type content string

const (
	coordinates content = "coordinates"
	distances   content = "distances" // of which some may be infinite
)

// readNPY reads an array of two dimensions, whose rows are points, or an array of one
// dimension, whose numbers are points of one coordinate.
func readNPY[T ph.Float](r io.Reader, c content) (ph.Points[T], error) {
	a, err := npy.Read(r)
	if err != nil {
		return ph.Points[T]{}, err
	}
	return pointsIn[T](a, c)
}

// readNPZ reads an archive of one such array.
func readNPZ[T ph.Float](r io.Reader, c content) (ph.Points[T], error) {
	a, err := readArchive(r)
	if err != nil {
		return ph.Points[T]{}, err
	}
	return pointsIn[T](a, c)
}

// pointsIn returns the rows of an array.
func pointsIn[T ph.Float](a *npy.Array, c content) (ph.Points[T], error) {
	var none ph.Points[T]
	rows, columns := a.Rows()
	if len(a.Shape) < 1 || len(a.Shape) > 2 || len(a.Values) == 0 {
		return none, fmt.Errorf("an array of shape %.80s: want points and %s", fmt.Sprint(a.Shape), c)
	}
	p := ph.Points[T]{Dim: columns, Coords: make([]T, rows*columns)}
	for k, v := range a.Values {
		x := T(v)
		switch {
		case math.IsInf(v, 1) && c == distances:
		case v-v != 0 && c == distances:
			return none, fmt.Errorf("row %d, column %d is %v: distances must not be negative, nor NaN", k/columns, k%columns, v)
		case v-v != 0:
			return none, fmt.Errorf("row %d, column %d is %v: coordinates must be finite", k/columns, k%columns, v)
		case x-x != 0:
			return none, fmt.Errorf("row %d, column %d is %v, too large for a number of 32 bits", k/columns, k%columns, v)
		case x == 0 && v != 0:
			return none, fmt.Errorf("row %d, column %d is %v, too small for a number of 32 bits", k/columns, k%columns, v)
		}
		p.Coords[k] = x
	}
	return p, nil
}

// readArchive reads the array of an archive .npz. It is an error if the archive has several.
func readArchive(r io.Reader) (*npy.Array, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not an .npz file: %w", err)
	}
	if len(archive.File) != 1 {
		var names []string
		for _, f := range archive.File {
			names = append(names, f.Name)
		}
		return nil, fmt.Errorf("an .npz file of %d arrays (%.200s): want one", len(names), strings.Join(names, ", "))
	}
	name := archive.File[0].Name
	file, err := archive.File[0].Open()
	if err != nil {
		return nil, fmt.Errorf("%.80s: %w", name, err)
	}
	defer file.Close()
	a, err := npy.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%.80s: %w", name, err)
	}
	return a, nil
}
