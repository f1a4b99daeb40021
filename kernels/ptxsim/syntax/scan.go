package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	endToken    tokenKind = iota // end of the file
	nameToken                    // identifier, directive, opcode or register, with all its dots
	numberToken                  // as written
	stringToken                  // without its quotes
	punctToken                   // one character
)

// A token is one word of the source.
type token struct {
	kind      tokenKind
	text      string
	line, col int // counted from 1
	pos, end  int // first byte, and first byte behind it, in the source
}

// String formats the token for an error text.
func (t token) String() string {
	switch t.kind {
	case endToken:
		return "end of file"
	case stringToken:
		return fmt.Sprintf("string %q", t.text)
	}
	return fmt.Sprintf("%q", t.text)
}

const punctuation = ",;[]{}()<>+-*/%&|^~!?:=@"

// A scanner splits a source into tokens.
type scanner struct {
	src       string
	pos       int // offset of the next byte
	line      int // number of the current line, counted from 1
	lineStart int // offset of the line's first byte
}

// errorf returns an error at the current position.
func (s *scanner) errorf(format string, args ...any) *Error {
	return &Error{Line: s.line, Col: s.pos - s.lineStart + 1, Msg: fmt.Sprintf(format, args...)}
}

func (s *scanner) newline() {
	s.line++
	s.lineStart = s.pos
}

// skip skips white space and comments.
func (s *scanner) skip() *Error {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '\n':
			s.pos++
			s.newline()
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case strings.HasPrefix(s.src[s.pos:], "//"):
			n := strings.IndexByte(s.src[s.pos:], '\n')
			if n < 0 {
				n = len(s.src) - s.pos
			}
			s.pos += n
		case strings.HasPrefix(s.src[s.pos:], "/*"):
			n := strings.Index(s.src[s.pos+2:], "*/")
			if n < 0 {
				return s.errorf("comment is not closed")
			}
			for end := s.pos + n + 4; s.pos < end; {
				s.pos++
				if s.src[s.pos-1] == '\n' {
					s.newline()
				}
			}
		default:
			return nil
		}
	}
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$' || c == '.'
}

func isName(c byte) bool { return isNameStart(c) || isDigit(c) }

// next returns the next token.
func (s *scanner) next() (token, *Error) {
	if err := s.skip(); err != nil {
		return token{}, err
	}
	t := token{line: s.line, col: s.pos - s.lineStart + 1, pos: s.pos, end: s.pos}
	if s.pos == len(s.src) {
		return t, nil
	}
	c := s.src[s.pos]
	end := s.pos + 1
	switch {
	case isNameStart(c), c == '%' && end < len(s.src) && isNameStart(s.src[end]):
		t.kind = nameToken
		for end < len(s.src) && isName(s.src[end]) {
			end++
		}
	case isDigit(c):
		t.kind = numberToken
		for end < len(s.src) && (isName(s.src[end]) || isExponentSign(s.src[s.pos:], end-s.pos)) {
			end++
		}
	case c == '"':
		t.kind = stringToken
		n := strings.IndexAny(s.src[end:], "\"\n")
		if n < 0 || s.src[end+n] == '\n' {
			return t, s.errorf("string is not closed")
		}
		t.text = s.src[end : end+n]
		end += n + 1
	case strings.IndexByte(punctuation, c) >= 0:
		t.kind = punctToken
	default:
		return t, s.errorf("character %q does not occur in PTX", c)
	}
	if t.kind != stringToken {
		t.text = s.src[s.pos:end]
	}
	s.pos, t.end = end, end
	return t, nil
}

// isExponentSign reports whether number[i] is the sign of an exponent, as in 1.5e-3.
func isExponentSign(number string, i int) bool {
	if number[i] != '+' && number[i] != '-' || number[i-1] != 'e' && number[i-1] != 'E' {
		return false
	}
	return len(number) < 2 || number[0] != '0' || strings.IndexByte("xXfFdD", number[1]) < 0
}

// scan returns all tokens of a source. The last one is an endToken.
func scan(src string) ([]token, *Error) {
	if err := onlyASCII(src); err != nil {
		return nil, err
	}
	s := scanner{src: src, line: 1}
	var tokens []token
	for {
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.kind == endToken {
			return tokens, nil
		}
	}
}

// onlyASCII returns an error if a byte of src is zero or not ASCII, even in a comment.
// NVIDIA's assembler refuses non-ASCII bytes, and stops reading at a zero byte.
func onlyASCII(src string) *Error {
	i := strings.IndexFunc(src, func(c rune) bool { return c == 0 || c > unicode.MaxASCII })
	if i < 0 {
		return nil
	}
	_, size := utf8.DecodeRuneInString(src[i:])
	line := src[strings.LastIndexByte(src[:i], '\n')+1 : i]
	return &Error{
		Line: strings.Count(src[:i], "\n") + 1,
		Col:  len(line) + 1,
		Msg:  fmt.Sprintf("character %q is not allowed, not even in comments: PTX is ASCII", src[i:i+size]),
	}
}
