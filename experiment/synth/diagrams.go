package synth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/topogen/topogen/ph"
)

// ReadDiagrams reads diagrams from a JSON file: a list of them, or an object that
// has one as its "diagrams", as the program rips prints it.
func ReadDiagrams(path string) ([]ph.Diagram, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var in struct{ Diagrams []ph.Diagram }
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		err = json.Unmarshal(data, &in)
	} else {
		err = json.Unmarshal(data, &in.Diagrams)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(in.Diagrams) == 0 {
		return nil, fmt.Errorf("%s: holds no diagram", path)
	}
	return in.Diagrams, nil
}

// Longer returns the number of bars of a degree that are longer than gap, including
// essential bars. In degree 0 this is the number of clusters that lie farther apart than
// gap. In degree 1 it is the number of loops that persist for longer than gap.
func Longer(diagrams []ph.Diagram, degree int, gap float64) int {
	count := 0
	for _, d := range diagrams {
		if d.Degree == degree {
			for _, b := range d.Bars {
				if b.Persistence() > gap {
					count++
				}
			}
		}
	}
	return count
}
