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
// and returns them in a normal form: each with its place, and with those options
// that differ from their defaults. Terms of weight 0 are left out. Blanks may
// surround each word. The empty text has no terms.
//
// An error names the character, counted from 1, at which the reading stopped, and
// what may stand there. See [Help] for the names.
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

// parser reads a list of terms from left to right. Each method consumes what it
// reads and the blanks after it.
type parser struct {
	text string
	at   int
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

// word reads up to a character that separates words.
func (p *parser) word() string {
	n := strings.IndexAny(p.text[p.at:], "@=(),")
	if n < 0 {
		n = len(p.text) - p.at
	}
	w := strings.TrimRight(p.text[p.at:p.at+n], blanks)
	p.at += n
	return w
}

// skip reads c, if it is next.
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
