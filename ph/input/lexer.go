package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/topogen/topogen/ph"
)

// A lexer splits text into words and ends of lines.
type lexer struct {
	scanner *bufio.Scanner
	note    func(string)
	line    int  // the number of the line of the next word, from 1
	row     int  // the number of the last line that had numbers, 0 if there was none
	blank   bool // whether an empty line came before the first line with numbers
	heading bool // whether a line of words may be a heading: true until a line has been read

	// The following fields are the state of split within a line.
	words     int  // the number of words so far
	gap       byte // the separator since the last word: ' ', ',' or ';'
	separator byte // the separator of the line, 0 as long as it has none
	comment   bool // whether a # came before
	noted     bool // whether the line has a comment
}

// byteOrderMark is the mark that some programs write at the start of a UTF-8 text.
const byteOrderMark = "\ufeff"

// newLexer returns a lexer of UTF-8 text. Unless note is nil, the functions that read from
// the lexer call it with one sentence for whatever they skip or change.
func newLexer(r io.Reader, note func(string)) (*lexer, error) {
	in := bufio.NewReader(r)
	begin, _ := in.Peek(len(byteOrderMark))
	switch {
	case string(begin) == byteOrderMark:
		in.Discard(len(byteOrderMark))
	case len(begin) >= 2 && (begin[0] == 0xff && begin[1] == 0xfe || begin[0] == 0xfe && begin[1] == 0xff):
		return nil, errors.New("the text is UTF-16: save it as UTF-8")
	case len(begin) >= 2 && begin[0] != begin[1] && (begin[0] == 0 && isText[begin[1]] || begin[1] == 0 && isText[begin[0]]):
		return nil, errors.New("the text looks like UTF-16 without a byte-order mark: save it as UTF-8")
	}
	if note == nil {
		note = func(string) {}
	}
	l := &lexer{scanner: bufio.NewScanner(in), note: note, line: 1}
	l.scanner.Split(l.split)
	return l, nil
}

// isText has the characters with which a text of numbers may begin.
var isText = func() (is [256]bool) {
	for _, c := range "0123456789+-.# \t\r\n" {
		is[c] = true
	}
	return is
}()

// split is a [bufio.SplitFunc]: its tokens are words and "\n". A line ends with LF,
// CR LF or CR alone.
func (l *lexer) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := 0
	for ; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '\r' && i+1 == len(data) && !atEOF:
			return i, nil, nil // the next bytes decide whether an LF follows
		case c == '\r' && i+1 < len(data) && data[i+1] == '\n':
			continue
		case c == '\n' || c == '\r':
			l.endLine()
			return i + 1, endOfLine, nil
		case l.comment || c == ' ' || c == '\t':
			continue
		case c == ',' || c == ';':
			if l.words == 0 || l.gap == ',' || l.gap == ';' {
				return 0, nil, l.errorf("a number is missing before a %s", map[byte]string{',': "comma", ';': "semicolon"}[c])
			}
			l.gap = c
			continue
		case c == '#':
			l.comment, l.noted = true, true
			continue
		}
		break
	}
	for j := i; j < len(data); j++ {
		if ends[data[j]] {
			return j, data[i:j], l.beginWord()
		}
	}
	if atEOF && i < len(data) {
		return len(data), data[i:], l.beginWord()
	}
	return i, nil, nil // the rest may be the beginning of a longer word
}

// endOfLine is the token at the end of a line.
var endOfLine = []byte("\n")

func (l *lexer) endLine() {
	l.words, l.gap, l.separator, l.comment, l.noted = 0, ' ', 0, false, false
}

// beginWord counts a word. It returns an error if the separator before the word is not that
// of the line.
func (l *lexer) beginWord() error {
	gap := l.gap
	if l.words++; l.words > 1 {
		switch l.separator {
		case 0:
			l.separator = gap
		case gap:
		default:
			return l.errorf("%s and %s both separate words: numbers need one separator, and a point for decimals",
				separatorNames[l.separator], separatorNames[gap])
		}
	}
	l.gap = ' '
	return nil
}

