package input

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/topogen/topogen/ph"
)

// A layout is the way in which the lines of a text form a matrix.
type layout int

const (
	flat   layout = iota // half of a matrix in one line, or in lines wrapped anywhere
	column               // half of a matrix, one number in each line
	square               // a full matrix, one row in each line
	lower                // the part below the diagonal: lines of 1, 2, 3, … numbers
	upper                // the part above the diagonal: lines of …, 3, 2, 1 numbers
)

// layoutOf returns the layout of a text of format f. first and second are the numbers of
// numbers in its first two lines. It reports false if no layout of the format has such lines.
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

// length returns the number of numbers in line k, from 0, if the first line has first
// numbers.
func (l layout) length(k, first int) int {
	switch l {
	case column:
		return 1
	case lower:
		return k + 1
	case upper:
		return first - k
	}
	return first
}

// A matrixText has the numbers of a text and the way in which lines divide them. A row is a
// line with numbers.
type matrixText[T ph.Float] struct {
	layout layout // what the first two rows suggest
	first  int    // the number of numbers in the first row
	blank  bool   // whether an empty line comes before the first row
	misfit error  // why the rows do not have the layout, nil if they have it
	data   []T    // the numbers of all rows
	lines  []int  // the number of the line of each row
	starts []int  // the index in data of the first number of each row
}

// readMatrix reads a file of the format [LowerDistance], [UpperDistance] or [Distance].
func readMatrix[T ph.Float](l *lexer, f Format) (ph.Distances, error) {
	m, err := readLines[T](l, f)
	if err != nil {
		return nil, err
	}
	if m.layout == square && m.misfit == nil && len(m.lines) != m.first {
		m.misfit = fmt.Errorf("%d lines of %d numbers are not a full matrix: it has as many lines as numbers in a line", len(m.lines), m.first)
	}
	if m.misfit != nil {
		return m.readWrapped(l, f)
	}
	if m.layout == square {
		data, err := symmetric(m.first, m.data, func(i int) string { return fmt.Sprint("line ", m.lines[i]) }, l.note)
		if err != nil {
			return nil, err
		}
		return joined(m.first, data), nil
	}
	if err := m.checkNegative(); err != nil {
		return nil, err
	}
	switch m.layout {
	case lower:
		return m.readLower(f)
	case upper:
		if m.edgeIsZero(func(k int) int { return m.starts[k] }) {
			return nil, errors.New("each line begins with 0, as if that were the diagonal: leave it out, or write the full matrix")
		}
		return joinedLower(transposed(m.first+1, m.data)), nil
	}
	if f == Distance {
		if m.first == 1 {
			return ph.LowerMatrix[T]{N: 1}, nil
		}
		return nil, fmt.Errorf("a single line of %d numbers is not a matrix: it can be read as %s or %s", m.first, LowerDistance, UpperDistance)
	}
	return m.readFlat(f)
}

// readLines reads all lines. It sets misfit if they do not have the layout that the first two
// suggest.
func readLines[T ph.Float](l *lexer, f Format) (m matrixText[T], err error) {
	for k := 0; ; k++ {
		before := len(m.data)
		row, err := readRow(l, m.data, true)
		if err == io.EOF {
			break
		}
		if err != nil {
			return m, err
		}
		m.data = row
		m.lines, m.starts = append(m.lines, l.row), append(m.starts, before)
		got := len(row) - before
		switch {
		case k == 0:
			m.first, m.blank = got, l.blank
			continue
		case m.misfit != nil:
			continue
		case k == 1:
			var ok bool
			if m.layout, ok = layoutOf(f, m.first, got); !ok {
				m.misfit = fmt.Errorf("line %d has %d numbers and line %d has %d: this is not how a matrix of the format %s begins",
					m.lines[0], m.first, l.row, got, f)
				continue
			}
		}
		if want := m.layout.length(k, m.first); got != want {
			m.misfit = fmt.Errorf("line %d has %d numbers, want %d after those before it", l.row, got, max(want, 0))
		}
	}
	if m.first == 0 {
		return m, errors.New("no distances")
	}
	if m.layout == upper && m.misfit == nil && len(m.lines) < m.first {
		m.misfit = fmt.Errorf("the matrix ends after %d lines, want %d", len(m.lines), m.first)
	}
	return m, nil
}

