package data

import (
	"fmt"
	"math"
)

// A Scaling maps each value v of an example to (v − Shift)/Factor, with a shift and
// a factor for each place in the example.
type Scaling struct {
	Method string    `json:"method"` // the method by which FitScaling found the scaling
	Shift  []float64 `json:"shift"`
	Factor []float64 `json:"factor"`
}

// Methods of scaling.
const (
	ScaleNone     = "none"
	ScaleStandard = "standard" // to mean 0 and standard deviation 1
	ScaleUnit     = "unit"     // to the interval [0, 1]
)

// FitScaling returns the scaling that a method finds for a set, from f.Exact if that is not nil.
// It returns nil for ScaleNone and "". A place whose value is the same in all examples gets the factor 1.
func FitScaling(f *Floats, method string) (*Scaling, error) {
	n, size := f.Len(), ExampleSize(f)
	s := &Scaling{Method: method, Shift: make([]float64, size), Factor: make([]float64, size)}
	switch method {
	case ScaleNone, "":
		return nil, nil
	case ScaleStandard:
		for i := range f.Values {
			s.Shift[i%size] += f.exact(i) / float64(n)
		}
		for i := range f.Values {
			d := f.exact(i) - s.Shift[i%size]
			s.Factor[i%size] += d * d / float64(n)
		}
		for k, variance := range s.Factor {
			s.Factor[k] = math.Sqrt(variance)
		}
	case ScaleUnit:
		high := make([]float64, size)
		for k := range size {
			s.Shift[k], high[k] = math.Inf(1), math.Inf(-1)
		}
		for i := range f.Values {
			k, v := i%size, f.exact(i)
			s.Shift[k], high[k] = min(s.Shift[k], v), max(high[k], v)
		}
		for k := range size {
			s.Factor[k] = high[k] - s.Shift[k]
		}
	default:
		return nil, fmt.Errorf("data: no scaling %q: choose %s, %s or %s", method, ScaleStandard, ScaleUnit, ScaleNone)
	}
	for k := range s.Factor {
		if v, ok := constant(f, k); ok { // of which the sums above are only nearly v and 0
			s.Shift[k], s.Factor[k] = v, 1
		}
	}
	return s, nil
}

// constant returns the value at place k of all examples, and false if they differ or there
// are none.
func constant(f *Floats, k int) (float64, bool) {
	for i := k; i < len(f.Values); i += ExampleSize(f) {
		if f.exact(i) != f.exact(k) {
			return 0, false
		}
	}
	if f.Len() == 0 {
		return 0, false
	}
	return f.exact(k), true
}

// Apply scales the values of a set in place, in float64, and rounds them to float32. It then
// sets f.Exact to nil. A nil scaling leaves the values as they are.
func (s *Scaling) Apply(f *Floats) {
	if s != nil {
		for i := range f.Values {
			k := i % len(s.Shift)
			f.Values[i] = float32((f.exact(i) - s.Shift[k]) / s.Factor[k])
		}
	}
	f.Exact = nil
}

// Invert returns scaled values in the units that they had before. A nil scaling changes nothing.
func (s *Scaling) Invert(values []float32) []float64 {
	original := make([]float64, len(values))
	for i, v := range values {
		original[i] = float64(v)
		if s != nil {
			k := i % len(s.Shift)
			original[i] = original[i]*s.Factor[k] + s.Shift[k]
		}
	}
	return original
}
