package main

import (
	"encoding/json"
	"io"

	"github.com/topogen/topogen/ph"
)

// writeJSON writes a result, and what it is of.
func writeJSON(w io.Writer, o *options, d ph.Distances, r *ph.Result) error {
	asked := *r
	if !o.compute.Cycles {
		asked.Cycles = nil // a picture alone may want them
	}
	return json.NewEncoder(w).Encode(struct {
		Points    int        `json:"points"`
		Dimension int        `json:"dimension,omitempty"`
		Threshold float64    `json:"threshold,omitempty"`
		Modulus   int        `json:"modulus"`
		Diagrams  *ph.Result `json:"diagrams"`
	}{d.Len(), dimension(d), o.compute.Threshold, o.compute.Modulus, &asked})
}
