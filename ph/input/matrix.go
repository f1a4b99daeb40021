package input

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/topogen/topogen/ph"
)

// A layout is the way in which the lines of a text are a matrix.
type layout int

const (
	oneLine layout = iota
	column         // a number a line
	square
	lower // 1, 2, 3, … numbers a line
	upper // …, 3, 2, 1 numbers a line
)

// layoutOf returns the layout that the lengths of the first two lines tell.
func layoutOf(f Format, first, second int) (layout, bool) {
	switch {
	case first == 1 && second == 1 && f != Distance:
		return column, true
	case first == second && first > 1:
		return square, true
	case first == 1 && second == 2 && f != UpperDistance:
		return lower, true
	case first == second+1 && f == UpperDistance:
		return upper, true
	}
	return 0, false
}

// length returns how many numbers line k has, if the first has n.
func (l layout) length(k, n int) int {
	switch l {
	case column:
		return 1
	case lower:
		return k + 1
	case upper:
		return n - k
	}
	return n
}

// A matrixText is a matrix as it stands in a text.
type matrixText[T ph.Float] struct {
	layout layout
	first  int // numbers of the first line
	data   []T
	lines  []int
}

func readMatrix[T ph.Float](l *lexer, f Format) (ph.Distances, error) {
	m, err := readLines[T](l, f)
	if err != nil {
		return nil, err
	}
	switch m.layout {
	case square:
		if len(m.lines) != m.first {
			return nil, fmt.Errorf("%d lines of %d numbers are no full matrix", len(m.lines), m.first)
		}
		return checkSquare(m.first, m.data, func(i int) string { return fmt.Sprint("line ", m.lines[i]) })
	case lower:
		return m.readLower(f)
	case upper:
		if m.edgeIsZero(func(k int) int { return len(m.data) - size(m.first-k) }) {
			return nil, errors.New("each line begins with 0, as if that were the diagonal: leave it out, or write the full matrix")
		}
		return transposed(m.first+1, m.data), nil
	}
	if f == Distance {
		if m.first == 1 && m.data[0] == 0 {
			return ph.LowerMatrix[T]{N: 1}, nil
		}
		return nil, fmt.Errorf("a single line of %d numbers is no matrix: it can be read as %s or %s", m.first, LowerDistance, UpperDistance)
	}
	n, err := points(len(m.data))
	if err != nil {
		return nil, err
	}
	if f == UpperDistance {
		return transposed(n, m.data), nil
	}
	return ph.LowerMatrix[T]{N: n, Data: m.data}, nil
}

// readLines reads all lines and checks that they have one layout.
func readLines[T ph.Float](l *lexer, f Format) (m matrixText[T], err error) {
	for k := 0; ; k++ {
		before := len(m.data)
		row, err := readRow(l, m.data)
		if err == io.EOF {
			break
		}
		if err != nil {
			return m, err
		}
		m.data = row
		m.lines = append(m.lines, l.row)
		got := len(row) - before
		for _, v := range row[before:] {
			if v < 0 {
				return m, fmt.Errorf("line %d: %v: distances must not be negative", l.row, v)
			}
		}
		switch k {
		case 0:
			m.first = got
			continue
		case 1:
			var ok bool
			if m.layout, ok = layoutOf(f, m.first, got); !ok {
				return m, fmt.Errorf("line %d has %d numbers and line %d has %d: this is not how a matrix of the format %s begins",
					m.lines[0], m.first, l.row, got, f)
			}
		}
		if want := m.layout.length(k, m.first); got != want {
			return m, fmt.Errorf("line %d has %d numbers, want %d after those before it", l.row, got, max(want, 0))
		}
	}
	if m.first == 0 {
		return m, errors.New("no distances")
	}
	if m.layout == upper && len(m.lines) < m.first {
		return m, fmt.Errorf("the matrix ends after %d lines, want %d", len(m.lines), m.first)
	}
	return m, nil
}

// readLower returns the matrix of lines of 1, 2, 3, … numbers.
func (m matrixText[T]) readLower(f Format) (ph.Distances, error) {
	rows := len(m.lines)
	if !m.edgeIsZero(func(k int) int { return size(k+1) - 1 }) {
		return ph.LowerMatrix[T]{N: rows + 1, Data: m.data}, nil
	}
	if f != Distance {
		return nil, fmt.Errorf("each line ends in 0, as if that were the diagonal: leave it out, or read the file as %s", Distance)
	}
	for k := range rows {
		copy(m.data[size(k)-k:], m.data[size(k):size(k)+k])
	}
	return ph.LowerMatrix[T]{N: rows, Data: m.data[:size(rows)-rows]}, nil
}

// edgeIsZero reports whether an entry of each line is 0, its place given, and
// others are not: it is the diagonal, then, unless consecutive points coincide.
func (m matrixText[T]) edgeIsZero(place func(line int) int) bool {
	for k := range m.lines {
		if m.data[place(k)] != 0 {
			return false
		}
	}
	for _, v := range m.data {
		if v != 0 {
			return true
		}
	}
	return false
}

// size returns 1 + 2 + … + k.
func size(k int) int { return k * (k + 1) / 2 }

// points returns the number of points that have a number of distances.
func points(distances int) (int, error) {
	n := int(math.Sqrt(2*float64(distances))) + 1
	if size(n-1) != distances {
		return 0, fmt.Errorf("%d numbers are not the distances of any number of points: %d points have %d, %d have %d",
			distances, n, size(n-1), n+1, size(n))
	}
	return n, nil
}

// transposed returns the matrix whose upper half is given row by row.
func transposed[T ph.Float](n int, upper []T) ph.LowerMatrix[T] {
	data := make([]T, len(upper))
	k := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			data[size(j-1)+i] = upper[k]
			k++
		}
	}
	return ph.LowerMatrix[T]{N: n, Data: data}
}

// asymmetry is what halves of a matrix may differ by, relatively: numbers
// may be written with no more than six digits.
const asymmetry = 1e-5

// checkSquare returns the full matrix of n² entries if it is one of distances.
// where names a row.
func checkSquare[T ph.Float](n int, data []T, where func(row int) string) (ph.Distances, error) {
	for i := range n {
		row := data[i*n : (i+1)*n]
		if row[i] != 0 {
			return nil, fmt.Errorf("%s: the distance of point %d to itself is %v, not 0", where(i), i, row[i])
		}
		for j, v := range row[:i] {
			if w := data[j*n+i]; math.Abs(float64(v)-float64(w)) > asymmetry*float64(v) {
				return nil, fmt.Errorf("%s: the distance of points %d and %d is %v, in %s it is %v", where(i), i, j, v, where(j), w)
			}
		}
	}
	return ph.Matrix[T]{N: n, Data: data}, nil
}
