package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/vector"
)

// A vectorOptions value is what the command line asks for of vectors of diagrams.
type vectorOptions struct {
	kind       string // "" for none
	resolution int
	layers     int
	bandwidth  float64 // 0 for a twentieth of the range
	window     [2]float64
	given      bool   // whether the window is
	weight     string // "" for that of the kind
	npy        string // a file, "-" for standard output, "" for JSON
}

var weights = map[string]vector.Weight{
	"constant": vector.Constant, "linear": vector.Linear, "quadratic": vector.Quadratic, "arctangent": vector.Arctangent,
}

// A vectorKind is a value of -vector.
type vectorKind struct {
	flags  []string // the flags that it has beside -npy
	weight string   // unless another is given
	// make returns a vector over the window lo to hi, and its shape.
	make func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int)
}

var vectorKinds = map[string]vectorKind{
	"image": {[]string{"resolution", "range", "bandwidth", "weight"}, "linear", func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int) {
		n := o.resolution
		return &vector.Image{
			Births:    vector.Grid{Lo: lo, Hi: hi, N: n},
			Lengths:   vector.Grid{Lo: 0, Hi: hi - lo, N: n},
			Bandwidth: o.bandwidth, Weight: weights[o.weight],
		}, []int{n, n}
	}},
	"heat": {[]string{"resolution", "range", "bandwidth"}, "", func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Heat{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.resolution}, Bandwidth: o.bandwidth}, []int{o.resolution, o.resolution}
	}},
	"landscape": {[]string{"resolution", "range", "layers"}, "", func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Landscape{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.resolution}, Layers: o.layers}, []int{o.layers, o.resolution}
	}},
	"silhouette": {[]string{"resolution", "range", "weight"}, "constant", func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Silhouette{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.resolution}, Weight: weights[o.weight]}, []int{o.resolution}
	}},
	"betti": {[]string{"resolution", "range"}, "", func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Betti{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.resolution}}, []int{o.resolution}
	}},
	"entropy": {nil, "", func(*vectorOptions, float64, float64) (vector.Vectorizer, []int) {
		return vector.Entropy{}, nil
	}},
	"entropy-curve": {[]string{"resolution", "range"}, "", func(o *vectorOptions, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.EntropyCurve{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.resolution}}, []int{o.resolution}
	}},
}

// vectorFlags are the flags that some kind of vector has.
var vectorFlags = []string{"resolution", "range", "bandwidth", "weight", "layers"}

// setRange reads the value of -range.
func (o *vectorOptions) setRange(text string) error {
	lo, hi, _ := strings.Cut(text, ",")
	for i, word := range []string{lo, hi} {
		var err error
		if o.window[i], err = strconv.ParseFloat(strings.TrimSpace(word), 64); err != nil {
			return errors.New("want two numbers, as in 0,1.5")
		}
	}
	if lo, hi := o.window[0], o.window[1]; lo-lo != 0 || hi-hi != 0 || !(lo < hi) {
		return errors.New("want two finite numbers, the lesser one first")
	}
	o.given = true
	return nil
}

func (o *vectorOptions) check() error {
	if o.kind == "" {
		return nil
	}
	const most = 1 << 16
	kind, known := vectorKinds[o.kind]
	_, knownWeight := weights[o.weight]
	switch {
	case !known:
		return cli.Usagef("-vector %s: want one of %s", o.kind, names(vectorKinds))
	case o.resolution < 1 || o.resolution > most:
		return cli.Usagef("-resolution %d: want from 1 to %d", o.resolution, most)
	case o.layers < 1 || o.layers > most:
		return cli.Usagef("-layers %d: want from 1 to %d", o.layers, most)
	case !(o.bandwidth >= 0) || math.IsInf(o.bandwidth, 1):
		return cli.Usagef("-bandwidth %v: want a positive number, or 0 for a twentieth of the range", o.bandwidth)
	case o.weight != "" && !knownWeight:
		return cli.Usagef("-weight %s: want one of %s", o.weight, names(weights))
	}
	if o.weight == "" {
		o.weight = kind.weight
	}
	return nil
}

func names[T any](kinds map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")
}

// vectors are the vectors of the diagrams of a result, in JSON.
type vectors struct {
	Kind      string         `json:"vector"`
	Range     *[2]float64    `json:"range,omitempty"`
	Bandwidth float64        `json:"bandwidth,omitempty"`
	Weight    string         `json:"weight,omitempty"`
	Shape     []int          `json:"shape"`
	Degrees   []degreeVector `json:"degrees"`
}

type degreeVector struct {
	Degree int       `json:"degree"`
	Values []float64 `json:"values"`
}

// of returns the vectors of diagrams, essential bars left out. One window serves all
// degrees: that of all births and deaths, unless one is given.
func (o vectorOptions) of(diagrams []ph.Diagram) (*vectors, error) {
	kind := vectorKinds[o.kind]
	if !o.given {
		o.window = windowOf(diagrams)
	}
	lo, hi := o.window[0], o.window[1]
	if o.bandwidth == 0 {
		if o.bandwidth = (hi - lo) / 20; o.bandwidth == 0 {
			o.bandwidth = 1
		}
	}
	v, shape := kind.make(&o, lo, hi)
	const most = 1 << 27
	if v.Len()*len(diagrams) > most {
		return nil, cli.Usagef("-vector %s of shape %v in %d degrees has more than %d numbers: ask for a smaller -resolution, fewer -layers or a smaller -dim", o.kind, shape, len(diagrams), most)
	}
	out := &vectors{Kind: o.kind, Weight: o.weight, Shape: append([]int{}, shape...)}
	if slices.Contains(kind.flags, "range") {
		out.Range = &o.window
	}
	if slices.Contains(kind.flags, "bandwidth") {
		out.Bandwidth = o.bandwidth
	}
	for _, d := range diagrams {
		values := make([]float64, v.Len())
		if err := v.Vector(values, d.Finite()); err != nil {
			return nil, fmt.Errorf("dim %d: %w", d.Degree, err)
		}
		out.Degrees = append(out.Degrees, degreeVector{d.Degree, values})
	}
	return out, nil
}

// windowOf returns the least birth and the greatest death of the bars that die.
func windowOf(diagrams []ph.Diagram) [2]float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, d := range diagrams {
		for _, b := range d.Finite() {
			lo, hi = min(lo, b.Birth), max(hi, b.Death)
		}
	}
	if lo > hi { // no bars
		return [2]float64{}
	}
	return [2]float64{lo, hi}
}

// write writes the vectors as JSON, or as an array whose first axis is the degree.
func (o *vectorOptions) write(stdout io.Writer, v *vectors) error {
	if o.npy == "" {
		return json.NewEncoder(stdout).Encode(v)
	}
	a := &npy.Array{Shape: append([]int{len(v.Degrees)}, v.Shape...)}
	for _, d := range v.Degrees {
		a.Values = append(a.Values, d.Values...)
	}
	if o.npy == "-" {
		return npy.Write(stdout, a)
	}
	return atomicfile.Write(o.npy, func(w io.Writer) error { return npy.Write(w, a) })
}
