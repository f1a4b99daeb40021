package input

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/topogen/topogen/ph"
)

// readOFF reads the vertices of a mesh in the Object File Format of Geomview. It ignores the
// faces. It also ignores numbers after the three coordinates, which are colors or normals.
func readOFF[T ph.Float](l *lexer) (ph.Points[T], error) {
	p := ph.Points[T]{Dim: 3}
	var none ph.Points[T]
	word, err := l.next()
	for ; err == nil && word[0] == '\n'; word, err = l.next() {
		l.line++
	}
	if err == io.EOF {
		return none, fmt.Errorf("the file is empty: an OFF file begins with OFF")
	}
	if err != nil {
		return none, err
	}
	name := string(word)
	switch strings.TrimLeft(name, "STCN") {
	case "OFF":
	case "4OFF", "nOFF", "4nOFF":
		return none, l.errorf("%s: only OFF files of three dimensions are read", name)
	default:
		return none, l.errorf("%.40q: an OFF file begins with OFF", name)
	}
	var counts []float64
	for len(counts) == 0 {
		if counts, err = readRow(l, counts, false); err == io.EOF {
			return none, fmt.Errorf("the file ends before the numbers of vertices, faces and edges")
		} else if err != nil {
			return none, err
		}
	}
	if n := counts[0]; len(counts) < 2 || len(counts) > 3 || n != math.Trunc(n) || n < 0 || n > math.MaxInt32 {
		return none, fmt.Errorf("line %d: %v: want the numbers of vertices, faces and edges", l.row, counts)
	}
	vertices := int(counts[0])
	if vertices == 0 {
		return none, fmt.Errorf("line %d: the number of vertices is 0: want at least 1", l.row)
	}
	for i := range vertices {
		before := len(p.Coords)
		coords, err := readRow(l, p.Coords, false)
		if err == io.EOF {
			return none, fmt.Errorf("the file ends after %d vertices, want %d", i, vertices)
		}
		if err != nil {
			return none, err
		}
		if got := len(coords) - before; got < 3 || name == "OFF" && got > 3 {
			return none, fmt.Errorf("line %d: %d coordinates, want 3", l.row, got)
		}
		p.Coords = coords[:before+3]
	}
	return p, nil
}
