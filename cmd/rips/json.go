package main

import (
	"encoding/json"
	"io"

	"github.com/topogen/topogen/ph"
)

// A report is the JSON form of a result.
type report struct {
	Points    int          `json:"points"`
	Dimension int          `json:"dimension,omitempty"`
	Threshold float64      `json:"threshold,omitempty"`
	Modulus   int          `json:"modulus"`
	Diagrams  []ph.Diagram `json:"diagrams"`

	// Those of a bar stand at its place in its diagram.
	Simplices [][][2]ph.Simplex `json:"simplices"`
	Cocycles  [][][]term        `json:"cocycles,omitempty"`
	Cycles    [][][2]int32      `json:"cycles,omitempty"`
}

type term struct {
	Simplex     ph.Simplex `json:"simplex"`
	Coefficient int        `json:"coefficient"`
}

func writeJSON(w io.Writer, o *options, d ph.Distances, r *ph.Result) error {
	out := report{
		Points: d.Len(), Dimension: dimension(d), Threshold: o.compute.Threshold, Modulus: o.compute.Modulus,
		Diagrams: r.Diagrams, Simplices: [][][2]ph.Simplex{},
	}
	for _, pairings := range r.Simplices {
		list := [][2]ph.Simplex{}
		for _, p := range pairings {
			list = append(list, [2]ph.Simplex{p.Birth, p.End})
		}
		out.Simplices = append(out.Simplices, list)
	}
	for _, chains := range r.Cocycles {
		list := [][]term{}
		for _, c := range chains {
			terms := []term{}
			for _, t := range c {
				terms = append(terms, term{t.Simplex, t.Coefficient})
			}
			list = append(list, terms)
		}
		out.Cocycles = append(out.Cocycles, list)
	}
	if o.compute.Cycles {
		for _, edges := range r.Cycles {
			list := [][2]int32{}
			for _, e := range edges {
				list = append(list, [2]int32{e.U, e.V})
			}
			out.Cycles = append(out.Cycles, list)
		}
	}
	encoder := json.NewEncoder(w)
	return encoder.Encode(out)
}
