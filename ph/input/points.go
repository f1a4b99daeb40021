package input

import (
	"errors"
	"io"

	"github.com/topogen/topogen/ph"
)

// ReadPoints reads a [PointCloud].
func ReadPoints[T ph.Float](r io.Reader) (ph.Points[T], error) {
	l := newLexer(r)
	l.heading = true
	var p ph.Points[T]
	var none ph.Points[T]
	for first := 0; ; {
		before := len(p.Coords)
		coords, err := readRow(l, p.Coords)
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
