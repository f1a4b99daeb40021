package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/cubical"
)

// writeImageText writes the intervals of an image, numbers with six digits.
func writeImageText(w *bufio.Writer, o *options, m cubical.Image[float64], r *ph.Result) {
	sets := "sublevel sets"
	if o.image.Superlevel {
		sets = "superlevel sets, of negated values"
	}
	fmt.Fprintf(w, "image with %s pixels, %v-construction, %s\n", shapeText(m.Shape), o.image.Construction, sets)
	writeDegrees(w, o, r)
}

// writeImageJSON writes a result and the image that it is of.
func writeImageJSON(w io.Writer, o *options, m cubical.Image[float64], r *ph.Result) error {
	return json.NewEncoder(w).Encode(struct {
		Shape        []int      `json:"shape"`
		Construction string     `json:"construction"`
		Superlevel   bool       `json:"superlevel"`
		Diagrams     *ph.Result `json:"diagrams"`
	}{m.Shape, o.image.Construction.String(), o.image.Superlevel, r})
}
