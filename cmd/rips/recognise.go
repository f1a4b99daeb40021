package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/topogen/topogen/ph/input"
)

// A kindError says that an input is of another kind than points and distances.
type kindError struct{ text string }

func (e kindError) Error() string { return e.text }

// recognise sets the format of an input that it recognises by the first bytes. It returns the
// whole input, or an error that says what to do if it is of a kind that is read with other flags.
func (o *options) recognise(r io.Reader, note func(string)) (io.Reader, error) {
	in := bufio.NewReader(r)
	begin, _ := in.Peek(16)
	f := input.FormatOf(begin)
	if f == input.DIPHA && len(begin) == 16 {
		switch binary.LittleEndian.Uint64(begin[8:]) { // the type of a file of DIPHA
		case 1:
			return nil, kindError{fmt.Sprintf("it is an image: give -complex %s", cubicalComplex)}
		case 2:
			return nil, kindError{fmt.Sprintf("it holds diagrams: give -format %s", diagramsFormat)}
		}
	}
	if f != "" {
		o.format = f
		note(fmt.Sprintf("the format is %s, by the first bytes", f))
		return in, nil
	}
	if len(begin) == 0 {
		return in, nil
	}
	switch text := string(begin); {
	case text[0] == '{' || text[0] == '[':
		return nil, kindError{fmt.Sprintf("it begins with %q, as JSON does: give -format %s if it holds diagrams", text[:1], diagramsFormat)}
	case slices.ContainsFunc([]string{"\x89PNG", "P2\n", "P5\n"}, func(image string) bool { return strings.HasPrefix(text, image) }):
		return nil, kindError{fmt.Sprintf("it is an image: give -complex %s", cubicalComplex)}
	}
	return in, nil
}
