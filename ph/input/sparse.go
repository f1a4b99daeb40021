package input

import (
	"errors"
	"io"
	"strconv"

	"github.com/topogen/topogen/ph"
)

func readSparse[T ph.Float](l *lexer) (ph.Distances, error) {
	var s ph.Sparse[T]
	for {
		e, err := readEntry[T](l)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		s.N = max(s.N, e.I+1, e.J+1)
		if e.I != e.J {
			s.Entries = append(s.Entries, e)
		}
	}
	if s.N == 0 {
		return nil, errors.New("no distances: want two points and their distance in a line")
	}
	return s, nil
}

// readEntry reads the next line that is not blank, and returns io.EOF after the
// last.
func readEntry[T ph.Float](l *lexer) (e ph.Entry[T], err error) {
	for words := 0; ; {
		word, err := l.next()
		switch {
		case err == io.EOF && words == 0:
			return e, io.EOF
		case err == io.EOF || err == nil && word[0] == '\n' && words > 0:
			if words != 3 {
				return e, l.errorf("%d numbers: want two points and their distance", words)
			}
			if e.I == e.J && e.Distance != 0 {
				return e, l.errorf("the distance of point %d to itself is %v, not 0", e.I, e.Distance)
			}
			l.line++
			return e, nil
		case err != nil:
			return e, err
		case word[0] == '\n':
			l.line++
			continue
		}
		switch words++; words {
		case 1:
			e.I, err = point(l, word)
		case 2:
			e.J, err = point(l, word)
		case 3:
			if e.Distance, err = number[T](l, word); err == nil && e.Distance < 0 {
				err = l.errorf("%s: distances must not be negative", word)
			}
		}
		if err != nil {
			return e, err
		}
	}
}

// maxPoints bounds what a single index can ask for: points that no entry names
// take memory too.
const maxPoints = 1 << 24

// point reads the index of a point.
func point(l *lexer, word []byte) (int, error) {
	i, err := strconv.Atoi(string(word))
	if err != nil || i < 0 || i >= maxPoints {
		return 0, l.errorf("%.40q is not a point: want an integer from 0 to %d", word, maxPoints-1)
	}
	return i, nil
}
