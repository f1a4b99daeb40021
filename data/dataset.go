// Package data holds data sets for training models. The examples of a set have the same
// shape. They come from pictures, tables or drawn shapes.
//
// A [Dataset] writes examples as float32 values, a batch at a time, into a buffer of
// the caller. [Sets] joins a training set and a test set with the specification that
// opens them again. [Split] and [Batches] divide the indices of a data set. A seed
// decides how:
//
//	train, validation := data.Split(set.Len(), 0.8, seed)
//	x := make([]float32, 128*data.ExampleSize(set))
//	for _, batch := range data.Batches(train, 128, seed) {
//		x := x[:len(batch)*data.ExampleSize(set)]
//		set.Decode(x, batch)
//		…
//	}
//
// [Bytes] and [Floats] are data sets in memory. The packages in the folders below this
// one read and draw them.
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
	// another. It panics unless the length of dst is exactly that of these examples.
	Decode(dst []float32, indices []int)
}

// Labels say which class each example belongs to.
type Labels struct {
	Classes []int    // by example: its class, an index into Names
	Names   []string // by class
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
	// Source is the specification that opens the same data again.
	Source string
	// Note describes the data in one line.
	Note string
	// Unit says that all values lie in [0, 1], as those of pictures do.
	Unit bool
	// Scaling is the scaling that was applied to the values; nil for none.
	Scaling *Scaling
	// Columns has the names of the values of an example, if they are rows of a table; else nil.
	Columns []string
}

// ExampleSize returns the number of values of an example.
func ExampleSize(d Dataset) int { return size(d.Shape()) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// checkDecode panics unless the length of dst is exactly that of n examples of a shape.
func checkDecode(dst []float32, n int, shape []int) {
	if len(dst) != n*size(shape) {
		panic(fmt.Sprintf("data: decoding %d examples of shape %v into %d values", n, shape, len(dst)))
	}
}
