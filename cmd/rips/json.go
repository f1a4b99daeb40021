package main

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/topogen/topogen/ph"
)

// writeJSON writes a result and the input that it is of.
func writeJSON(w io.Writer, o *options, d ph.Distances, r *ph.Result) error {
	if !o.compute.Cycles {
		r = withoutCycles(r) // a picture alone may need them
	}
	return json.NewEncoder(w).Encode(struct {
		Points    int        `json:"points"`
		Dimension int        `json:"dimension,omitempty"`
		Threshold float64    `json:"threshold,omitempty"`
		Sparse    float64    `json:"sparse,omitempty"`
		Modulus   int        `json:"modulus"`
		Diagrams  *ph.Result `json:"diagrams"`
	}{d.Len(), dimension(d), o.compute.Threshold, o.sparse, o.compute.Modulus, r})
}

// withoutCycles returns a result without the cycles of its classes.
func withoutCycles(r *ph.Result) *ph.Result {
	without := &ph.Result{Classes: slices.Clone(r.Classes)}
	for k, classes := range without.Classes {
		without.Classes[k] = slices.Clone(classes)
		for i := range classes {
			without.Classes[k][i].Cycle = nil
		}
	}
	return without
}
