package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/topogen/topogen/ph/cubical"
	"github.com/topogen/topogen/ph/input"
)

// constructions are the values of -construction.
var constructions = map[string]cubical.Construction{"T": cubical.TopCells, "V": cubical.Vertices}

// shapeText returns a shape as 28×28.
func shapeText(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

func (o *options) readImage(stdin io.Reader) (m cubical.Image[float64], err error) {
	file := o.file()
	if !isStandardInput(file) {
		return input.ReadImageFile(file)
	}
	if m, err = input.ReadImage(stdin); err != nil {
		err = fmt.Errorf("standard input: %w", err)
	}
	return m, err
}
