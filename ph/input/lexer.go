package input

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/topogen/topogen/ph"
)

// A lexer splits text into words and ends of lines.
type lexer struct {
	scanner *bufio.Scanner
	line    int  // that is being read, from 1
	row     int  // the line of the latest row
	heading bool // whether the first line with words may have no numbers

	// What split has seen.
	commas  int // since the latest word; a line begins as if after one
	comment bool
}

// mark is what some programs begin a text in UTF-8 with.
const mark = "\ufeff"

func newLexer(r io.Reader) *lexer {
	in := bufio.NewReader(r)
	if begin, _ := in.Peek(len(mark)); string(begin) == mark {
		in.Discard(len(mark))
	}
	l := &lexer{scanner: bufio.NewScanner(in), line: 1, commas: 1}
	l.scanner.Split(l.split)
	return l
}

// split is a [bufio.SplitFunc]: its tokens are words and "\n".
func (l *lexer) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := 0
	for ; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '\n':
			l.commas, l.comment = 1, false
			return i + 1, data[i : i+1], nil
		case l.comment || c == ' ' || c == '\t' || c == '\r':
			continue
		case c == ',' || c == ';':
			if l.commas++; l.commas > 1 {
				return 0, nil, l.errorf("a number is missing before a comma")
			}
			continue
		case c == '#':
			l.comment = true
			continue
		}
		break
	}
	for j := i; j < len(data); j++ {
		if ends[data[j]] {
			l.commas = 0
			return j, data[i:j], nil
		}
	}
	if atEOF && i < len(data) {
		return len(data), data[i:], nil
	}
	return i, nil, nil // what is left may be the beginning of a longer word
}

// ends tells the characters that end a word.
var ends = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, ',': true, ';': true, '#': true}

// next returns the next word, or "\n". It returns io.EOF at the end.
func (l *lexer) next() ([]byte, error) {
	if l.scanner.Scan() {
		return l.scanner.Bytes(), nil
	}
	switch err := l.scanner.Err(); {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return nil, l.errorf("a word of more than %d characters: this is no text", bufio.MaxScanTokenSize)
	default:
		return nil, err
	}
}

// errorf returns an error about the line that is being read.
func (l *lexer) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", l.line, fmt.Errorf(format, args...))
}

// readRow appends the numbers of the next line that has any. It returns io.EOF
// after the last.
func readRow[T ph.Float](l *lexer, row []T) ([]T, error) {
	from := len(row)
	var heading error // what is wrong with the words of a heading if it is none
	for {
		word, err := l.next()
		switch {
		case err == io.EOF && len(row) > from:
			return row, nil
		case err != nil:
			return nil, err
		case word[0] == '\n':
			l.line++
			if len(row) > from {
				return row, nil
			}
			if heading != nil {
				l.heading, heading = false, nil
			}
			continue
		}
		l.row = l.line
		v, err := number[T](l, word)
		switch {
		case l.heading && len(row) == from && errors.Is(err, errNoNumber):
			heading = cmp.Or(heading, err)
			continue
		case heading != nil: // what follows is a number, if one that is refused
			return nil, heading
		case err != nil:
			return nil, err
		}
		l.heading = false
		row = append(row, v)
	}
}

var errNoNumber = errors.New("is not a number")

func number[T ph.Float](l *lexer, word []byte) (T, error) {
	bits := 64
	if _, single := any(T(0)).(float32); single {
		bits = 32
	}
	v, err := strconv.ParseFloat(string(word), bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, l.errorf("%s is too large for a number of %d bits", word, bits)
	case err != nil:
		return 0, l.errorf("%.40q %w", word, errNoNumber)
	case v-v != 0:
		return 0, l.errorf("%s: numbers must be finite", word)
	}
	return T(v), nil
}
