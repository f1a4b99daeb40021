// Package input reads what the filtration of package ph is built from: points,
// matrices of distances, and lists of distances. It also reads persistence diagrams.
//
//	d, err := input.ReadFile[float32]("points.txt", input.PointCloud, nil)
//	…
//	result, err := ph.Rips(ctx, d, ph.Options{MaxDegree: 1})
//
// # Text
//
// Text is UTF-8. Lines end with LF, CR LF or CR. Numbers in a line are separated by
// blanks and tabs, by commas, or by semicolons. A line with two kinds of separators is an
// error, since its commas may be decimal commas. Blank lines, a byte-order mark at the start
// and whatever follows a # are skipped. An error names the line and what is wrong
// with it. A number is never guessed, left out or rounded to 0.
//
// # Notes
//
// Functions of this package call note with one sentence for whatever they skip or
// change: a heading, the two values of a distance that differ by rounding. A nil
// note discards the sentences.
//
// # Distances
//
// Distances are not negative. A distance of inf in a text or a matrix means that the
// two points are never joined: the result is then a ph.Sparse.
//
// A full matrix may have rounding errors. The two values of a distance may differ by 10⁻⁵ of
// the distance, or their squares by 10⁻⁶ of the greatest square of a distance. The mean of
// the two values counts. A number on the diagonal counts as 0 if its square is at most 10⁻⁶
// of the greatest square. A negative number counts as 0 if it is at least −10⁻⁶ of the
// greatest distance.
package input

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/topogen/topogen/ph"
)

// A Format is the way in which a file holds points or distances.
type Format string

// The formats. A format that Ripser has under the same name accepts the files of Ripser.
const (
	// LowerDistance is the part of a matrix of distances below the diagonal: lines of
	// 1, 2, 3, … numbers. Lines may be wrapped anywhere. A full matrix is read too.
	LowerDistance Format = "lower-distance"

	// UpperDistance is the part of a matrix of n points above the diagonal: lines of
	// n−1, n−2, …, 1 numbers. Lines may be wrapped anywhere. A full matrix is read too.
	UpperDistance Format = "upper-distance"

	// Distance is a full matrix of distances, or the part of a matrix up to the diagonal:
	// lines of 1, 2, 3, … numbers. The values of the diagonal must be equal and are
	// ignored. If the lines have no diagonal, an empty line must come first.
	Distance Format = "distance"

	// PointCloud has the coordinates of one point in each line, as a CSV file has. A first
	// line that names the columns is skipped, with a note. OFF, PLY, NPY and NPZ files are
	// recognised by their first bytes and read too.
	PointCloud Format = "point-cloud"

	// Sparse has lines i j d: points i and j, which count from 0, have the distance d.
	// Other pairs are never joined.
	Sparse Format = "sparse"

	// OFF is Geomview's Object File Format. Its vertices are the points.
	OFF Format = "off"

	// PLY is the Polygon File Format, as text or binary. Its vertices are the points.
	PLY Format = "ply"

	// NPY is an array of NumPy: n×d coordinates of n points, or n points of one coordinate.
	NPY Format = "npy"

	// NPZ is an archive of one NPY file.
	NPZ Format = "npz"

	// DIPHA is a full matrix as a binary file of the program DIPHA: the integers
	// 8067171840, 7 and n in 64 bits each, and n² float64 distances, all
	// little-endian.
	DIPHA Format = "dipha"

	// Binary is the part of a matrix of distances below the diagonal, row by row, as
	// little-endian float32 numbers.
	Binary Format = "binary"
)

// Formats returns every format that [Read] accepts.
func Formats() []Format {
	return []Format{LowerDistance, UpperDistance, Distance, PointCloud, Sparse, OFF, PLY, NPY, NPZ, DIPHA, Binary}
}

// Known reports whether f is one of [Formats].
func (f Format) Known() bool { return slices.Contains(Formats(), f) }

// Read reads points or distances, and rounds numbers to T. The result is a ph.Points, a
// ph.Matrix, a ph.LowerMatrix or a ph.Sparse. Read calls note, unless note is nil, with one
// sentence for whatever it skips or changes.
func Read[T ph.Float](r io.Reader, f Format, note func(string)) (ph.Distances, error) {
	if note == nil {
		note = func(string) {}
	}
	switch f {
	case LowerDistance, UpperDistance, Distance, Sparse:
		l, err := newLexer(r, note)
		if err != nil {
			return nil, err
		}
		if f == Sparse {
			return readSparse[T](l)
		}
		return readMatrix[T](l, f)
	case PointCloud, OFF, PLY, NPY, NPZ:
		p, err := readPoints[T](r, f, note)
		if err != nil {
			return nil, err
		}
		return p, nil
	case DIPHA:
		return readDIPHA[T](r, note)
	case Binary:
		return readBinary[T](r)
	}
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return nil, fmt.Errorf("there is no format %q: it is one of %s", f, strings.Join(names, ", "))
}

// ReadFile reads a file as [Read] does. Errors begin with the path of the file.
func ReadFile[T ph.Float](path string, f Format, note func(string)) (ph.Distances, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	d, err := Read[T](file, f, note)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// ReadPoints reads the format [PointCloud], with OFF, PLY, NPY and NPZ files, as [Read] does.
func ReadPoints[T ph.Float](r io.Reader, note func(string)) (ph.Points[T], error) {
	return readPoints[T](r, PointCloud, note)
}

// readPoints reads one of the formats that hold points: PointCloud, OFF, PLY, NPY or NPZ.
func readPoints[T ph.Float](r io.Reader, f Format, note func(string)) (ph.Points[T], error) {
	if f == PointCloud {
		in := bufio.NewReader(r)
		begin, _ := in.Peek(beginning)
		switch known := FormatOf(begin); known {
		case OFF, PLY, NPY, NPZ:
			f = known
		}
		r = in
	}
	switch f {
	case PLY:
		return readPLY[T](r)
	case NPY:
		return readNPY[T](r, coordinates)
	case NPZ:
		return readNPZ[T](r, coordinates)
	}
	l, err := newLexer(r, note)
	if err != nil {
		return ph.Points[T]{}, err
	}
	if f == OFF {
		return readOFF[T](l)
	}
	return readPointCloud[T](l, coordinates)
}

// beginning is the number of bytes that FormatOf looks at.
const beginning = 8

// FormatOf returns the format that the first eight bytes of a file tell: OFF, PLY, NPY, NPZ or
// DIPHA. It returns "" for any other file, such as a text of numbers.
func FormatOf(begin []byte) Format {
	text := string(begin[:min(len(begin), beginning)])
	switch {
	case strings.HasPrefix(text, "ply\n") || strings.HasPrefix(text, "ply\r"):
		return PLY
	case len(text) > 3 && strings.HasPrefix(text, "OFF") && strings.ContainsAny(text[3:4], " \t\r\n#"), len(text) > 4 && strings.HasPrefix(text[1:], "OFF"):
		return OFF
	case strings.HasPrefix(text, "\x93NUMPY"):
		return NPY
	case strings.HasPrefix(text, "PK\x03\x04"), strings.HasPrefix(text, "PK\x05\x06"): // with files, without
		return NPZ
	case len(text) == 8 && binary.LittleEndian.Uint64([]byte(text)) == diphaMagic:
		return DIPHA
	}
	return ""
}
