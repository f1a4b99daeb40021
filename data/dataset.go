// Package data holds what a model is trained on: examples of one shape, from
// pictures, tables or drawn shapes.
//
// A [Dataset] hands out examples as float32 values, a batch at a time, in a
// buffer of the caller's. [Sets] joins a training set and a test set with the
// specification that finds them again. [Split] and [Batches] divide the indices
// of a data set, decided by a seed:
//
//	train, validation := data.Split(set.Len(), 0.8, seed)
//	x := make([]float32, 128*data.Size(set))
//	for _, batch := range data.Batches(train, 128, seed) {
//		x := x[:len(batch)*data.Size(set)]
//		set.Decode(x, batch)
//		…
//	}
//
// [Bytes] and [Floats] are data sets in memory. The packages below this one
// read and draw them.
package data

import "fmt"

// A Dataset is a sequence of examples of one shape. It does not change, so
// goroutines may share it.
type Dataset interface {
	// Len returns the number of examples.
	Len() int
	// Shape returns the shape of an example: channels × height × width for a
	// picture, the number of columns for a row of a table. The caller must not
	// change it.
	Shape() []int
	// Labels returns the classes of the examples, nil if they have none.
	Labels() *Labels
	// Decode writes the examples with the given indices into dst, one after
	// another. It panics unless dst has their size exactly.
	Decode(dst []float32, indices []int)
}

// Labels say which class each example belongs to.
type Labels struct {
	Classes []int    // of each example, an index into Names
	Names   []string // of the classes
}

// pick returns the labels of the examples with the given indices.
func (l *Labels) pick(indices []int) *Labels {
	if l == nil {
		return nil
	}
	picked := &Labels{Classes: make([]int, len(indices)), Names: l.Names}
	for k, i := range indices {
		picked.Classes[k] = l.Classes[i]
	}
	return picked
}

// Sets are a training set and a test set of examples of one shape.
type Sets struct {
	Train, Test Dataset
	// Source is the specification that finds the same data again.
	Source string
	// Note says in one line what the data are.
	Note string
	// Unit says that all values lie in [0, 1], as those of pictures do.
	Unit bool
	// Scaling is what was done to the values; nil for nothing.
	Scaling *Scaling
}

// Size returns the number of values of an example.
func Size(d Dataset) int { return size(d.Shape()) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// checkDecode panics unless dst has room for n examples of a shape, exactly.
func checkDecode(dst []float32, n int, shape []int) {
	if len(dst) != n*size(shape) {
		panic(fmt.Sprintf("data: decoding %d examples of shape %v into %d values", n, shape, len(dst)))
	}
}
