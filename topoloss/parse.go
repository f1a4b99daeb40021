package topoloss

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads a list of terms,
//
//	name@where=weight(option=value,…),name=weight,…
//
// and returns them in normal form. In normal form each term has a place and only those
// options that differ from their defaults, and no term has weight 0. Blanks may surround
// each word. The empty text has no terms.
//
// A syntax error names the character, counted from 1, at which the text is wrong, and what
// may stand there. [Help] lists the names of terms and options.
func Parse(text string) (Specs, error) {
	p := parser{text: text}
	var specs Specs
	p.blanks()
	for p.at < len(p.text) {
		if len(specs) > 0 {
			if err := p.expect(','); err != nil {
				return nil, err
			}
		}
		s, err := p.term()
		if err != nil {
			return nil, err
		}
		specs = append(specs, s)
	}
	return specs.normal()
}

// parser reads a list of terms from left to right. Each method moves at past the text that
// it reads and the blanks after it.
type parser struct {
	text string
	at   int // byte index of the rest in text
}

func (p *parser) term() (Spec, error) {
	start := p.at
	s := Spec{Name: p.word(), Where: Output}
	kind, err := kindOf(s.Name)
	if err != nil {
		return s, p.errorAt(start, err)
	}
	if p.skip('@') {
		start = p.at
		if s.Where, err = kind.place(Place(p.word())); err != nil {
			return s, p.errorAt(start, err)
		}
	}
	if err := p.expect('='); err != nil {
		return s, err
	}
	start = p.at
	weight := p.word()
	if s.Weight, err = strconv.ParseFloat(weight, 64); err != nil || !isFinite(s.Weight) {
		return s, p.errorAt(start, fmt.Errorf("the weight of %s is %q, must be a finite number", s.Name, weight))
	}
	s.Options, err = p.options(kind)
	return s, err
}

// options reads the options of a kind in parentheses, which may be missing.
func (p *parser) options(kind Kind) (map[string]string, error) {
	if !p.skip('(') {
		return nil, nil
	}
	options := make(map[string]string)
	for !p.skip(')') {
		if len(options) > 0 {
			if err := p.expect(','); err != nil {
				return nil, err
			}
		}
		start := p.at
		name := p.word()
		o, err := kind.option(name)
		if err != nil {
			return nil, p.errorAt(start, err)
		}
		if _, ok := options[name]; ok {
			return nil, p.errorAt(start, fmt.Errorf("option %s of %s is there twice", name, kind.Name))
		}
		if err := p.expect('='); err != nil {
			return nil, err
		}
		start = p.at
		if options[name], err = o.normal(p.word()); err != nil {
			return nil, p.errorAt(start, fmt.Errorf("option %s of %s %w", name, kind.Name, err))
		}
	}
	return options, nil
}

// word reads the text before the next of @ = ( ) and comma, and returns it without the
// blanks at its end.
func (p *parser) word() string {
	n := strings.IndexAny(p.text[p.at:], "@=(),")
	if n < 0 {
		n = len(p.text) - p.at
	}
	w := strings.TrimRight(p.text[p.at:p.at+n], blanks)
	p.at += n
	return w
}

// skip reads c if c is the next character, and reports whether it is.
func (p *parser) skip(c byte) bool {
	if p.at >= len(p.text) || p.text[p.at] != c {
		return false
	}
	p.at++
	p.blanks()
	return true
}

func (p *parser) expect(c byte) error {
	if p.skip(c) {
		return nil
	}
	if p.at >= len(p.text) {
		return p.errorAt(p.at, fmt.Errorf("the text ends where %q must follow: %s", c, form))
	}
	return p.errorAt(p.at, fmt.Errorf("found %q where %q must follow: %s", p.text[p.at], c, form))
}

const (
	blanks = " \t\r\n"
	form   = "write name@where=weight(option=value,…)"
)

func (p *parser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(blanks, p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) errorAt(at int, err error) error {
	return fmt.Errorf("topoloss: character %d of the terms: %w", len([]rune(p.text[:at]))+1, err)
}
