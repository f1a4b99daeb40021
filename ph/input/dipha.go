package input

import (
	"bufio"
	"fmt"
)

// diphaMagic is the first number of each file of the program DIPHA.
const diphaMagic = 8067171840

// The second number of a DIPHA file is its type.
const (
	diphaImage    = 1
	diphaDiagram  = 2
	diphaDistance = 7
)

// startsDIPHA reports whether a file begins as DIPHA's files do.
func startsDIPHA(in *bufio.Reader) bool {
	head, _ := in.Peek(beginning)
	return FormatOf(head) == DIPHA
}

// otherDIPHA returns the error of a DIPHA file of another type than the one that is wanted.
func otherDIPHA(got, want int64) error {
	names := map[int64]string{diphaImage: ", an image", diphaDiagram: ", a persistence diagram", diphaDistance: ", a matrix of distances", 8: ", a sparse matrix of distances"}
	return fmt.Errorf("a DIPHA file of type %d%s: want type %d%s", got, names[got], want, names[want])
}
