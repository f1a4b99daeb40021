package syntax

import (
	"fmt"
	"strings"
)

// An Error is a mistake in a PTX file.
type Error struct {
	File      string
	Line, Col int // counted from 1; Col is 0 if unknown
	Msg       string
}

// Error formats the error, file, line and column first.
func (e *Error) Error() string {
	if e.Col == 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// Errors are the mistakes in a file, in the order in which they were found.
type Errors []*Error

// Error formats the errors, one a line.
func (list Errors) Error() string {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors, so that errors.As finds an *Error in the list.
func (list Errors) Unwrap() []error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errs
}
