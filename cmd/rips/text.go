package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/topogen/topogen/ph"
)

// writeText writes intervals as ripser does, numbers with six digits.
func writeText(w *bufio.Writer, o *options, d ph.Distances, r *ph.Result) {
	if dim := dimension(d); dim > 0 {
		fmt.Fprintf(w, "point cloud with %d points in dimension %d\n", d.Len(), dim)
	}
	fmt.Fprintf(w, "distance matrix with %d points", d.Len())
	if t := o.compute.Threshold; t > 0 {
		fmt.Fprintf(w, ", using threshold %.6g", t)
	}
	fmt.Fprintln(w)
	writeDegrees(w, o, r)
}

// writeDegrees writes the intervals of each degree.
func writeDegrees(w *bufio.Writer, o *options, r *ph.Result) {
	for k, classes := range r.Classes {
		fmt.Fprintf(w, "persistence intervals in dim %d:\n", k)
		for _, b := range classes {
			writeInterval(w, b.Bar)
			if o.compute.Cocycles && k > 0 {
				fmt.Fprintf(w, ":  %s", chainText(b.Cocycle, o.compute.Modulus))
			}
			if o.compute.Cycles && len(b.Cycle) > 0 {
				fmt.Fprintf(w, ":  %s", chainText(b.Cycle, o.compute.Modulus))
			}
			fmt.Fprintln(w)
		}
	}
}

// dimension returns the dimension of points, and 0 if d is given by distances.
func dimension(d ph.Distances) int {
	switch d := d.(type) {
	case ph.Points[float32]:
		return d.Dim
	case ph.Points[float64]:
		return d.Dim
	}
	return 0
}

// chainText returns the simplices of a chain as text, with their coefficients unless the
// modulus is 2, where all coefficients are 1.
func chainText(c ph.Chain, modulus int) string {
	var terms []string
	for _, t := range c {
		text := strings.ReplaceAll(fmt.Sprint(t.Simplex), " ", ",")
		if modulus != 2 {
			text += fmt.Sprintf(":%d", t.Coefficient)
		}
		terms = append(terms, text)
	}
	return "{" + strings.Join(terms, ", ") + "}"
}

// writeInterval writes a bar as ripser does.
func writeInterval(w *bufio.Writer, b ph.Bar) {
	if b.Essential() {
		fmt.Fprintf(w, " [%.6g, )", b.Birth)
	} else {
		fmt.Fprintf(w, " [%.6g,%.6g)", b.Birth, b.Death)
	}
}