var separatorNames = map[byte]string{' ': "blanks", ',': "commas", ';': "semicolons"}

// ends holds the characters that end a word.
var ends = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, ',': true, ';': true, '#': true}

// next returns the next word, or "\n" at the end of a line. It returns io.EOF at the end of
// the text.
func (l *lexer) next() ([]byte, error) {
	if l.scanner.Scan() {
		return l.scanner.Bytes(), nil
	}
	switch err := l.scanner.Err(); {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return nil, l.errorf("a word of more than %d characters: this is not text", bufio.MaxScanTokenSize)
	default:
		return nil, err
	}
}

// errorf returns an error about the line that is being read.
func (l *lexer) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", l.line, fmt.Errorf(format, args...))
}

// readRow appends the numbers of the next line that has numbers. It returns io.EOF if no such
// line is left. A number +Inf is an error unless infinite is true.
func readRow[T ph.Float](l *lexer, row []T, infinite bool) ([]T, error) {
	from := len(row)
	var heading []string // words of a line that may be a heading
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
				l.note(fmt.Sprintf("line %d is skipped as a heading: %.60s", l.line-1, strings.Join(heading, " ")))
				l.heading, heading = false, nil
			} else if l.row == 0 {
				l.blank = true
			}
			continue
		}
		v, err := number[T](l, word)
		if math.IsInf(float64(v), 1) && err == nil && !infinite {
			err = l.errorf("%s: numbers must be finite", word)
		}
		switch {
		case l.heading && len(row) == from && errors.Is(err, errNoNumber) && isHeading(word):
			heading = append(heading, string(word))
			continue
		case heading != nil: // a line with both words and numbers is not a heading
			return nil, l.errorf("%.40q %w", heading[0], errNoNumber)
		case err != nil:
			return nil, err
		}
		l.heading, l.row = false, l.line
		row = append(row, v)
	}
}

// isHeading reports whether a word may name a column. It must begin with a letter or an
// underscore, apart from quotation marks. It must not be a word for a missing value, nor a
// number in which letters stand for digits, such as 1O.5.
func isHeading(word []byte) bool {
	s := strings.ToLower(strings.Trim(string(word), `"'`))
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case !unicode.IsLetter(first) && first != '_':
		return false
	case slices.Contains(missing, s):
		return false
	}
	// The letters o, i and l look like the digits 0 and 1.
	likeDigits := strings.Trim(s, "0123456789oil.+-") == "" && (len(s) <= 2 || strings.ContainsAny(s, "0123456789."))
	return !likeDigits
}

// missing are words for missing values.
var missing = []string{"na", "n/a", "n.a.", "nan", "null", "none", "nil", "missing", "inf", "infinity", "undefined", "undef"}

var errNoNumber = errors.New("is not a number")

// number returns the number that a word stands for, which may be +Inf. It returns an error if
// T cannot hold the number, or if a number other than 0 would be rounded to 0.
func number[T ph.Float](l *lexer, word []byte) (T, error) {
	bits := 64
	if _, single := any(T(0)).(float32); single {
		bits = 32
	}
	v, err := strconv.ParseFloat(string(word), bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, l.errorf("%.40s is too large for a number of %d bits", word, bits)
	case err != nil || bytes.IndexByte(word, '_') >= 0:
		return 0, l.errorf("%.40q %w", word, errNoNumber)
	case math.IsNaN(v) || math.IsInf(v, -1):
		return 0, l.errorf("%s: numbers must be finite", word)
	}
	if v == 0 {
		mantissa, _, _ := bytes.Cut(bytes.ToLower(word), []byte("e"))
		if bytes.ContainsAny(mantissa, "123456789") {
			return 0, l.errorf("%.40s is too small for a number of %d bits", word, bits)
		}
	}
	return T(v), nil
}
