package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
)

// runAlpha reads points and computes the persistent homology of their alpha complex.
func (o *options) runAlpha(ctx context.Context, stdin io.Reader, note func(string)) (*answer, error) {
	d, err := o.read(ctx, stdin, note)
	if err != nil {
		return nil, err
	}
	var complex alpha.Complex
	switch p := d.(type) {
	case ph.Points[float32]:
		err = alpha.Build(ctx, &complex, p, o.alpha)
	case ph.Points[float64]:
		err = alpha.Build(ctx, &complex, p, o.alpha)
	default:
		err = fmt.Errorf("an alpha complex is that of points, not of a %T", d)
	}
	if err != nil {
		return nil, err
	}
	c := o.compute
	c.Simplices = o.json
	c.Cycles = c.Cycles || o.drawsCycles(d)
	c.MaxDegree = min(o.highest, dimension(d)-1)
	result, err := ph.Compute(ctx, &complex, c)
	if err != nil {
		return nil, err
	}
	return &answer{distances: d, alpha: &complex, result: result}, nil
}

// valueName returns what births and deaths of an alpha complex are.
func (o *options) valueName() string {
	if o.alpha.Radii {
		return "radii"
	}
	return "squared radii"
}

// writeAlphaText writes the intervals of an alpha complex, numbers with six digits.
func writeAlphaText(w *bufio.Writer, o *options, a *answer) {
	fmt.Fprintf(w, "point cloud with %d points in dimension %d\n", a.distances.Len(), dimension(a.distances))
	fmt.Fprintf(w, "alpha complex, values are %s\n", o.valueName())
	writeDegrees(w, o, a.result)
}

// writeAlphaJSON writes a result. Instead of cells and simplices it has the points of the
// spheres whose radii are births and deaths.
func writeAlphaJSON(w io.Writer, o *options, a *answer) error {
	r := a.result.Clone()
	if !o.compute.Cycles {
		r = withoutCycles(r) // a picture alone may need them
	}
	for _, classes := range r.Classes {
		for i := range classes {
			c := &classes[i]
			c.BirthSimplex, c.DeathSimplex = a.alpha.Sphere(c.BirthCell), a.alpha.Sphere(c.DeathCell)
			c.BirthCell, c.DeathCell = ph.Cell{U: -1, V: -1}, ph.Cell{U: -1, V: -1}
		}
	}
	return json.NewEncoder(w).Encode(struct {
		Points    int        `json:"points"`
		Dimension int        `json:"dimension"`
		Complex   string     `json:"complex"`
		Values    string     `json:"values"`
		Modulus   int        `json:"modulus"`
		Diagrams  *ph.Result `json:"diagrams"`
	}{a.distances.Len(), dimension(a.distances), o.complex, o.valueName(), o.compute.Modulus, r})
}
