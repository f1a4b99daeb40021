package data

import (
	"image"
)

// Bytes is a Dataset of bytes, usually pictures. A byte v decodes to v/255.
type Bytes struct {
	Dims   []int   // the shape of an example
	Values []uint8 // the examples, one after another
	Class  *Labels // nil for none
}

// Len returns the number of examples.
func (b *Bytes) Len() int { return len(b.Values) / size(b.Dims) }

// Shape returns Dims.
func (b *Bytes) Shape() []int { return b.Dims }

// Labels returns Class.
func (b *Bytes) Labels() *Labels { return b.Class }

// At returns the bytes of example i, a view.
func (b *Bytes) At(i int) []uint8 {
	n := size(b.Dims)
	return b.Values[i*n : (i+1)*n : (i+1)*n]
}

// Gray returns example i, of shape 1 × height × width, as a picture that shares
// the set's memory.
func (b *Bytes) Gray(i int) *image.Gray {
	height, width := b.Dims[1], b.Dims[2]
	return &image.Gray{Pix: b.At(i), Stride: width, Rect: image.Rect(0, 0, width, height)}
}

// unit maps a byte to [0, 1]: v/255, rounded to float32.
var unit = func() (table [256]float32) {
	for v := range table {
		table[v] = float32(v) / 255
	}
	return table
}()

// Decode writes v/255 for each byte v. It allocates nothing.
func (b *Bytes) Decode(dst []float32, indices []int) {
	checkDecode(dst, len(indices), b.Dims)
	n := size(b.Dims)
	for k, i := range indices {
		out := dst[k*n : (k+1)*n]
		for p, v := range b.Values[i*n : (i+1)*n] {
			out[p] = unit[v]
		}
	}
}

// Pick returns a copy of the examples with the given indices.
func (b *Bytes) Pick(indices []int) *Bytes {
	picked := &Bytes{Dims: b.Dims, Values: make([]uint8, 0, len(indices)*size(b.Dims)), Class: b.Class.pick(indices)}
	for _, i := range indices {
		picked.Values = append(picked.Values, b.At(i)...)
	}
	return picked
}

// Floats is a Dataset of float32 values: rows of a table, points of a cloud.
type Floats struct {
	Dims   []int     // the shape of an example
	Values []float32 // the examples, one after another
	Class  *Labels   // nil for none

	// Exact, if it is not nil, has the numbers that Values has rounded. [FitScaling] and
	// [Scaling.Apply] read these: of large numbers that differ by little, such as times in
	// seconds, rounding leaves no difference.
	Exact []float64
}

// NewFloats returns a set of examples of a shape, with the values of the examples one after
// another. Exact is values if one of them is not a float32, else nil.
func NewFloats(shape []int, values []float64) *Floats {
	f := &Floats{Dims: shape, Values: make([]float32, len(values))}
	for i, v := range values {
		f.Values[i] = float32(v)
		if float64(f.Values[i]) != v {
			f.Exact = values
		}
	}
	return f
}

// Len returns the number of examples.
func (f *Floats) Len() int { return len(f.Values) / size(f.Dims) }

// Shape returns Dims.
func (f *Floats) Shape() []int { return f.Dims }

// Labels returns Class.
func (f *Floats) Labels() *Labels { return f.Class }

// At returns the values of example i, a view.
func (f *Floats) At(i int) []float32 {
	n := size(f.Dims)
	return f.Values[i*n : (i+1)*n : (i+1)*n]
}

// Decode copies the values. It allocates nothing.
func (f *Floats) Decode(dst []float32, indices []int) {
	checkDecode(dst, len(indices), f.Dims)
	n := size(f.Dims)
	for k, i := range indices {
		copy(dst[k*n:(k+1)*n], f.Values[i*n:])
	}
}

// Pick returns a copy of the examples with the given indices.
func (f *Floats) Pick(indices []int) *Floats {
	picked := &Floats{Dims: f.Dims, Values: make([]float32, 0, len(indices)*size(f.Dims)), Class: f.Class.pick(indices)}
	for _, i := range indices {
		picked.Values = append(picked.Values, f.At(i)...)
		if n := size(f.Dims); f.Exact != nil {
			picked.Exact = append(picked.Exact, f.Exact[i*n:(i+1)*n]...)
		}
	}
	return picked
}

// exact returns value i of all, before rounding if that is known.
func (f *Floats) exact(i int) float64 {
	if f.Exact != nil {
		return f.Exact[i]
	}
	return float64(f.Values[i])
}
