// Package vectors defines the flags by which programs turn diagrams into vectors, and makes
// the vectors that these flags ask for.
package vectors

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/vector"
)

// Options say which vectors to make of diagrams. [Options.Flags] sets defaults.
type Options struct {
	Kind       string     // "" for none
	Resolution int        // points along each axis
	Layers     int        // of a landscape
	Bandwidth  float64    // of Gaussians, 0 for a twentieth of the range
	Range      [2]float64 // of the axis of births and deaths
	Ranged     bool       // whether Range is given
	Weight     string     // of a bar, "" for that of the kind
}

// Flags defines the flags of vectors.
func (o *Options) Flags(flags *flag.FlagSet) {
	flags.StringVar(&o.Kind, "vector", "", "print diagrams as vectors: `kind` image, heat, landscape, silhouette, betti, entropy or entropy-curve")
	flags.IntVar(&o.Resolution, "resolution", 20, "`number` of points along each axis of a vector")
	flags.Func("range", "`least,greatest` value of a vector's axis of births and deaths; without it, those of the diagrams", o.setRange)
	flags.Float64Var(&o.Bandwidth, "bandwidth", 0, "standard `deviation` of the Gaussians of an image or of heat; 0 stands for a twentieth of the range")
	flags.StringVar(&o.Weight, "weight", "", "`function` of the length that weights a bar: constant, linear, quadratic or arctangent; without it, linear for an image and constant for a silhouette")
	flags.IntVar(&o.Layers, "layers", 5, "`number` of layers of a landscape")
}

// Idle reports whether a flag is one of [Options.Flags] that has no effect on vectors of the
// kind o.Kind.
func (o *Options) Idle(flag string) bool {
	return slices.Contains(vectorFlags, flag) && !o.Has(flag)
}

// Has reports whether vectors of the kind depend on a flag.
func (o *Options) Has(flag string) bool { return slices.Contains(kinds[o.Kind].flags, flag) }

var weights = map[string]vector.Weight{
	"constant": vector.Constant, "linear": vector.Linear, "quadratic": vector.Quadratic, "arctangent": vector.Arctangent,
}

// A kind is a value of -vector.
type kind struct {
	flags  []string // the flags that it has beside -npy
	weight string   // unless another is given
	// make returns a vector over the window lo to hi, and its shape.
	make func(o *Options, lo, hi float64) (vector.Vectorizer, []int)
}

var kinds = map[string]kind{
	"image": {[]string{"resolution", "range", "bandwidth", "weight"}, "linear", func(o *Options, lo, hi float64) (vector.Vectorizer, []int) {
		n := o.Resolution
		return &vector.Image{
			Births:    vector.Grid{Lo: lo, Hi: hi, N: n},
			Lengths:   vector.Grid{Lo: 0, Hi: hi - lo, N: n},
			Bandwidth: o.Bandwidth, Weight: weights[o.Weight],
		}, []int{n, n}
	}},
	"heat": {[]string{"resolution", "range", "bandwidth"}, "", func(o *Options, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Heat{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.Resolution}, Bandwidth: o.Bandwidth}, []int{o.Resolution, o.Resolution}
	}},
	"landscape": {[]string{"resolution", "range", "layers"}, "", func(o *Options, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Landscape{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.Resolution}, Layers: o.Layers}, []int{o.Layers, o.Resolution}
	}},
	"silhouette": {[]string{"resolution", "range", "weight"}, "constant", func(o *Options, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Silhouette{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.Resolution}, Weight: weights[o.Weight]}, []int{o.Resolution}
	}},
	"betti": {[]string{"resolution", "range"}, "", func(o *Options, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.Betti{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.Resolution}}, []int{o.Resolution}
	}},
	"entropy": {nil, "", func(*Options, float64, float64) (vector.Vectorizer, []int) {
		return vector.Entropy{}, nil
	}},
	"entropy-curve": {[]string{"resolution", "range"}, "", func(o *Options, lo, hi float64) (vector.Vectorizer, []int) {
		return &vector.EntropyCurve{Grid: vector.Grid{Lo: lo, Hi: hi, N: o.Resolution}}, []int{o.Resolution}
	}},
}

// vectorFlags are the flags that some kind of vector has.
var vectorFlags = []string{"resolution", "range", "bandwidth", "weight", "layers"}

