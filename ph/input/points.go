package input

import (
	"errors"
	"io"

	"github.com/topogen/topogen/ph"
)

// readPointCloud reads a point from each line that has numbers. It is an error if two points
// have different numbers of coordinates.
func readPointCloud[T ph.Float](l *lexer, c content) (ph.Points[T], error) {
	var p, none ph.Points[T]
	l.heading = true
	for first := 0; ; {
		before := len(p.Coords)
		coords, err := readRow(l, p.Coords, c == distances)
		if err == io.EOF {
			break
		}
		if err != nil {
			return none, err
		}
		p.Coords = coords
		got := len(coords) - before
		if p.Dim == 0 {
			p.Dim, first = got, l.row
		}
		if got != p.Dim {
			l.line = l.row
			return none, l.errorf("%d coordinates, where line %d has %d", got, first, p.Dim)
		}
	}
	if p.Dim == 0 {
		return none, errors.New("no points: want one a line")
	}
	return p, nil
}