// checkNegative returns an error that names the line of the first negative number. It makes
// each −0 a 0.
func (m *matrixText[T]) checkNegative() error {
	row := 0
	for k, v := range m.data {
		for row+1 < len(m.starts) && m.starts[row+1] <= k {
			row++
		}
		if v < 0 {
			return fmt.Errorf("line %d: %v: distances must not be negative", m.lines[row], v)
		}
		m.data[k] = v + 0 // −0 becomes 0
	}
	return nil
}

// readWrapped returns half a matrix whose lines are wrapped anywhere. It returns misfit if
// the number of numbers is not that of half a matrix, or if the format may not be wrapped.
func (m *matrixText[T]) readWrapped(l *lexer, f Format) (ph.Distances, error) {
	if _, err := points(len(m.data)); err != nil || f == Distance || m.first == 1 {
		return nil, m.misfit
	}
	if err := m.checkNegative(); err != nil {
		return nil, err
	}
	l.note(fmt.Sprintf("%d numbers in %d lines are read as one wrapped line: %v", len(m.data), len(m.lines), m.misfit))
	return m.readFlat(f)
}

// readFlat returns the matrix whose half is m.data, row by row. It ignores the lines.
func (m *matrixText[T]) readFlat(f Format) (ph.Distances, error) {
	n, err := points(len(m.data))
	if err != nil {
		return nil, err
	}
	if f == UpperDistance {
		return joinedLower(transposed(n, m.data)), nil
	}
	return joinedLower(ph.LowerMatrix[T]{N: n, Data: m.data}), nil
}

// readLower returns the matrix of lines of 1, 2, 3, … numbers.
//
// If the lines have no diagonal, the line of point 0 is empty. So a text that begins with an
// empty line has no diagonal. A text of the format LowerDistance never has one. A text of the
// format Distance that does not begin with an empty line has a diagonal. The values of this
// diagonal must be equal and are ignored.
func (m *matrixText[T]) readLower(f Format) (ph.Distances, error) {
	rows := len(m.lines)
	whole := joinedLower(ph.LowerMatrix[T]{N: rows + 1, Data: m.data})
	last := func(k int) int { return size(k+1) - 1 }
	switch {
	case m.blank:
		return whole, nil
	case f == LowerDistance && m.edgeIsZero(last):
		return nil, fmt.Errorf("each line ends in 0, as if that were the diagonal: leave it out, read the file as %s, or begin it with an empty line", Distance)
	case f == LowerDistance:
		return whole, nil
	}
	for k := range rows {
		if m.data[last(k)] != m.data[0] {
			return nil, fmt.Errorf("the lines have 1, 2, 3, … numbers and end in %v, in line %d in %v: begin with an empty line if there is no diagonal, or make the diagonal 0",
				m.data[0], m.lines[k], m.data[last(k)])
		}
	}
	for k := range rows {
		copy(m.data[size(k)-k:], m.data[size(k):size(k)+k])
	}
	return joinedLower(ph.LowerMatrix[T]{N: rows, Data: m.data[:size(rows)-rows]}), nil
}

// edgeIsZero reports whether data[index(k)] is 0 for each line k and some other number is
// not 0. Then these zeros are the diagonal, unless consecutive points coincide.
func (m *matrixText[T]) edgeIsZero(index func(line int) int) bool {
	for k := range m.lines {
		if m.data[index(k)] != 0 {
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

// points returns the number of points that have the given number of distances to each other.
func points(distances int) (int, error) {
	n := int(math.Sqrt(2*float64(distances))) + 1
	if size(n-1) != distances {
		return 0, fmt.Errorf("%d numbers are not the distances of any number of points: %d points have %d, %d have %d",
			distances, n, size(n-1), n+1, size(n))
	}
	return n, nil
}

// transposed returns the distances of n points as a ph.LowerMatrix. upper has the part of
// the matrix above the diagonal, row by row.
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
