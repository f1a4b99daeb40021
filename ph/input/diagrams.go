package input

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/topogen/topogen/ph"
)

// maxDegree is the highest degree that a file may name. A higher one is an error, since each
// degree up to the highest takes memory.
const maxDegree = 1000

// ReadDiagrams reads persistence diagrams, as JSON, in GUDHI's format .pers or in DIPHA's
// binary format. It returns the diagrams of degrees 0 to the highest in the file. Each has its bars in the
// order of deaths. ReadDiagrams calls note, unless note is nil, with one sentence for
// whatever it skips.
//
// JSON is a list of [ph.Diagram], as [ph.Result] writes it, or an object that has such a
// list under the key "diagrams", as the program rips writes it.
//
// Each line of .pers is a bar: its degree, birth and death. A number before the degree, the
// characteristic of the field, is ignored. A line of two numbers is a bar of degree 0. The
// death of an essential bar is inf.
func ReadDiagrams(r io.Reader, note func(string)) ([]ph.Diagram, error) {
	in := bufio.NewReader(r)
	if startsJSON(in) {
		return readDiagramsJSON(in)
	}
	if startsDIPHA(in) {
		return readDiagramsDIPHA(in)
	}
	return readPers(in, note)
}

// ReadDiagramsFile reads a file as [ReadDiagrams] does. Errors begin with the path of the
// file.
func ReadDiagramsFile(path string, note func(string)) ([]ph.Diagram, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	diagrams, err := ReadDiagrams(file, note)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return diagrams, nil
}

// readPers reads GUDHI's format .pers.
func readPers(r io.Reader, note func(string)) ([]ph.Diagram, error) {
	l, err := newLexer(r, note)
	if err != nil {
		return nil, err
	}
	var diagrams []ph.Diagram
	var row []float64
	for {
		row, err = readRow(l, row[:0], true)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		l.line = l.row
		degree := 0
		switch n := len(row); {
		case n < 2 || n > 4:
			return nil, l.errorf("%d numbers: want a degree, a birth and a death", n)
		case n >= 3:
			d := row[n-3]
			if d != math.Trunc(d) || d < 0 || d > maxDegree {
				return nil, l.errorf("%v is not a degree: want an integer from 0 to %d", d, maxDegree)
			}
			degree = int(d)
		}
		birth, death := row[len(row)-2], row[len(row)-1]
		if math.IsInf(birth, 1) {
			return nil, l.errorf("a bar is born at %v: births must be finite", birth)
		}
		if death < birth {
			return nil, l.errorf("a bar is born at %v and dies at %v, before its birth", birth, death)
		}
		l.line++
		for len(diagrams) <= degree {
			diagrams = append(diagrams, ph.Diagram{Degree: len(diagrams)})
		}
		none := ph.Cell{U: -1, V: -1}
		diagrams[degree].Bars = append(diagrams[degree].Bars, ph.Bar{Birth: birth, Death: death, BirthCell: none, DeathCell: none})
	}
	if diagrams == nil {
		return nil, errors.New("no bars: want a degree, a birth and a death in a line")
	}
	for _, d := range diagrams {
		slices.SortStableFunc(d.Bars, func(a, b ph.Bar) int { return cmp.Compare(a.Death, b.Death) })
	}
	return diagrams, nil
}