// setRange reads the value of -range.
func (o *Options) setRange(text string) error {
	lo, hi, _ := strings.Cut(text, ",")
	for i, word := range []string{lo, hi} {
		var err error
		if o.Range[i], err = strconv.ParseFloat(strings.TrimSpace(word), 64); err != nil {
			return errors.New("want two numbers, as in 0,1.5")
		}
	}
	if lo, hi := o.Range[0], o.Range[1]; lo-lo != 0 || hi-hi != 0 || !(lo < hi) {
		return errors.New("want two finite numbers, the lesser one first")
	}
	o.Ranged = true
	return nil
}

// Check sets the weight to that of the kind if none is given. It returns a mistake of the
// user's if the options make no vectors.
func (o *Options) Check() error {
	if o.Kind == "" {
		return nil
	}
	const most = 1 << 16
	kind, known := kinds[o.Kind]
	_, knownWeight := weights[o.Weight]
	switch {
	case !known:
		return cli.Usagef("-vector %s: want one of %s", o.Kind, names(kinds))
	case o.Resolution < 1 || o.Resolution > most:
		return cli.Usagef("-resolution %d: want from 1 to %d", o.Resolution, most)
	case o.Layers < 1 || o.Layers > most:
		return cli.Usagef("-layers %d: want from 1 to %d", o.Layers, most)
	case !(o.Bandwidth >= 0) || math.IsInf(o.Bandwidth, 1):
		return cli.Usagef("-bandwidth %v: want a positive number, or 0 for a twentieth of the range", o.Bandwidth)
	case o.Weight != "" && !knownWeight:
		return cli.Usagef("-weight %s: want one of %s", o.Weight, names(weights))
	}
	if o.Weight == "" {
		o.Weight = kind.weight
	}
	return nil
}

func names[T any](kinds map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")
}

// Vectors are those of the diagrams of a result, by degree. Their JSON form says how they were made.
type Vectors struct {
	Kind      string         `json:"vector"`
	Range     *[2]float64    `json:"range,omitempty"`
	Bandwidth float64        `json:"bandwidth,omitempty"`
	Weight    string         `json:"weight,omitempty"`
	Shape     []int          `json:"shape"`
	Degrees   []DegreeVector `json:"degrees"`
}

// A DegreeVector is the vector of one diagram.
type DegreeVector struct {
	Degree int       `json:"degree"`
	Values []float64 `json:"values"`
}

// Of returns the vectors of diagrams, essential bars left out. One window serves all
// degrees: that of all births and deaths, unless one is given.
func (o Options) Of(diagrams []ph.Diagram) (*Vectors, error) {
	kind := kinds[o.Kind]
	if !o.Ranged {
		o.Range = windowOf(diagrams)
	}
	lo, hi := o.Range[0], o.Range[1]
	if o.Bandwidth == 0 {
		if o.Bandwidth = (hi - lo) / 20; o.Bandwidth == 0 {
			o.Bandwidth = 1
		}
	}
	v, shape := kind.make(&o, lo, hi)
	const most = 1 << 27
	if v.Len()*len(diagrams) > most {
		return nil, cli.Usagef("-vector %s of shape %v in %d degrees has more than %d numbers: ask for a smaller -resolution, fewer -layers or a smaller -dim", o.Kind, shape, len(diagrams), most)
	}
	out := &Vectors{Kind: o.Kind, Weight: o.Weight, Shape: append([]int{}, shape...)}
	if slices.Contains(kind.flags, "range") {
		out.Range = &o.Range
	}
	if slices.Contains(kind.flags, "bandwidth") {
		out.Bandwidth = o.Bandwidth
	}
	for _, d := range diagrams {
		values := make([]float64, v.Len())
		if err := v.Vector(values, d.Finite()); err != nil {
			return nil, fmt.Errorf("dim %d: %w", d.Degree, err)
		}
		out.Degrees = append(out.Degrees, DegreeVector{d.Degree, values})
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

// Array returns the vectors as an array whose first axis is the degree.
func (v *Vectors) Array() *npy.Array {
	a := &npy.Array{Shape: append([]int{len(v.Degrees)}, v.Shape...)}
	for _, d := range v.Degrees {
		a.Values = append(a.Values, d.Values...)
	}
	return a
}
