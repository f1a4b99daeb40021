package autogradtest

// An Array is a dense, row-major array of float64 values. The references compute with it,
// one element at a time.
type Array struct {
	shape []int
	data  []float64
}

func newArray(data []float32, shape []int) Array {
	a := Array{shape, make([]float64, len(data))}
	for i, v := range data {
		a.data[i] = float64(v)
	}
	return a
}

// build returns the array whose element at each index is f(index).
func build(shape []int, f func(index []int) float64) Array {
	a := Array{shape, nil}
	a.each(func(index []int) { a.data = append(a.data, f(index)) })
	return a
}

// scalar returns an array of shape [].
func scalar(v float64) Array { return Array{[]int{}, []float64{v}} }

// each calls f with every index of a, in row-major order.
func (a Array) each(f func(index []int)) {
	n := 1
	for _, length := range a.shape {
		n *= length
	}
	index := make([]int, len(a.shape))
	for range n {
		f(index)
		for axis := len(index) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < a.shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
}

// position returns the position in a.data of the element at an index. As in broadcasting,
// it ignores leading indices for which a has no axis, and indices along axes of length 1.
func (a Array) position(index []int) int {
	index = index[len(index)-len(a.shape):]
	p := 0
	for axis, n := range a.shape {
		p *= n
		if n > 1 {
			p += index[axis]
		}
	}
	return p
}

// at returns the element at an index.
func (a Array) at(index ...int) float64 { return a.data[a.position(index)] }
