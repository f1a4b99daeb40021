package synth

import (
	"encoding/json"
	"fmt"
	"math"
	"os"

	"github.com/topogen/topogen/ph"
)

// Diagrams are persistence diagrams, by any degrees. Their JSON form is
//
//	[{"degree": 0, "bars": [[0, 1.5], [0, null]]}, {"degree": 1, "bars": []}]
//
// with birth and death of each bar, null for a bar that never dies.
type Diagrams []ph.Diagram

type jsonDiagram struct {
	Degree int           `json:"degree"`
	Bars   [][2]*float64 `json:"bars"`
}

// MarshalJSON writes births and deaths.
func (d Diagrams) MarshalJSON() ([]byte, error) {
	out := make([]jsonDiagram, len(d))
	for i, diagram := range d {
		out[i] = jsonDiagram{diagram.Degree, make([][2]*float64, len(diagram.Bars))}
		for k, b := range diagram.Bars {
			out[i].Bars[k][0] = &b.Birth
			if !b.Essential() {
				out[i].Bars[k][1] = &b.Death
			}
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes. The bars name no edges.
func (d *Diagrams) UnmarshalJSON(data []byte) error {
	var in []jsonDiagram
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf(`not a list of diagrams like [{"degree":0,"bars":[[0,1.5],[0,null]]}]: %w`, err)
	}
	read := make(Diagrams, len(in))
	for i, diagram := range in {
		if diagram.Degree < 0 || diagram.Degree > 1 {
			return fmt.Errorf("diagram %d has degree %d, must be 0 or 1", i, diagram.Degree)
		}
		read[i].Degree = diagram.Degree
		for k, pair := range diagram.Bars {
			none := ph.Edge{U: -1, V: -1}
			bar := ph.Bar{Death: math.Inf(1), BirthEdge: none, DeathEdge: none}
			if pair[0] == nil {
				return fmt.Errorf("diagram %d, bar %d has no birth", i, k)
			}
			bar.Birth = *pair[0]
			if pair[1] != nil {
				bar.Death = *pair[1]
			}
			if bar.Death < bar.Birth {
				return fmt.Errorf("diagram %d, bar %d is born at %v and dies at %v, before its birth", i, k, bar.Birth, bar.Death)
			}
			read[i].Bars = append(read[i].Bars, bar)
		}
	}
	*d = read
	return nil
}

// ReadDiagrams reads diagrams from a JSON file.
func ReadDiagrams(path string) (Diagrams, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var d Diagrams
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(d) == 0 {
		return nil, fmt.Errorf("%s: holds no diagram", path)
	}
	return d, nil
}

// Longer returns how many bars of a degree are longer than gap, the essential
// ones among them: in degree 0 the number of clusters that lie farther apart
// than gap, in degree 1 the number of loops that matter.
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
