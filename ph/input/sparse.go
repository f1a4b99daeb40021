package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/topogen/topogen/ph"
)

// readSparse reads a file of the format [Sparse]. It drops infinite distances.
func readSparse[T ph.Float](l *lexer) (ph.Distances, error) {
	var s ph.Sparse[T]
	var lines []int // the number of the line of each entry
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
			s.Entries, lines = append(s.Entries, e), append(lines, l.row)
		}
	}
	if s.N == 0 {
		return nil, errors.New("no distances: want two points and their distance in a line")
	}
	if err := checkEntries(s.Entries, lines); err != nil {
		return nil, err
	}
	s.Entries = slices.DeleteFunc(s.Entries, func(e ph.Entry[T]) bool { return math.IsInf(float64(e.Distance), 1) })
	return s, nil
}

// checkEntries returns an error if two entries of the same points have different distances.
func checkEntries[T ph.Float](entries []ph.Entry[T], lines []int) error {
	order := make([]int, len(entries))
	for k := range order {
		order[k] = k
	}
	ends := func(k int) (int, int) { return max(entries[k].I, entries[k].J), min(entries[k].I, entries[k].J) }
	slices.SortFunc(order, func(k, l int) int {
		a, b := ends(k)
		c, d := ends(l)
		return cmp.Or(cmp.Compare(a, c), cmp.Compare(b, d), cmp.Compare(k, l))
	})
	for n := 1; n < len(order); n++ {
		k, l := order[n-1], order[n]
		a, b := ends(k)
		c, d := ends(l)
		if a == c && b == d && entries[k].Distance != entries[l].Distance {
			return fmt.Errorf("line %d: the distance of points %d and %d is %v, in line %d it is %v",
				lines[l], b, a, entries[l].Distance, lines[k], entries[k].Distance)
		}
	}
	return nil
}

// readEntry reads the next line that is not blank. It returns io.EOF if no such line is left.
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
			l.row = l.line
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

// maxPoints is the largest number of points of a list of distances. There are as many points
// as the greatest index demands, and each takes memory. So one wrong index must not ask for
// too many.
const maxPoints = 1 << 24

// point reads the index of a point.
func point(l *lexer, word []byte) (int, error) {
	i, err := strconv.Atoi(string(word))
	if err != nil || i < 0 || i >= maxPoints {
		return 0, l.errorf("%.40q is not a point: want an integer from 0 to %d", word, maxPoints-1)
	}
	return i, nil
}
