// Package input reads what the filtration of package ph is built from: points,
// matrices of distances, and lists of the distances that matter. The formats are
// those that Ripser reads.
//
//	d, err := input.ReadFile[float32]("points.txt", input.PointCloud)
//	…
//	result, err := ph.Rips(ctx, d, ph.Options{MaxDegree: 1})
//
// # Text
//
// Numbers stand in lines, separated by blanks, tabs, commas or semicolons. Blank
// lines are passed over, and so are what follows a # and a byte-order mark at the
// beginning. An error names the line and what is wrong with it: nothing is guessed,
// no number is left out in silence, and what is not finite is refused.
package input

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/topogen/topogen/ph"
)

// A Format is what a file holds and how.
type Format string

// The formats.
const (
	// LowerDistance is what lies below the diagonal of a matrix of distances: a
	// line of one number, one of two, and so on, or all in one line or in one
	// column. A full matrix is read too.
	LowerDistance Format = "lower-distance"

	// UpperDistance is what lies above the diagonal, row by row: lines of n−1 to
	// 1 numbers, or all in one line or in one column. A full matrix is read too.
	UpperDistance Format = "upper-distance"

	// Distance is a full matrix of distances, or its half below the diagonal,
	// with the diagonal or without.
	Distance Format = "distance"

	// PointCloud has the coordinates of a point in each line. A first line of
	// which no word is a number is taken for a heading.
	PointCloud Format = "point-cloud"

	// Sparse has lines i j d: points i and j, which count from 0, have the
	// distance d. Pairs that are not listed are never joined.
	Sparse Format = "sparse"

	// DIPHA is a full matrix as a binary file of the program DIPHA: the integers
	// 8067171840, 7 and n in 64 bits each, and n² float64 distances, all
	// little-endian.
	DIPHA Format = "dipha"

	// Binary is what lies below the diagonal, row by row, as little-endian
	// float32 numbers and nothing else.
	Binary Format = "binary"
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{LowerDistance, UpperDistance, Distance, PointCloud, Sparse, DIPHA, Binary}
}

// Known reports whether f is one of [Formats].
func (f Format) Known() bool { return slices.Contains(Formats(), f) }

// Read reads distances, numbers rounded to T. They are ph.Points, a ph.Matrix, a
// ph.LowerMatrix or ph.Sparse.
func Read[T ph.Float](r io.Reader, f Format) (ph.Distances, error) {
	switch f {
	case LowerDistance, UpperDistance, Distance:
		return readMatrix[T](newLexer(r), f)
	case PointCloud:
		p, err := ReadPoints[T](r)
		if err != nil {
			return nil, err
		}
		return p, nil
	case Sparse:
		return readSparse[T](newLexer(r))
	case DIPHA:
		return readDIPHA[T](r)
	case Binary:
		return readBinary[T](r)
	}
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return nil, fmt.Errorf("there is no format %q: it is one of %s", f, strings.Join(names, ", "))
}

// ReadFile reads a file as [Read] does. Errors begin with its name.
func ReadFile[T ph.Float](path string, f Format) (ph.Distances, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	d, err := Read[T](file, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}
